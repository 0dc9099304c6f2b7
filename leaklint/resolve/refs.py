"""What a name or an expression may stand for."""

from __future__ import annotations

import msgspec

from leaklint.model import Confidence


class External(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Something outside the project, by its canonical dotted name (catalog aliases applied): `psycopg2.connect`,
    `builtins.len`."""

    name: str


class Module(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A module of the project."""

    name: str


class Function(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A function of the project. `bound`: it was reached through an instance or class, its first parameter is given."""

    module: str
    name: str
    bound: bool = False


class Class(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A class of the project."""

    module: str
    name: str


class Instance(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """An object of a known class. `sure` is how it is known: HIGH by construction, MEDIUM by an annotation."""

    of: External | Class
    sure: Confidence = Confidence.HIGH


class Method(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A method of an external class reached through an instance: `sqlalchemy.engine.Engine.connect`, canonical, on the
    class that the catalog knows (a subclass's own name is replaced by the base that defines the method)."""

    name: str
    sure: Confidence = Confidence.HIGH


class Partial(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """functools.partial of something: calling it calls `of`."""

    of: External | Function | Class | Method


Ref = External | Module | Function | Class | Instance | Method | Partial
