"""The intermediate representation: one control-flow graph for each function, class body and module body.

An operand is a string. `x` is a local (or captured) variable, `%7` a temporary that is assigned once, by the
instruction whose `dst` it is. Everything else is reached by an instruction: globals by `LoadGlobal`, attributes by
`Attr`, constants by `LoadConst`. Evaluation order is Python's.

Other names with `%` are locals that the source does not spell; `Procedure.locals` does not list them: `%return`, `%b3`
(the value of `a or b`, `a if b else c`, `a < b < c`), `%group3` (what `except*` clauses have left), and `%c12:8.x`, the
variable `x` of the comprehension at column 8 of line 12, counted from the outermost function around it if there is one.

Blocks. `Procedure.blocks[0]` is the entry. A block holds instructions, then one terminator. All its instructions lie
in the same try region: `handler` is the block that an exception raised by any of them goes to, or -1 when it leaves
the procedure.

Finally and with. A `finally` body and the exit of a `with` are lowered once. Each has a region number. A path that
enters one says first where it continues afterwards: `Pend(region, target)`, or `Pend(region, -1)` for the exception
in flight. `Resume(region)` ends the region and goes where the path said. A `return` inside a region stores its value
in the local `%return`, pends a block that leads outwards, and the outermost such block ends in `Return("%return")`.
A jump out of a `finally` body pends anew, in place of what was pending, and then resumes.

Exceptions. A block whose first instruction is `Catch` is where an exception arrives (the target of a `handler`).
`Handle` then tries one `except` clause after another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import msgspec

from leaklint.model import Span

Constant = bool | int | float | str | None


class _Node(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Nodes hold no cycles, and the collector's visits to so many would take a quarter of the lowering's time."""


class Instruction(_Node, frozen=True, kw_only=False):
    """Base of the instructions; `span` is the expression's or statement's own extent in its file."""

    span: Span


class LoadConst(Instruction, frozen=True):
    """dst = a literal. Bytes, big ints, Ellipsis and complex literals load as their `repr` string with `opaque` set."""

    dst: str
    value: Constant
    opaque: bool = False


class LoadGlobal(Instruction, frozen=True):
    """dst = the module global or builtin `name`."""

    dst: str
    name: str


class StoreGlobal(Instruction, frozen=True):
    """A function that declares `global name` assigns it. (Module bodies assign their globals by Copy.)"""

    name: str
    src: str


class Copy(Instruction, frozen=True):
    """dst = src, where dst is a local variable (in a class or module body: a name of that body)."""

    dst: str
    src: str


class Attr(Instruction, frozen=True):
    """dst = base.name. Taken as unable to raise."""

    dst: str
    base: str
    name: str


class SetAttr(Instruction, frozen=True):
    """base.name = src."""

    base: str
    name: str
    src: str


class DelAttr(Instruction, frozen=True):
    """del base.name."""

    base: str
    name: str


class Item(Instruction, frozen=True):
    """dst = base[index]; can raise. A slice is one opaque index operand."""

    dst: str
    base: str
    index: str


class SetItem(Instruction, frozen=True):
    """base[index] = src; can raise."""

    base: str
    index: str
    src: str


class DelItem(Instruction, frozen=True):
    """del base[index]; can raise."""

    base: str
    index: str


class Build(Instruction, frozen=True):
    """dst = a display or a comprehension's result.

    kind: tuple, list, set, dict, generator, string (an f-string or t-string), slice.
    For a dict `keys` runs parallel to `items`, with "" for a `**mapping`. `starred` holds the indexes of `*items`.
    A comprehension is lowered to a loop; its element is `items[0]` of a Build with `repeated` set, after the loop.
    """

    dst: str
    kind: str
    items: tuple[str, ...]
    keys: tuple[str, ...] = ()
    starred: tuple[int, ...] = ()
    repeated: bool = False


class Append(Instruction, frozen=True):
    """Inside a comprehension's loop: one more `item` (with `key`, for a dict) for the display that `into` becomes."""

    into: str
    item: str
    key: str = ""


class Unpack(Instruction, frozen=True):
    """dsts... = src; `star` is the index of the starred target or -1. Can raise. Every dst is a temporary."""

    dsts: tuple[str, ...]
    src: str
    star: int = -1


class Compare(Instruction, frozen=True):
    """dst = left op right for one of == != < <= > >= is isnot in notin. A chained comparison becomes branches."""

    dst: str
    op: str
    left: str
    right: str


class Not(Instruction, frozen=True):
    """dst = not src."""

    dst: str
    src: str


class Operation(Instruction, frozen=True):
    """dst = any arithmetic, bitwise or formatting of `operands`. Taken as unable to raise.

    name: the operator (`+`, `-` with one operand, `+=` ...), or a test or part of a `match` pattern: `isinstance`
    (subject, class), `match-sequence:2` (`:2+` with a star), `match-mapping`, `match-argument:0` (subject, class),
    `match-rest`; or of `except*`: `match-group`, `rest-of-group` (group, types).
    """

    dst: str
    name: str
    operands: tuple[str, ...]


class Call(Instruction, frozen=True):
    """dst = func(*args, **keywords).

    `starred` holds indexes into args that were written `*arg`; a keyword named "" was written `**arg`.
    `span` covers the whole call expression. `awaited` says the call stands directly under `await`
    (an `Await` of dst follows all the same); `statement` says its value is thrown away as an expression statement.
    """

    dst: str
    func: str
    args: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    starred: tuple[int, ...] = ()
    awaited: bool = False
    statement: bool = False


class Await(Instruction, frozen=True):
    """dst = await src; can raise."""

    dst: str
    src: str


class Yield(Instruction, frozen=True):
    """dst = yield src ("" for a bare yield). Three ways on: resumed, an exception thrown in, closed."""

    dst: str
    src: str


class YieldFrom(Instruction, frozen=True):
    """dst = yield from src."""

    dst: str
    src: str


class MakeFunction(Instruction, frozen=True):
    """dst = the nested function or lambda `procedure` (its qualified name), before decorators."""

    dst: str
    procedure: str
    defaults: tuple[str, ...] = ()


class MakeClass(Instruction, frozen=True):
    """dst = the class `name` (qualified), before decorators. Its body is a procedure of its own, kind "class"."""

    dst: str
    name: str
    bases: tuple[str, ...] = ()


class LoadImport(Instruction, frozen=True):
    """dst = what an import statement inside a function binds.

    module: absolute or relative ("..db") dotted name; name: the imported attribute or "" for `import module`.
    `import a.b` binds the top package: module is "a" and `name` is "" (a second LoadImport is not made).
    """

    dst: str
    module: str
    name: str = ""


class Enter(Instruction, frozen=True):
    """dst = ctx.__enter__() (awaited __aenter__ when is_async); can raise."""

    dst: str
    ctx: str
    is_async: bool = False


class Exit(Instruction, frozen=True):
    """ctx.__exit__(...) on the path that region `region` pends; can raise, and can end the exception in flight."""

    ctx: str
    region: int
    is_async: bool = False


class Iterate(Instruction, frozen=True):
    """dst = iter(src) or aiter(src); can raise."""

    dst: str
    src: str
    is_async: bool = False


class Delete(Instruction, frozen=True):
    """del name."""

    name: str


class Catch(Instruction, frozen=True):
    """An exception has arrived here; dst holds it."""

    dst: str


class Caught(Instruction, frozen=True):
    """The body of an `except` clause ended (or began to leave): the exception in flight is dealt with."""


class Pend(Instruction, frozen=True):
    """Region `region`, entered next, continues at block `target` afterwards (-1: raises again what is in flight)."""

    region: int
    target: int


class Unused(Instruction, frozen=True):
    """An expression statement's value `src` is dropped here."""

    src: str


AnyInstruction = (
    LoadConst
    | LoadGlobal
    | StoreGlobal
    | Copy
    | Attr
    | SetAttr
    | DelAttr
    | Item
    | SetItem
    | DelItem
    | Build
    | Append
    | Unpack
    | Compare
    | Not
    | Operation
    | Call
    | Await
    | Yield
    | YieldFrom
    | MakeFunction
    | MakeClass
    | LoadImport
    | Enter
    | Exit
    | Iterate
    | Delete
    | Catch
    | Caught
    | Pend
    | Unused
)


class Goto(_Node, frozen=True):
    """Go on at `target`."""

    target: int


class Branch(_Node, frozen=True):
    """Go on at `then` if `test` is truthy, else at `orelse`. `and`, `or`, `not`, `if`, `while`, `assert`,
    conditional expressions, guards and match patterns all end as branches."""

    test: str
    then: int
    orelse: int
    span: Span


class Next(_Node, frozen=True):
    """One step of a `for` loop: dst = next(iterator) and on to `body`, or on to `exhausted`; can raise."""

    dst: str
    iterator: str
    body: int
    exhausted: int
    span: Span
    is_async: bool = False


class Handle(_Node, frozen=True):
    """One except clause: an exception of `types` (an operand, "" for a bare except) goes to `body`, others to
    `otherwise`. A tuple of types is a Build. After the last clause `otherwise` raises again."""

    types: str
    body: int
    otherwise: int
    span: Span
    is_star: bool = False


class Raise(_Node, frozen=True):
    """raise src ("" for a bare raise, and for an exception that no clause took).

    caught: where src is "", the dst of the Catch whose exception is raised again ("" for a bare raise outside of
    every except clause).
    """

    src: str
    span: Span
    caught: str = ""


class Return(_Node, frozen=True):
    """Leave the procedure with `src` ("" for None). `implicit`: the end of the body was reached."""

    src: str
    span: Span
    implicit: bool = False


class Resume(_Node, frozen=True):
    """The end of region `region`; an exception that was pending goes to the block's `handler`.

    `suppressed` is where a `with` goes on whose exit ended the exception (-1: none).
    """

    region: int
    suppressed: int = -1


class Unreachable(_Node, frozen=True):
    """No path gets here."""


Terminator = Goto | Branch | Next | Handle | Raise | Return | Resume | Unreachable


class Block(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Straight-line instructions, one terminator, one exception handler (-1: out of the procedure)."""

    instructions: tuple[AnyInstruction, ...]
    terminator: Terminator
    handler: int = -1


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """kind: positional, keyword, star, starstar. `annotation` is source text (unquoted if it was a string)."""

    name: str
    kind: str = "positional"
    annotation: str = ""
    has_default: bool = False
    default: str = ""


class Decorator(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The source text of the decorator's function (`app.get`), and whether it was called with arguments."""

    name: str
    called: bool
    text: str


class Procedure(msgspec.Struct, frozen=True, gc=False):
    """One function, lambda, class body or module body.

    name: qualified as Python does it, without `<locals>`: `Class.method`, `outer.inner`, `outer.<lambda:1>` for the
        first lambda in it; the module body is "<module>". Of several definitions of one name the last has the plain
        name, the ones before it are `name#2`, `name#3` ... in source order (branches of an `if`, property setters,
        overloads).
    kind: function, method, lambda, class, module.
    locals: every name bound in it, parameters included. free: names captured from an enclosing function, by it or by
        what is nested in it.
    nonlocals, globals: names it declares so. `uses_locals`: calls `locals()` or `vars()`.
    annotations: local name, or target as written (`self.pool`) -> annotation text, for annotated assignments.
    parent: the enclosing function or class, "" at module level. class_name: the class, for kind method.
    """

    name: str
    kind: str
    parameters: tuple[Parameter, ...]
    blocks: tuple[Block, ...]
    span: Span
    locals: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    nonlocals: tuple[str, ...] = ()
    globals: tuple[str, ...] = ()
    decorators: tuple[Decorator, ...] = ()
    returns: str = ""
    is_async: bool = False
    is_generator: bool = False
    annotations: tuple[tuple[str, str], ...] = ()
    parent: str = ""
    class_name: str = ""
    uses_locals: bool = False

    @property
    def types(self) -> list[str]:
        """What it says of the types of its parameters, and of its result, as source text; "" where nothing."""
        return [*(parameter.annotation for parameter in self.parameters), self.returns]


class ClassDef(msgspec.Struct, frozen=True, gc=False):
    """bases, decorators, field annotations and metaclass as source text. methods: unqualified names, each once."""

    name: str
    bases: tuple[str, ...]
    methods: tuple[str, ...]
    decorators: tuple[Decorator, ...]
    annotations: tuple[tuple[str, str], ...]
    span: Span
    parent: str = ""
    metaclass: str = ""


class ImportedName(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One module-level binding made by an import: `name` is bound to `module` (attribute "") or `module`.`attribute`.
    `from x import *` has name "*". Imports under `if`, `try` and TYPE_CHECKING count too."""

    name: str
    module: str
    attribute: str
    line: int


@dataclasses.dataclass(frozen=True)
class ModuleIR:
    """All that later stages know of one file.

    procedures maps qualified names to graphs. It is lazy: looking a name up lowers that function, iterating lists the
    names. `signatures` has every procedure, never lowered: a Procedure without blocks and without locals. `extents` has
    its first and last line, decorators included.
    """

    path: str
    module: str
    is_package: bool
    imports: tuple[ImportedName, ...]
    classes: Mapping[str, ClassDef]
    signatures: Mapping[str, Procedure]
    procedures: Mapping[str, Procedure]
    extents: Mapping[str, tuple[int, int]]
    all_names: tuple[str, ...] = ()
