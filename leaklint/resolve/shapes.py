"""What an operand may stand for besides a Ref, known only inside this package: containers, generators, `super()`."""

from __future__ import annotations

import msgspec

from leaklint.resolve.refs import Class, External, Function, Instance, Method, Module, Partial, Ref


class Display(msgspec.Struct, frozen=True, gc=False):
    """The tuple, list, set, dict or comprehension that `operand` of a procedure builds."""

    module: str
    procedure: str
    operand: str


class Typed(msgspec.Struct, frozen=True, gc=False):
    """An object annotated by a generic type, `name`[`args`]: `list[Connection]`, `Iterator[Session]`. The names in
    `args` are those of `scope` in `module`."""

    module: str
    scope: str
    name: str
    args: tuple[str, ...]


class Generated(msgspec.Struct, frozen=True, gc=False):
    """What calling a generator function gives: iterating it, or entering it under @contextmanager, gives its yields."""

    of: Function


class Super(msgspec.Struct, frozen=True, gc=False):
    """`super()` inside of a class: attributes are looked up behind it in the order of its bases."""

    of: Class


class Lent(msgspec.Struct, frozen=True, gc=False):
    """`closing(x)`: entering it gives x, the operand."""

    module: str
    procedure: str
    operand: str


class Rows(msgspec.Struct, frozen=True, gc=False):
    """What the call `operand` iterates over: `d.values()`, `d.items()`, `enumerate(x)`, `zip(x, y)`."""

    module: str
    procedure: str
    operand: str


class Row(msgspec.Struct, frozen=True, gc=False):
    """One tuple out of Rows."""

    of: Rows


Shape = Display | Typed | Generated | Super | Lent | Rows | Row
Value = Ref | Shape

REFS = (External, Module, Function, Class, Instance, Method, Partial)
