"""The constant that an expression is, as far as that can be told without running the program.

Followed: literals, variables, module globals (also of other modules of the project), class attributes and fields set by
a constructor, parameters (what the calls in the same module pass, else the default), `int(...)`, arithmetic, `a or b`,
conditional expressions, and look-ups with a default such as `os.environ.get("POOL", "10")` or `Field(default=5)`.
Where several values are possible the largest number counts: it is an upper limit that is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leaklint import ir
from leaklint.ownership.analysis import Analysis
from leaklint.resolve.definitions import MODULE_BODY, Definer, Definitions, enclosing
from leaklint.resolve.names import Names
from leaklint.resolve.refs import Class, External, Function, Instance, Module
from leaklint.resolve.resolver import Resolver

DEEPEST = 12
UNKNOWN_PART = "\x00"
_CONVERSIONS = frozenset({"builtins.int", "builtins.float", "builtins.str", "builtins.bool", "typing.cast"})
_FIELDS = frozenset({"Field", "field", "attrib", "ib"})
_LOOKUPS = frozenset({"get", "getenv", "config", "int", "env", "getint", "get_int", "int_env", "env_int", "getfloat"})
_FILLING = frozenset({"update", "setdefault"})
_DEFAULTS = ("default", "fallback")
_URL_WRAPPERS = frozenset({"make_url", "URL", "PostgresDsn", "str"})
_NUMBER = re.compile(r"\s*[+-]?\d{1,12}\s*\Z")


class Constant(NamedTuple):
    """A value, and what had to be assumed for it. given: False for what is looked up and has no default."""

    value: ir.Constant
    notes: tuple[str, ...] = ()
    given: bool = True


class Scope(NamedTuple):
    """A procedure of a module, with its definitions."""

    module: ir.ModuleIR
    procedure: ir.Procedure
    body: Definitions


class Constants:
    """Answers for one program."""

    def __init__(self, analysis: Analysis) -> None:
        self.resolver: Resolver = analysis.resolver
        self.names: Names = analysis.resolver.names
        self.program = analysis.program
        # Many callers pass on what they are given: each is asked once, from however many it is come to.
        self._values: dict[tuple[str, str, str, int], Constant | None] = {}

    def scope(self, module: ir.ModuleIR, name: str) -> Scope | None:
        """The procedure of this name; None if there is none."""
        procedure = module.procedures.get(name)
        body = self.names.definitions(module.module, name)
        return Scope(module, procedure, body) if procedure is not None and body is not None else None

    def number(self, scope: Scope, operand: str) -> Constant | None:
        """The whole number that an operand is; its value is None where the operand is None."""
        found = self.value(scope, operand)
        if found is None or not found.given:
            return None
        if isinstance(found.value, str) and _NUMBER.match(found.value):
            return found._replace(value=int(found.value))
        if isinstance(found.value, float) and found.value == found.value // 1:
            return found._replace(value=int(found.value))
        if found.value is None or (isinstance(found.value, int) and not isinstance(found.value, bool)):
            return found
        return None

    def value(self, scope: Scope, operand: str, depth: int = 0) -> Constant | None:
        """The constant that an operand is, None where that cannot be told."""
        if depth > DEEPEST:
            return None
        key = (scope.module.module, scope.procedure.name, operand, depth)
        if key not in self._values:
            self._values[key] = self._value(scope, operand, depth)
        return self._values[key]

    def _value(self, scope: Scope, operand: str, depth: int) -> Constant | None:
        steps = scope.body.values.get(operand)
        if not steps:
            return self._unassigned(scope, operand, depth)
        if len(steps) > 8:
            return None
        found = [self._step(scope, step, depth + 1) for step in steps]
        if _is_parameter(scope, operand):
            found.append(self._unassigned(scope, operand, depth + 1))
        return _most(found)

    def entries(self, scope: Scope, operand: str, depth: int = 0) -> Iterator[tuple[str, Scope, str]]:
        """The keys of a dict, each with the operand of its value and where that stands. A key that is not known is "":
        then there may be any. Of what is no dict display nothing is known."""
        found = self._built(scope, operand, depth)
        if found is None:
            yield "", scope, operand
            return
        where, dst, build = found
        for key, item in zip(build.keys, build.items):
            if not key:
                yield from self.entries(where, item, depth + 1)
            else:
                yield self._key(where, key, depth), where, item
        for one in where.body.items:
            if self._same(where, one.base, dst):
                yield self._key(where, one.index, depth), where, one.src
        for load in where.body.attribute_loads:
            if load.name in _FILLING and self._same(where, load.base, dst):
                yield "", where, load.base

    def _key(self, scope: Scope, operand: str, depth: int) -> str:
        name = self.value(scope, operand, depth + 1)
        return name.value if name is not None and isinstance(name.value, str) else ""

    def _same(self, scope: Scope, operand: str, dst: str) -> bool:
        if operand not in scope.body.values:
            return False
        step = scope.body.single(operand)
        return step is not None and getattr(step, "dst", "") == dst

    def _built(self, scope: Scope, operand: str, depth: int) -> tuple[Scope, str, ir.Build] | None:
        """The dict display that an operand is; also `dict(a=1)` is none, so rarely written that it does not count."""
        if depth > DEEPEST or _is_parameter(scope, operand):
            return None
        step = scope.body.single(operand)
        if isinstance(step, ir.Build) and step.kind == "dict":
            return scope, step.dst, step
        if isinstance(step, ir.LoadGlobal):
            for where, source in self._globals(scope.module, step.name):
                found = self._built(where, source, depth + 1)
                if found is not None:
                    return found
        if isinstance(step, ir.Attr):
            for where, source in self._attribute(scope, step):
                found = self._built(where, source, depth + 1)
                if found is not None:
                    return found
        return None

    # -- steps --------------------------------------------------------------------------------------------------

    def _step(self, scope: Scope, step: Definer, depth: int) -> Constant | None:
        if isinstance(step, ir.LoadConst):
            return None if step.opaque else Constant(step.value)
        if isinstance(step, ir.Copy):
            return self.value(scope, step.src, depth)
        if isinstance(step, ir.Await):
            return None
        if isinstance(step, ir.LoadGlobal):
            return self._first(self._globals(scope.module, step.name), depth)
        if isinstance(step, ir.Attr):
            return self._field_value(scope, step, depth)
        if isinstance(step, ir.Item):
            return self._item(scope, step, depth)
        if isinstance(step, ir.Build) and step.kind == "string":
            return self._text(scope, step, depth)
        if isinstance(step, ir.Operation):
            return self._operation(scope, step, depth)
        if isinstance(step, ir.Call):
            return self._call(scope, step, depth)
        return None

    def _first(self, places: Iterator[tuple[Scope, str]], depth: int) -> Constant | None:
        found = [self.value(where, operand, depth + 1) for where, operand in places]
        return _most(found) if found else None

    def _field_value(self, scope: Scope, step: ir.Attr, depth: int) -> Constant | None:
        """The value of an attribute. What a class body gives is a default that its objects may not keep."""
        places = list(self._attribute(scope, step))
        found = self._first(iter(places), depth)
        if found is None or not found.given or not any(where.procedure.kind == "class" for where, _ in places):
            return found
        note = f"`{step.name}` has its default, {found.value}"
        return found._replace(notes=(*found.notes, note)) if note not in found.notes else found

    def _globals(self, module: ir.ModuleIR, name: str, depth: int = 0) -> Iterator[tuple[Scope, str]]:
        """Where a global name of a module gets its value, through imports."""
        body = self.scope(module, MODULE_BODY)
        if body is None or depth > DEEPEST:
            return
        imports = self.names.imports(module).get(name, ())
        if imports:
            for entry in imports:
                source = self.program.find(entry.module, module)
                other = self.program.module(source) if source and entry.attribute else None
                if other is not None:
                    yield from self._globals(other, entry.attribute, depth + 1)
            return
        if name in body.body.values:
            yield body, name
            return
        for entry in self.names.imports(module).get("*", ()):
            source = self.program.find(entry.module, module)
            other = self.program.module(source) if source else None
            if other is not None:
                yield from self._globals(other, name, depth + 1)

    def _attribute(self, scope: Scope, step: ir.Attr) -> Iterator[tuple[Scope, str]]:
        """Where the attribute of a module, class or object gets its value."""
        for ref in self.resolver.refs(scope.module, scope.procedure, step.base):
            if isinstance(ref, Module):
                module = self.program.module(ref.name)
                if module is not None:
                    yield from self._globals(module, step.name)
            elif isinstance(ref, Class):
                yield from self._field(ref, step.name)
            elif isinstance(ref, Instance) and isinstance(ref.of, Class):
                yield from self._field(ref.of, step.name)

    def _field(self, cls: Class, name: str) -> Iterator[tuple[Scope, str]]:
        info = self.resolver.class_info(cls)
        for one in (cls, *(info.bases if info is not None else ())):
            if not isinstance(one, Class):
                continue
            module = self.program.module(one.module)
            if module is None:
                continue
            body = self.scope(module, one.name)
            if body is not None and name in body.body.values:
                yield body, name
                return
            method = self.scope(module, f"{one.name}.__init__")
            if method is None:
                continue
            receiver = method.procedure.parameters[0].name if method.procedure.parameters else ""
            found = [(method, s.src) for s in method.body.attributes if s.base == receiver and s.name == name]
            if found:
                yield from found
                return

    def _item(self, scope: Scope, step: ir.Item, depth: int) -> Constant | None:
        key = self.value(scope, step.index, depth + 1)
        if key is None or not isinstance(key.value, str):
            return None
        for name, where, operand in self.entries(scope, step.base, depth + 1):
            if name == key.value:
                return self.value(where, operand, depth + 1)
        return Constant(None, (f"`{key.value}` is read when the program runs",), given=False)

    def _text(self, scope: Scope, step: ir.Build, depth: int) -> Constant:
        parts: list[str] = []
        notes: list[str] = []
        for item in step.items:
            found = self.value(scope, item, depth + 1)
            known = found is not None and found.given
            parts.append(str(found.value) if found is not None and known else UNKNOWN_PART)
            notes += found.notes if found is not None else ()
        return Constant("".join(parts), tuple(notes))

    def _operation(self, scope: Scope, step: ir.Operation, depth: int) -> Constant | None:
        found = [self.value(scope, operand, depth + 1) for operand in step.operands]
        notes = tuple(note for one in found if one is not None for note in one.notes)
        numbers = [one.value for one in found if one is not None and one.given and isinstance(one.value, (int, float))]
        if len(numbers) != len(step.operands):
            return None
        if len(numbers) == 1:
            return Constant(-numbers[0], notes) if step.name in ("-", "neg", "usub", "unary-") else None
        if len(numbers) != 2 or max(map(abs, numbers)) > 10**9:
            return None
        left, right = numbers
        if step.name in ("+", "-", "*"):
            return Constant({"+": left + right, "-": left - right, "*": left * right}[step.name], notes)
        if step.name in ("/", "//") and right:
            return Constant(left // right, notes)
        return None

    # -- calls --------------------------------------------------------------------------------------------------

    def _call(self, scope: Scope, call: ir.Call, depth: int) -> Constant | None:
        refs = self.resolver.refs(scope.module, scope.procedure, call.func)
        names = {ref.name for ref in refs if isinstance(ref, External)}
        if names & {"builtins.min", "builtins.max"} and len(call.args) > 1:
            return self._extreme(scope, call, depth, smallest="builtins.min" in names)
        if names & _CONVERSIONS and call.args:
            return self.value(scope, call.args[-1], depth + 1)
        func = scope.body.single(call.func)
        last = func.name if isinstance(func, (ir.Attr, ir.LoadGlobal)) else call.func.rpartition(".")[2]
        keywords = dict(call.keywords)
        default = next((keywords[name] for name in _DEFAULTS if name in keywords), "")
        if last in _FIELDS:
            chosen = default or (call.args[0] if call.args else "")
            return self.value(scope, chosen, depth + 1) if chosen else None
        if last in _URL_WRAPPERS and call.args and not any(isinstance(ref, (Function, Class)) for ref in refs):
            return self.value(scope, call.args[0], depth + 1)
        if last in _LOOKUPS or default:
            return self._looked_up(scope, call, default, depth)
        return None

    def _extreme(self, scope: Scope, call: ir.Call, depth: int, *, smallest: bool) -> Constant | None:
        """`min(a, b)` and `max(a, b)`; of `min` what is known bounds it."""
        found = [self.value(scope, operand, depth + 1) for operand in call.args]
        known = [one for one in found if one is not None and isinstance(one.value, (int, float))]
        if not known or (not smallest and len(known) < len(found)):
            return None
        return (min if smallest else max)(known, key=lambda one: float(one.value or 0))

    def _looked_up(self, scope: Scope, call: ir.Call, default: str, depth: int) -> Constant | None:
        key = self.value(scope, call.args[0], depth + 1) if call.args else None
        if key is None or not isinstance(key.value, str):
            return None
        operand = default or (call.args[-1] if len(call.args) > 1 else "")
        if not operand:
            return Constant(None, (f"`{key.value}` is read when the program runs, and has no default",), given=False)
        found = self.value(scope, operand, depth + 1)
        if found is None:
            return None
        if found.value is None or found.value == "":
            return Constant(None, (f"`{key.value}` is read when the program runs, and has no default",), given=False)
        return found._replace(notes=(*found.notes, f"`{key.value}` has its default, {found.value}"))

    # -- parameters ---------------------------------------------------------------------------------------------

    def _unassigned(self, scope: Scope, operand: str, depth: int) -> Constant | None:
        """A parameter, or a variable of an enclosing function."""
        position = next((i for i, p in enumerate(scope.procedure.parameters) if p.name == operand), None)
        if position is not None:
            passed = [self.value(where, given, depth + 2) for where, given in self._passed(scope, operand, position)]
            default = self._default(scope, operand, depth)
            known = [one for one in passed if one is not None]
            if known and len(known) == len(passed):
                return _most(known)
            if default is None or default.value is None:
                return _most(known) if known else default
            note = f"`{operand}` of `{scope.procedure.name}` has its default, {default.value}"
            return _most([*known, default._replace(notes=(*default.notes, note))])
        if operand in scope.procedure.free:
            outer = self.scope(scope.module, enclosing(scope.procedure.name))
            return self.value(outer, operand, depth + 1) if outer is not None else None
        return None

    def _default(self, scope: Scope, name: str, depth: int) -> Constant | None:
        with_default = [p.name for p in scope.procedure.parameters if p.has_default]
        outer = self.scope(scope.module, enclosing(scope.procedure.name))
        if name not in with_default or outer is None:
            return None
        for steps in outer.body.values.values():
            for step in steps:
                if isinstance(step, ir.MakeFunction) and step.procedure == scope.procedure.name:
                    index = with_default.index(name)
                    return self.value(outer, step.defaults[index], depth + 1) if index < len(step.defaults) else None
        return None

    def _passed(self, scope: Scope, name: str, position: int) -> Iterator[tuple[Scope, str]]:
        """What the calls in the same module pass for a parameter."""
        own = scope.procedure
        short = own.name.rpartition(".")[2]
        constructor = short == "__init__"
        called = own.class_name.rpartition(".")[2] if constructor else short
        offset = position - (1 if own.kind == "method" else 0)
        for other in self.program.mentioning(scope.module, called):
            where = self.scope(scope.module, other) if other != own.name else None
            if where is None:
                continue
            for call in where.body.calls_naming.get(called, ()):
                refs = self.resolver.refs(scope.module, where.procedure, call.func)
                wanted: object = Class(scope.module.module, own.class_name) if constructor else own.name
                if not any(ref == wanted or (isinstance(ref, Function) and ref.name == wanted) for ref in refs):
                    continue
                given = dict(call.keywords).get(name) or (call.args[offset] if 0 <= offset < len(call.args) else "")
                if given:
                    yield where, given


def _is_parameter(scope: Scope, operand: str) -> bool:
    return any(parameter.name == operand for parameter in scope.procedure.parameters)


def _most(found: Sequence[Constant | None]) -> Constant | None:
    """The one value, or the largest of several numbers. What is looked up without a default gives way to the rest,
    unless that is no value either."""
    known = [one for one in found if one is not None and one.given]
    absent = next((one for one in found if one is not None and not one.given), None)
    if absent is not None and all(one.value is None for one in known):
        return absent
    if not known:
        return None
    if any(one is None for one in found):
        known = [one._replace(notes=(*one.notes, "another value is possible, which is not known")) for one in known]
    if len({repr(one.value) for one in known}) == 1:
        return known[0]
    numbers = [one for one in known if isinstance(one.value, (int, float)) and not isinstance(one.value, bool)]
    texts = [one for one in known if isinstance(one.value, str)]
    if texts and all(_NUMBER.match(str(one.value)) for one in texts):
        numbers += [one._replace(value=int(str(one.value))) for one in texts]
    if not numbers:
        return texts[0] if len(texts) == 1 else None
    chosen = max(numbers, key=lambda one: float(one.value))  # type: ignore[arg-type]
    listed = ", ".join(sorted({str(one.value) for one in numbers}, key=float))
    more = (f"the largest of {listed}",) if "," in listed else ()
    return chosen._replace(notes=(*chosen.notes, *more))
