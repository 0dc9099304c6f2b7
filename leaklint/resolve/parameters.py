"""What parameters are: by annotation, default value, tests, injection, and what callers pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from leaklint import ir
from leaklint.ir import ModuleIR, Procedure
from leaklint.model import Confidence
from leaklint.resolve.definitions import MODULE_BODY, enclosing
from leaklint.resolve.names import receiver
from leaklint.resolve.reading import Get, read_all
from leaklint.resolve.refs import Class, External, Function, Instance, Partial
from leaklint.resolve.roles import Role
from leaklint.resolve.shapes import Display, Value

if TYPE_CHECKING:
    from leaklint.resolve.flow import Flow


MOST_SITES = 30
MOST_MODULES = 8
MOST_FOLDERS = 5

_CALL = re.compile(r"([\w.]+)\(\s*(?:dependency\s*=\s*)?([\w.]+)")


def named(procedure: Procedure, name: str) -> ir.Parameter | None:
    """The parameter of that name."""
    for parameter in procedure.parameters:
        if parameter.name == name:
            return parameter
    return None


def received(flow: Flow, get: Get, module: ModuleIR, procedure: Procedure, parameter: ir.Parameter) -> set[Value]:
    """What a parameter may be: the receiver, by its annotation, its default, or what callers nearby pass."""
    found: set[Value] = set()
    if parameter.kind in ("star", "starstar"):
        return found
    if parameter.name == receiver(procedure) and parameter is procedure.parameters[0]:
        cls = Class(module.module, procedure.class_name)
        info = flow.classes.info(cls)
        simple = procedure.name.rpartition(".")[2]
        given_class = simple == "__new__" or (info is not None and simple in info.class_methods)
        return {cls} if given_class else {Instance(cls)}
    if parameter.annotation:
        found |= flow.instances(module.module, procedure.name, parameter.annotation)
    else:
        found |= _tested(flow, get, module, procedure, parameter.name)
    if parameter.has_default and parameter.default.replace(".", "").replace("_", "").isalnum():
        found |= get(("text", module.module, enclosing(procedure.name), parameter.default))
    found |= _injected(flow, get, module, procedure, parameter)
    return found | get(("given", module.module, procedure.name, parameter.name))


def _tested(flow: Flow, get: Get, module: ModuleIR, procedure: Procedure, name: str) -> set[Value]:
    """The classes that `isinstance(name, ...)` asks for, as an annotation would; builtins say too little."""
    found: set[Value] = set()
    if not flow.program.mentions(module, procedure.span, "isinstance"):
        return found
    body = flow.names.definitions(module.module, procedure.name)
    for call in body.calls if body is not None else ():
        func = body.single(call.func)  # type: ignore[union-attr]
        if isinstance(func, ir.LoadGlobal) and func.name == "isinstance" and call.args[:1] == (name,):
            for classes in call.args[1:]:
                values = get(("operand", module.module, procedure.name, classes))
                for value in {*values, *read_all(get, "element", {v for v in values if isinstance(v, Display)}, None)}:
                    if isinstance(value, (Class, External)) and not value.name.startswith("builtins."):
                        found.add(Instance(value, Confidence.MEDIUM))
    return found


def _injected(flow: Flow, get: Get, module: ModuleIR, procedure: Procedure, parameter: ir.Parameter) -> set[Value]:
    """What a framework passes: the result of the function in `= Depends(get_db)`, of the fixture of the same name."""
    found: set[Value] = set()
    providers: set[Value] = set()
    injects = flow.injectors
    if parameter.has_default:
        call = _CALL.match(parameter.default)
        scope = enclosing(procedure.name)
        if call is not None and injects & _external_names(flow.names.dotted(module, scope, call[1])):
            providers = get(("text", module.module, scope, call[2]))
    elif procedure.kind in ("function", "method"):
        for place in (module, *_shared_fixtures(flow, module, procedure)):
            provider = place.signatures.get(parameter.name)
            for decorator in provider.decorators if provider is not None else ():
                known = flow.names.dotted(place, MODULE_BODY, decorator.name)
                if injects & _external_names(known):
                    providers = providers or {Function(place.module, parameter.name)}
    for value in providers:
        if isinstance(value, Function):
            plain = Function(value.module, value.name)
            found |= get(("returns", plain)) | get(("yields", plain))
    return found


def _shared_fixtures(flow: Flow, module: ModuleIR, procedure: Procedure) -> Iterator[ModuleIR]:
    """The `conftest.py` files whose fixtures a test, or a fixture, gets by its parameters' names: nearest first."""
    if not (procedure.name.rpartition(".")[2].startswith("test") or procedure.decorators):
        return
    for dots in range(1, MOST_FOLDERS):
        name = flow.program.find("." * dots + "conftest", module)
        found = flow.program.module(name) if name else None
        if found is not None and found is not module:
            yield found


def _external_names(values: set[Value]) -> set[str]:
    return {value.name for value in values if isinstance(value, External)}


def text(flow: Flow, get: Get, module_name: str, scope: str, name: str) -> set[Value]:
    head, _, last = name.rpartition(".")
    if head:
        found: set[Value] = set()
        for base in get(("text", module_name, scope, head)) if name.count(".") < 8 else ():
            found |= get(("attribute", base, last))
        return found
    module = flow.program.module(module_name)
    if module is None:
        return set()
    while scope != MODULE_BODY:
        body = flow.names.definitions(module_name, scope)
        signature = module.signatures.get(scope)
        if body is not None and signature is not None:
            if name in body.values or named(signature, name) is not None:
                return set(get(("operand", module_name, scope, name)))
        scope = enclosing(scope)
    return flow.load_global(get, module, name)


# -- what callers pass --------------------------------------------------------------------------------------------


def given(flow: Flow, get: Get, module_name: str, procedure: str, parameter: str) -> set[Value]:
    """What calls pass for a parameter: those in its module, and for a constructor those in a few others."""
    module = flow.program.module(module_name)
    signature = module.signatures.get(procedure) if module is not None else None
    found: set[Value] = set()
    if module is None or signature is None:
        return found
    for place, caller, call in flow.sites(module, procedure):
        body = flow.names.definitions(place, caller)
        target = call.func
        shift = 0
        if body is not None and call.args and _is_partial(flow, get, place, caller, call):
            target, shift = call.args[0], 1
        for callee in get(("operand", place, caller, target)):
            bound = _reaches(flow, callee, Function(module_name, procedure))
            if bound >= 0:
                for operand in _passed(signature, call, parameter, shift, bound):
                    found |= get(("operand", place, caller, operand))
    return found


def _is_partial(flow: Flow, get: Get, module: str, caller: str, call: ir.Call) -> bool:
    for value in get(("operand", module, caller, call.func)):
        if isinstance(value, External):
            wrapper = flow.catalog.wrapper(value.name)
            if wrapper is not None and wrapper.does in ("partial", "calls") and wrapper.argument == 0:
                return True
    return False


def sites(flow: Flow, module: ModuleIR, procedure: str) -> Iterator[tuple[str, str, ir.Call]]:
    """Calls that name the procedure (or its class, for a constructor), or pass it to something: module, procedure and
    call, the first ones only. Constructors are looked for in other modules too, where few name the class."""
    parts = procedure.partition("#")[0].split(".")
    constructs = parts[-1] == "__init__" and len(parts) > 1
    simple = parts[-2] if constructs else parts[-1]
    if simple.startswith("<"):
        return
    places = [module]
    if constructs:
        others = sorted(set(flow.program.holding(simple)) - {module.module})
        places += [found for name in others[:MOST_MODULES] if (found := flow.program.module(name)) is not None]
        places = places if len(others) <= MOST_MODULES else [module]
    count = 0
    for place in places:
        for caller in flow.program.mentioning(place, simple, Role.CALLED):
            body = flow.names.definitions(place.module, caller)
            for call in body.calls_naming.get(simple, ()) if body is not None else ():
                yield place.module, caller, call
                count += 1
                if count == MOST_SITES:
                    return


def _reaches(flow: Flow, callee: Value, function: Function) -> int:
    """How many parameters are bound when calling `callee` calls the function; -1 if it does not."""
    if isinstance(callee, Partial):
        return _reaches(flow, callee.of, function)
    if isinstance(callee, Function) and (callee.module, callee.name) == (function.module, function.name):
        return int(callee.bound)
    if isinstance(callee, Class) and function.name.endswith("__init__"):
        info = flow.classes.info(callee)
        init = info.methods.get("__init__") if info is not None else None
        if init is not None and (init.module, init.name) == (function.module, function.name):
            return 1
    return -1


def _passed(signature: Procedure, call: ir.Call, parameter: str, shift: int, bound: int) -> Iterable[str]:
    for name, operand in call.keywords:
        if name == parameter:
            yield operand
    positions = [p.name for p in signature.parameters if p.kind == "positional"]
    if parameter not in positions:
        return
    position = positions.index(parameter) - bound + shift
    if shift <= position < len(call.args) and not any(star <= position for star in call.starred):
        yield call.args[position]
