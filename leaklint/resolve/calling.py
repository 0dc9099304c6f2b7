"""Calls: what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leaklint import ir
from leaklint.ir import ModuleIR, Procedure
from leaklint.model import Confidence
from leaklint.resolve import storage, typenames
from leaklint.resolve.definitions import Definitions
from leaklint.resolve.reading import Get
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Partial
from leaklint.resolve.shapes import Display, Generated, Lent, Rows, Super, Typed, Value

if TYPE_CHECKING:
    from leaklint.resolve.flow import Flow


TAKING = frozenset({"get", "pop", "popitem", "popleft", "setdefault", "get_nowait"})
WITH_DEFAULT = frozenset({"get", "pop", "setdefault"})
LISTING = frozenset({"values", "items"})
SAME = {
    **{name: name for name in ("list", "tuple", "set", "frozenset", "dict")},
    **dict.fromkeys(("reversed", "iter", "aiter", "filter"), ""),
    "sorted": "list",
}
"""Builtins whose result has the members of their argument, and the type of what they make."""
MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
ENTERING = frozenset(
    f"contextlib.{stack}.{name}"
    for stack in ("ExitStack", "AsyncExitStack")
    for name in ("enter_context", "enter_async_context")
)

IMPORTING = frozenset({"importlib.import_module", "importlib.__import__", "builtins.__import__"})


class Site:
    """One call in one procedure, and how to read its operands."""

    def __init__(
        self, flow: Flow, get: Get, module: ModuleIR, procedure: Procedure, body: Definitions, call: ir.Call
    ) -> None:
        self.flow = flow
        self.get = get
        self.module = module
        self.procedure = procedure
        self.body = body
        self.call = call

    def values(self, operand: str) -> set[Value]:
        """What an operand stands for."""
        return self.get(("operand", self.module.module, self.procedure.name, operand))

    def argument(self, position: int) -> set[Value]:
        """What a positional argument stands for."""
        return self.values(self.call.args[position]) if position < len(self.call.args) else set()


def call(
    flow: Flow, get: Get, module: ModuleIR, procedure: Procedure, body: Definitions, instruction: ir.Call
) -> set[Value]:
    """What a call gives."""
    site = Site(flow, get, module, procedure, body, instruction)
    found: set[Value] = set()
    for callee in site.values(instruction.func):
        found |= result(site, callee)
    func = body.single(instruction.func)
    if isinstance(func, ir.Attr):
        found |= _of_method(site, func)
    return found


def _of_method(site: Site, func: ir.Attr) -> set[Value]:
    """Calls of methods whose result depends on the object: containers, and methods that return it."""
    found: set[Value] = set()
    receivers = site.values(func.base)
    if func.name in TAKING:
        index = site.body.constant(site.call.args[0]) if site.call.args and func.name in WITH_DEFAULT else None
        wanted = index if isinstance(index, (int, str)) else None
        for value in receivers:
            if isinstance(value, (Display, Typed)):
                found |= site.get(("element", value, wanted))
        found |= storage.contents(site.flow, site.get, site.module, site.procedure, site.body, func.base)
        if func.name in WITH_DEFAULT and any(isinstance(value, (Display, Typed)) for value in receivers):
            found |= site.argument(1)
    elif func.name in LISTING:
        found.add(Rows(site.module.module, site.procedure.name, site.call.dst))
    elif func.name == "copy":
        found |= {value for value in receivers if isinstance(value, (Display, Typed))}
    for value in receivers:
        if isinstance(value, Instance) and isinstance(value.of, Class):
            info = site.flow.classes.info(value.of)
            method = info.methods.get(func.name) if info is not None else None
            if method is not None and site.flow.returns_self(method):
                found.add(value)
        elif isinstance(value, Generated) and func.name in ("__enter__", "__aenter__", "__next__", "__anext__"):
            found |= site.get(("yields", value.of))
        if func.name in ("__enter__", "__aenter__") and isinstance(value, (Instance, Lent, Typed)):
            found |= site.get(("entered", value))
    return found


def result(site: Site, callee: Value) -> set[Value]:
    """What calling `callee` gives."""
    if isinstance(callee, Partial):
        return result(site, callee.of)
    if isinstance(callee, External):
        return _external(site, callee.name, Confidence.HIGH)
    if isinstance(callee, Method):
        return _external(site, callee.name, callee.sure)
    if isinstance(callee, Function):
        return _function(site, callee)
    if isinstance(callee, Class):
        return {Instance(callee)}
    if isinstance(callee, Typed) and callee.name.endswith("Callable") and callee.args:
        return site.flow.instances(callee.module, callee.scope, callee.args[-1])
    if isinstance(callee, Instance):
        if isinstance(callee.of, External):
            return _external(site, f"{callee.of.name}.__call__", callee.sure)
        info = site.flow.classes.info(callee.of)
        method = info.methods.get("__call__") if info is not None else None
        return _function(site, method) if method is not None else set()
    return set()


def _function(site: Site, function: Function) -> set[Value]:
    module = site.flow.program.module(function.module)
    signature = module.signatures.get(function.name) if module is not None else None
    if module is None or signature is None:
        return set()
    plain = Function(function.module, function.name)
    if signature.is_generator or _is_manager(site.flow, module, signature):
        return {Generated(plain)}
    return set(site.get(("returns", plain)))


def _is_manager(flow: Flow, module: ModuleIR, signature: Procedure) -> bool:
    return any(
        isinstance(named, External) and named.name.rpartition(".")[2] in MANAGERS
        for decorator in signature.decorators
        for named in flow.names.dotted(module, signature.name, decorator.name)
    )


# -- external callables -------------------------------------------------------------------------------------------


def _external(site: Site, name: str, sure: Confidence) -> set[Value]:
    package, _, last = name.rpartition(".")
    if name in IMPORTING:
        return _imported(site, whole=last == "import_module" or len(site.call.args) > 1 or bool(site.call.keywords))
    if package == "builtins":
        return _builtin(site, last)
    found: set[Value] = set()
    if name in ("typing.cast", "typing_extensions.cast"):
        return _cast(site)
    if name in ENTERING:
        return {inner for value in site.argument(0) for inner in site.get(("entered", value))}
    if name == "functools.partialmethod":
        return {Partial(value) for value in site.argument(0) if isinstance(value, (External, Function, Class, Method))}
    wrapper = site.flow.catalog.wrapper(name)
    if wrapper is not None:
        found |= _wrapped(site, wrapper.does, wrapper.argument)
    returned = site.flow.catalog.returned_type(name)
    if returned is not None:
        found.add(Instance(External(returned), sure))
    elif wrapper is None and last[:1].isupper() and any(letter.islower() for letter in last):
        found.add(Instance(External(name), sure))
    return found


def _imported(site: Site, *, whole: bool) -> set[Value]:
    """A library imported by a call that names it: `importlib.import_module("psycopg2")`. whole: the call gives the
    module named, not the package that it is in. The program's own modules are read only where they are imported."""
    named = site.body.constant(site.call.args[0]) if site.call.args else None
    if not isinstance(named, str) or not named or named[0] == ".":
        return set()
    found = site.flow.names.import_refs(site.module, named if whole else named.partition(".")[0], "")
    return {one for one in found if isinstance(one, External)}


def _wrapped(site: Site, does: str, argument: int) -> set[Value]:
    if does in ("passes-through", "awaits", "null"):
        return set(site.argument(argument))
    if does == "partial":
        partials: set[Value] = set()
        for value in site.argument(argument):
            if isinstance(value, Partial):
                partials.add(value)
            elif isinstance(value, (External, Function, Class, Method)):
                partials.add(Partial(value))
        return partials
    if does == "closes-on-exit" and argument < len(site.call.args):
        return {Lent(site.module.module, site.procedure.name, site.call.args[argument])}
    if does == "calls":
        return {inner for value in site.argument(argument) if not _runs(site, value) for inner in result(site, value)}
    return set()


def _runs(site: Site, value: Value) -> bool:
    """Whether a value runs what it is given, as the call here does: asking what that gives would ask this again."""
    while isinstance(value, Partial):
        value = value.of
    wrapper = site.flow.catalog.wrapper(value.name) if isinstance(value, (External, Method)) else None
    return wrapper is not None and wrapper.does == "calls"


def _cast(site: Site) -> set[Value]:
    """`typing.cast(T, x)`: an object of T, or what x is."""
    found = set(site.argument(1))
    if site.call.args:
        written = typenames.expression_of(site.body, site.call.args[0])
        if written.name:
            found |= site.flow.instances(site.module.module, site.procedure.name, written.render())
    return found


def _builtin(site: Site, name: str) -> set[Value]:
    args = site.call.args
    if name == "super":
        return _super(site)
    if name == "getattr" and len(args) > 1:
        wanted = site.body.constant(args[1])
        found = set(site.argument(2))
        if isinstance(wanted, str):
            for value in site.argument(0):
                found |= site.get(("attribute", value, wanted))
        return found
    if name in ("next", "anext") and args:
        start = site.body.single(args[0])
        found = {inner for value in site.argument(0) for inner in site.get(("key", value))} | site.argument(1)
        if isinstance(start, ir.Call):
            return found
        return found | storage.contents(site.flow, site.get, site.module, site.procedure, site.body, args[0], rows=True)
    if name in SAME:
        made = {Instance(External(f"builtins.{SAME[name]}"))} if SAME[name] else set()
        return {*site.argument(1 if name == "filter" else 0), *made}
    if name in ("enumerate", "zip"):
        return {Rows(site.module.module, site.procedure.name, site.call.dst)}
    if name == "type" and len(args) == 1:
        return {value.of for value in site.argument(0) if isinstance(value, Instance)}
    returned = site.flow.catalog.returned_type(f"builtins.{name}")
    if returned is not None:
        return {Instance(External(returned))}
    if name in ("str", "int", "float", "bytes", "bool") or name[:1].isupper():
        return {Instance(External(f"builtins.{name}"))}
    return {Instance(External("builtins.str"))} if name in ("repr", "format", "input", "chr", "hex") else set()


def _super(site: Site) -> set[Value]:
    if site.call.args:
        return {Super(value) for value in site.argument(0) if isinstance(value, Class)}
    scope = site.procedure.name
    while "." in scope:
        scope = scope.rpartition(".")[0]
        if scope in site.module.classes:
            return {Super(Class(site.module.module, scope))}
    return set()
