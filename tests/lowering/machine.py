"""Executes the intermediate representation concretely, so that a lowering can be compared with Python itself.

Values are real Python objects. A procedure runs as a Python generator, which gives yield and await for nothing; an
ordinary function is driven to its end at once.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import operator
import types
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from leaklint import ir
from leaklint.lowering import lower_module

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "@": operator.matmul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "|": operator.or_,
    "^": operator.xor,
    "&": operator.and_,
}
INPLACE: dict[str, Callable[[Any, Any], Any]] = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "|=": operator.ior,
}
UNARY: dict[str, Callable[[Any], Any]] = {"+": operator.pos, "-": operator.neg, "~": operator.invert}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "isnot": operator.is_not,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


class Frame:
    """The variables of one running procedure; names it captures live in the frame that it was made in."""

    def __init__(self, procedure: ir.Procedure, outer: Frame | None) -> None:
        self.procedure = procedure
        self.outer = outer
        self.variables: dict[str, Any] = {}
        self.pending: dict[int, Any] = {}
        self.flight: BaseException | None = None

    def owner(self, name: str) -> dict[str, Any]:
        frame = self
        while name in frame.procedure.free:
            assert frame.outer is not None, f"{name} is captured from nowhere"
            frame = frame.outer
        return frame.variables

    def __getitem__(self, name: str) -> Any:
        try:
            return self.owner(name)[name]
        except KeyError:
            raise UnboundLocalError(name) from None

    def __setitem__(self, name: str, content: Any) -> None:
        self.owner(name)[name] = content


class Machine:
    """One module. `globals` are the names it sees beside the builtins; `run` executes its body into them."""

    def __init__(self, text: str, given: Mapping[str, Any] | None = None) -> None:
        self.module = lower_module(text, "example.py", "example")
        self.globals: dict[str, Any] = dict(given or {})
        frame = Frame(self.module.procedures["<module>"], None)
        frame.variables = self.globals
        drive(self.execute(frame))

    # -- procedures

    def function(self, name: str, outer: Frame | None, defaults: Sequence[Any]) -> Callable[..., Any]:
        procedure = self.module.procedures[name]
        while outer is not None and outer.procedure.kind == "class":
            outer = outer.outer

        def start(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
            frame = Frame(procedure, outer)
            frame.variables.update(bind(procedure, defaults, args, keywords))
            return self.execute(frame)

        if procedure.is_generator:
            return start
        if procedure.is_async:
            return types.coroutine(start)

        @functools.wraps(start)
        def function(*args: Any, **keywords: Any) -> Any:
            return drive(start(*args, **keywords))

        return function

    def make_class(self, name: str, outer: Frame, bases: tuple[Any, ...]) -> Any:
        frame = Frame(self.module.procedures[name], outer)
        drive(self.execute(frame))
        content = {key: item for key, item in frame.variables.items() if not key.startswith("%")}
        return type(name.rpartition(".")[2], bases, content)

    def execute(self, frame: Frame) -> Generator[Any, Any, Any]:
        blocks = frame.procedure.blocks
        at = 0
        while True:
            block = blocks[at]
            try:
                for instruction in block.instructions:
                    if isinstance(instruction, ir.Yield):
                        got = yield frame[instruction.src] if instruction.src else None
                        frame[instruction.dst] = got
                    elif isinstance(instruction, ir.YieldFrom):
                        frame[instruction.dst] = yield from frame[instruction.src]
                    elif isinstance(instruction, ir.Await):
                        frame[instruction.dst] = yield from awaiting(frame[instruction.src])
                    elif isinstance(instruction, ir.Enter) and instruction.is_async:
                        context = frame[instruction.ctx]
                        frame[instruction.dst] = yield from awaiting(type(context).__aenter__(context))
                    elif isinstance(instruction, ir.Exit):
                        yield from self.leave(frame, instruction)
                    else:
                        STEPS[type(instruction)](self, frame, instruction)
                terminator = block.terminator
                if isinstance(terminator, ir.Return):
                    return frame[terminator.src] if terminator.src else None
                if isinstance(terminator, ir.Next) and terminator.is_async:
                    iterator = frame[terminator.iterator]
                    try:
                        frame[terminator.dst] = yield from awaiting(type(iterator).__anext__(iterator))
                        at = terminator.body
                    except StopAsyncIteration:
                        at = terminator.exhausted
                else:
                    at = self.follow(frame, terminator)
            except BaseException as error:
                if block.handler < 0:
                    raise
                frame.flight = error
                at = block.handler
                assert isinstance(blocks[at].instructions[0], ir.Catch), "a handler begins with Catch"

    def leave(self, frame: Frame, instruction: ir.Exit) -> Generator[Any, Any, None]:
        context, error = frame[instruction.ctx], frame.pending[instruction.region]
        details = (type(error), error, None) if isinstance(error, BaseException) else (None, None, None)
        if instruction.is_async:
            ended = yield from awaiting(type(context).__aexit__(context, *details))
        else:
            ended = type(context).__exit__(context, *details)
        if isinstance(error, BaseException) and ended:
            frame.pending[instruction.region] = "suppressed"

    def follow(self, frame: Frame, terminator: ir.Terminator) -> int:
        if isinstance(terminator, ir.Goto):
            return terminator.target
        if isinstance(terminator, ir.Branch):
            return terminator.then if frame[terminator.test] else terminator.orelse
        if isinstance(terminator, ir.Next):
            try:
                frame[terminator.dst] = next(frame[terminator.iterator])
            except StopIteration:
                return terminator.exhausted
            return terminator.body
        if isinstance(terminator, ir.Handle):
            assert frame.flight is not None
            taken = taken_by(frame.flight, frame[terminator.types] if terminator.types else None, terminator.is_star)
            return terminator.body if taken else terminator.otherwise
        if isinstance(terminator, ir.Raise):
            raise self.raised(frame, terminator)
        if isinstance(terminator, ir.Resume):
            outcome = frame.pending.pop(terminator.region)
            if isinstance(outcome, BaseException):
                raise outcome
            return terminator.suppressed if outcome == "suppressed" else int(outcome)
        raise AssertionError(f"cannot get to {terminator}")

    def raised(self, frame: Frame, terminator: ir.Raise) -> BaseException:
        if not terminator.src:
            if terminator.caught:
                error: BaseException = frame[terminator.caught]
                return error
            pending = [error for error in frame.pending.values() if isinstance(error, BaseException)]
            return pending[-1] if pending else RuntimeError("No active exception to reraise")
        made: BaseException | type[BaseException] = frame[terminator.src]
        return made() if isinstance(made, type) else made


def taken_by(error: BaseException, wanted: Any, is_star: bool) -> bool:
    if wanted is None:
        return True
    if is_star and isinstance(error, getattr(builtins, "BaseExceptionGroup", ())):
        return error.split(wanted)[0] is not None  # type: ignore[attr-defined]
    return isinstance(error, wanted)


def awaiting(awaitable: Any) -> Generator[Any, Any, Any]:
    if isinstance(awaitable, types.GeneratorType):
        return (yield from awaitable)
    return (yield from awaitable.__await__())


def drive(generator: Generator[Any, Any, Any]) -> Any:
    try:
        while True:
            next(generator)
    except StopIteration as end:
        return end.value


def bind(
    procedure: ir.Procedure, defaults: Sequence[Any], args: tuple[Any, ...], keywords: dict[str, Any]
) -> dict[str, Any]:
    given = dict(zip([p.name for p in procedure.parameters if p.has_default], defaults))
    plain = [p.name for p in procedure.parameters if p.kind == "positional"]
    given.update(zip(plain, args))
    rest: dict[str, Any] = {}
    names = {p.name for p in procedure.parameters if p.kind in ("positional", "keyword")}
    for key, item in keywords.items():
        (given if key in names else rest)[key] = item
    for parameter in procedure.parameters:
        if parameter.kind == "star":
            given[parameter.name] = args[len(plain) :]
        elif parameter.kind == "starstar":
            given[parameter.name] = rest
    return given


# -- instructions


def load_global(machine: Machine, frame: Frame, step: ir.LoadGlobal) -> None:
    try:
        frame[step.dst] = machine.globals[step.name]
    except KeyError:
        try:
            frame[step.dst] = getattr(builtins, step.name)
        except AttributeError:
            raise NameError(step.name) from None


def store_global(machine: Machine, frame: Frame, step: ir.StoreGlobal) -> None:
    machine.globals[step.name] = frame[step.src]


def load_const(machine: Machine, frame: Frame, step: ir.LoadConst) -> None:
    frame[step.dst] = step.value


def copy(machine: Machine, frame: Frame, step: ir.Copy) -> None:
    frame[step.dst] = frame[step.src]


def attr(machine: Machine, frame: Frame, step: ir.Attr) -> None:
    frame[step.dst] = getattr(frame[step.base], step.name)


def set_attr(machine: Machine, frame: Frame, step: ir.SetAttr) -> None:
    setattr(frame[step.base], step.name, frame[step.src])


def del_attr(machine: Machine, frame: Frame, step: ir.DelAttr) -> None:
    delattr(frame[step.base], step.name)


def item(machine: Machine, frame: Frame, step: ir.Item) -> None:
    frame[step.dst] = frame[step.base][frame[step.index]]


def set_item(machine: Machine, frame: Frame, step: ir.SetItem) -> None:
    frame[step.base][frame[step.index]] = frame[step.src]


def del_item(machine: Machine, frame: Frame, step: ir.DelItem) -> None:
    del frame[step.base][frame[step.index]]


def spread(frame: Frame, names: Sequence[str], starred: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    for index, name in enumerate(names):
        if index in starred:
            found.extend(frame[name])
        else:
            found.append(frame[name])
    return found


def build(machine: Machine, frame: Frame, step: ir.Build) -> None:
    if step.repeated:
        collected = frame.variables.pop("%into" + step.dst, [])
        make: dict[str, Callable[[Any], Any]] = {"list": list, "set": set, "dict": dict, "generator": iter}
        frame[step.dst] = make[step.kind](collected)
    elif step.kind == "dict":
        made: dict[Any, Any] = {}
        for key, content in zip(step.keys, step.items):
            made.update({frame[key]: frame[content]} if key else frame[content])
        frame[step.dst] = made
    elif step.kind == "slice":
        frame[step.dst] = slice(*spread(frame, step.items, ()))
    elif step.kind == "string":
        frame[step.dst] = "".join(str(part) for part in spread(frame, step.items, ()))
    else:
        kinds: dict[str, Callable[[Any], Any]] = {"tuple": tuple, "list": list, "set": set}
        frame[step.dst] = kinds[step.kind](spread(frame, step.items, step.starred))


def append(machine: Machine, frame: Frame, step: ir.Append) -> None:
    content = (frame[step.key], frame[step.item]) if step.key else frame[step.item]
    frame.variables.setdefault("%into" + step.into, []).append(content)


def unpack(machine: Machine, frame: Frame, step: ir.Unpack) -> None:
    parts = list(frame[step.src])
    if step.star >= 0:
        behind = len(step.dsts) - step.star - 1
        if len(parts) < len(step.dsts) - 1:
            raise ValueError("not enough values to unpack")
        middle = parts[step.star : len(parts) - behind]
        parts = [*parts[: step.star], middle, *parts[len(parts) - behind :]]
    if len(parts) != len(step.dsts):
        raise ValueError("wrong number of values to unpack")
    for dst, part in zip(step.dsts, parts):
        frame[dst] = part


def compare(machine: Machine, frame: Frame, step: ir.Compare) -> None:
    frame[step.dst] = COMPARE[step.op](frame[step.left], frame[step.right])


def invert(machine: Machine, frame: Frame, step: ir.Not) -> None:
    frame[step.dst] = not frame[step.src]


def operation(machine: Machine, frame: Frame, step: ir.Operation) -> None:
    operands = [frame[name] for name in step.operands]
    name, _, detail = step.name.partition(":")
    if name in MATCHING:
        frame[step.dst] = MATCHING[name](detail, *operands)
        if name == "rest-of-group":
            frame.flight = frame[step.dst]
    elif len(operands) == 1:
        frame[step.dst] = UNARY[name](operands[0])
    else:
        frame[step.dst] = (BINARY.get(name) or INPLACE[name])(*operands)


def is_sequence(detail: str, subject: Any) -> bool:
    if not isinstance(subject, (list, tuple, range)):
        return False
    return len(subject) >= int(detail[:-1]) if detail.endswith("+") else len(subject) == int(detail)


MATCHING: dict[str, Callable[..., Any]] = {
    "match-sequence": is_sequence,
    "match-mapping": lambda detail, subject: isinstance(subject, dict),
    "match-rest": lambda detail, subject, *keys: {k: v for k, v in subject.items() if k not in keys},
    "match-argument": lambda detail, subject, of: (
        subject if of in (int, str, list, dict) else getattr(subject, of.__match_args__[int(detail)])
    ),
    "isinstance": lambda detail, subject, of: isinstance(subject, of),
    "match-group": lambda detail, error, wanted: error.split(wanted)[0],
    "rest-of-group": lambda detail, error, wanted: error.split(wanted)[1],
}


def call(machine: Machine, frame: Frame, step: ir.Call) -> None:
    keywords: dict[str, Any] = {}
    args = spread(frame, step.args, step.starred)
    for name, operand in step.keywords:
        keywords.update({name: frame[operand]} if name else frame[operand])
    frame[step.dst] = frame[step.func](*args, **keywords)


def make_function(machine: Machine, frame: Frame, step: ir.MakeFunction) -> None:
    frame[step.dst] = machine.function(step.procedure, frame, [frame[name] for name in step.defaults])


def make_class(machine: Machine, frame: Frame, step: ir.MakeClass) -> None:
    frame[step.dst] = machine.make_class(step.name, frame, tuple(frame[name] for name in step.bases))


def load_import(machine: Machine, frame: Frame, step: ir.LoadImport) -> None:
    module = importlib.import_module(step.module)
    frame[step.dst] = getattr(module, step.name) if step.name else module


def enter(machine: Machine, frame: Frame, step: ir.Enter) -> None:
    context = frame[step.ctx]
    frame[step.dst] = type(context).__enter__(context)


def iterate(machine: Machine, frame: Frame, step: ir.Iterate) -> None:
    source = frame[step.src]
    frame[step.dst] = type(source).__aiter__(source) if step.is_async else iter(source)


def delete(machine: Machine, frame: Frame, step: ir.Delete) -> None:
    frame.owner(step.name).pop(step.name, None)


def catch(machine: Machine, frame: Frame, step: ir.Catch) -> None:
    frame[step.dst] = frame.flight


def pend(machine: Machine, frame: Frame, step: ir.Pend) -> None:
    frame.pending.pop(step.region, None)
    frame.pending[step.region] = frame.flight if step.target < 0 else step.target


def nothing(machine: Machine, frame: Frame, step: ir.Instruction) -> None:
    pass


STEPS: dict[type, Callable[[Machine, Frame, Any], None]] = {
    ir.LoadGlobal: load_global,
    ir.StoreGlobal: store_global,
    ir.LoadConst: load_const,
    ir.Copy: copy,
    ir.Attr: attr,
    ir.SetAttr: set_attr,
    ir.DelAttr: del_attr,
    ir.Item: item,
    ir.SetItem: set_item,
    ir.DelItem: del_item,
    ir.Build: build,
    ir.Append: append,
    ir.Unpack: unpack,
    ir.Compare: compare,
    ir.Not: invert,
    ir.Operation: operation,
    ir.Call: call,
    ir.MakeFunction: make_function,
    ir.MakeClass: make_class,
    ir.LoadImport: load_import,
    ir.Enter: enter,
    ir.Iterate: iterate,
    ir.Delete: delete,
    ir.Catch: catch,
    ir.Caught: nothing,
    ir.Pend: pend,
    ir.Unused: nothing,
}
