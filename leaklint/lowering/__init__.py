"""Python source to the intermediate representation.

Module-level imports are in `ModuleIR.imports` and are also executed, as LoadImport and Copy, in the procedure
"<module>". Annotations, type parameters and the values of `type` statements are not executed: Python 3.14 evaluates
them lazily, and older text is read the same way.

Where the graphs are simpler than Python:
- a generator expression runs where it is written, as a list would;
- the name of an `except` clause is unbound where the clause ends or a jump leaves it, not where an exception does;
- an operand that names a local is read when the instruction runs; only a later `:=` in the same statement makes it a
  copy, not a call that rebinds the name through `nonlocal`;
- names are as written: `self.__x` is the attribute `__x`; a type parameter is read as a global;
- in a comprehension of a class body, a captured name that the class binds too means the class's.
"""

from leaklint.lowering.module import Procedures, lower_module
from leaklint.lowering.problem import SyntaxProblem
from leaklint.lowering.show import show

__all__ = ["Procedures", "SyntaxProblem", "lower_module", "show"]
