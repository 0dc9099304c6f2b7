"""Python source to the intermediate representation.

Module-level imports are in `ModuleIR.imports` and are also executed, as LoadImport and Copy, in the procedure
"<module>". Annotations, type parameters and the values of `type` statements are not executed: Python 3.14 evaluates
them lazily, and older text is read the same way.
"""

from leaklint.lowering.module import Procedures, lower_module
from leaklint.lowering.problem import SyntaxProblem
from leaklint.lowering.show import show

__all__ = ["Procedures", "SyntaxProblem", "lower_module", "show"]
