"""The pools and engines that a module builds, and how large each may grow."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs

from leaklint import ir
from leaklint.capacity.constants import UNKNOWN_PART, Constant, Constants, Scope
from leaklint.capacity.model import Place, Pool
from leaklint.capacity.servers import by_configuration, families, family_of_library, family_of_scheme, shared_by
from leaklint.catalog import Catalog
from leaklint.catalog.schema import PoolSize
from leaklint.ownership.analysis import Analysis
from leaklint.resolve.definitions import MODULE_BODY
from leaklint.resolve.refs import Class, External, Instance, Method, Partial, Ref

_URLS = ("url", "dsn", "conninfo", "uri", "name_or_url", "sqlalchemy_url", "database_url")
_LARGEST = 10_000_000


class Built(NamedTuple):
    """A call that builds a pool: the library, how its size is written, and keywords with which it builds none."""

    library: str
    name: str
    size: PoolSize
    unless: tuple[str, ...] = ()


class Size(NamedTuple):
    """What the arguments say of a pool's size. maximum: None for no limit (`unlimited`) or an unknown one."""

    maximum: int | None
    unlimited: bool
    size: int | None
    overflow: int
    written: str
    notes: tuple[str, ...]


class Arguments(NamedTuple):
    """The arguments of one call, unpacked dicts included, each with the scope that it stands in. opaque: there may be
    others. passed: others may come from the caller, as the function's own `**parameter`, or as a setting whose
    default is known."""

    positional: tuple[str, ...]
    named: Mapping[str, tuple[Scope, str]]
    opaque: bool
    passed: str = ""


def pools_of(analysis: Analysis, module: ir.ModuleIR) -> list[Pool]:
    """The pools that a module builds, in source order."""
    constants = Constants(analysis)
    known = _words(analysis.catalog)
    imported = {one.name for one in module.imports}
    found: list[Pool] = []
    for name in analysis.suspected(module):
        scope = constants.scope(module, name)
        if scope is None:
            continue
        for call in scope.body.calls:
            step = scope.body.single(call.func)
            last = step.name if isinstance(step, (ir.Attr, ir.LoadGlobal)) else call.func
            named = last in known or last in imported or last in scope.procedure.locals or last in module.classes
            built = _built(analysis, scope, call) if named else None
            if built is not None:
                pool = _pool(constants, scope, call, built)
                found += [pool] if pool is not None else []
    found += _django(constants, module)
    return sorted(found, key=lambda pool: (pool.place.line, pool.place.column))


@functools.cache
def _words(catalog: Catalog) -> frozenset[str]:
    """The last parts of the names by which a pool may be built."""
    factories = (factory.call for library in catalog.libraries for factory in library.factory if factory.pool)
    return catalog.acquire_words | {call.rpartition(".")[2] for call in factories}


def _built(analysis: Analysis, scope: Scope, call: ir.Call) -> Built | None:
    for ref in analysis.resolver.refs(scope.module, scope.procedure, call.func):
        for name in _names(analysis, ref):
            taken = analysis.catalog.acquisition(name)
            if taken is not None and taken.resource.pool is not None:
                return Built(taken.library, name, taken.resource.pool, taken.resource.unless)
            factory = analysis.catalog.factory(name)
            if factory is not None and factory.pool is not None:
                return Built(analysis.words.library_of(name), name, factory.pool)
    return None


def _names(analysis: Analysis, ref: Ref) -> Iterator[str]:
    """The dotted names under which the catalog may know a call; of a project's class those of its bases."""
    while isinstance(ref, Partial):
        ref = ref.of
    if isinstance(ref, (External, Method)):
        yield ref.name
    elif isinstance(ref, Instance) and isinstance(ref.of, External):
        yield f"{ref.of.name}.__call__"
    elif isinstance(ref, Class):
        info = analysis.resolver.class_info(ref)
        yield from (base.name for base in (info.bases if info is not None else ()) if isinstance(base, External))


# -- one pool --------------------------------------------------------------------------------------------------------


def _pool(constants: Constants, scope: Scope, call: ir.Call, built: Built) -> Pool | None:
    family = family_of_library(built.library)
    if family is None:
        return None
    arguments = _arguments(constants, scope, call, built.name)
    if any(fact in arguments.named for fact in (*built.unless, *shared_by())):
        return None
    url = _url(constants, scope, call, arguments)
    server = family_of_scheme(url) or family
    limit = families()[server].limit if server else 1
    if not limit:
        return None
    size = _size(constants, scope, arguments, built.size, url)
    return Pool(
        name=_bound(scope, call),
        library=built.library,
        builds=built.name.rpartition(".")[2],
        place=Place(scope.module.path, call.span.line, call.span.column),
        end_line=call.span.end_line,
        end_column=call.span.end_column,
        function="" if scope.procedure.name == MODULE_BODY else scope.procedure.name,
        server=server,
        maximum=size.maximum,
        unlimited=size.unlimited,
        written=size.written,
        change=built.size.name,
        size=size.size,
        overflow=size.overflow,
        notes=size.notes,
    )


def _bound(scope: Scope, call: ir.Call) -> str:
    """The name that the pool gets, through `await`; "" if none."""
    wanted = {call.dst}
    found = ""
    for block in scope.procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Await) and step.src in wanted:
                wanted.add(step.dst)
            elif isinstance(step, ir.Copy) and step.src in wanted:
                wanted.add(step.dst)
                found = found or ("" if step.dst[:1] == "%" else step.dst)
            elif isinstance(step, ir.SetAttr) and step.src in wanted:
                found = found or (f"{step.base}.{step.name}" if step.base[:1] != "%" else step.name)
            elif isinstance(step, ir.StoreGlobal) and step.src in wanted:
                found = found or step.name
    return found


def _arguments(constants: Constants, scope: Scope, call: ir.Call, name: str) -> Arguments:
    named: dict[str, tuple[Scope, str]] = {}
    opaque = bool(call.starred) or name in by_configuration()
    passed = ""
    for key, operand in call.keywords:
        if key:
            named[key] = (scope, operand)
        elif any(p.name == operand and p.kind == "starstar" for p in scope.procedure.parameters):
            passed = operand
        else:
            step = scope.body.single(operand)
            passed = step.name if isinstance(step, ir.Attr) else passed
            entries = list(constants.entries(scope, operand))
            opaque = opaque or any(not entry for entry, _, _ in entries)
            named.update({entry: (where, value) for entry, where, value in entries if entry})
    return Arguments(call.args, named, opaque, passed)


def _url(constants: Constants, scope: Scope, call: ir.Call, arguments: Arguments) -> str:
    """The URL that the pool connects to, as far as it is known; "" if it is not."""
    given = [arguments.named[name] for name in _URLS if name in arguments.named]
    given += [(scope, operand) for operand in arguments.positional[:3]]
    for where, operand in given:
        found = constants.value(where, operand)
        if found is not None and isinstance(found.value, str) and "://" in found.value:
            return found.value
    return ""


def _size(constants: Constants, scope: Scope, arguments: Arguments, row: PoolSize, url: str) -> Size:
    """How large the pool may grow."""
    without = _without_pool(constants, arguments, row)
    if without is not None:
        return without
    size, written = _parameter(constants, scope, arguments, row.name, row.position, url)
    notes: list[str] = list(size.notes) if size is not None else []
    if not written:
        if arguments.opaque:
            return Size(None, False, None, 0, "arguments that are not known", ())
        return _by_default(constants, scope, arguments, row, url)
    if size is None or not size.given:
        return Size(None, False, None, 0, f"{row.name} is not known", tuple(notes))
    if _is_unlimited(row, row.name, size.value):
        return Size(None, True, None, 0, f"{row.name}={size.value}", tuple(notes))
    minimum = _minimum(constants, scope, arguments, row)
    if not isinstance(size.value, int) and not minimum:
        return _by_default(constants, scope, arguments, row, url)
    number = size.value if isinstance(size.value, int) else minimum
    return _with_overflow(constants, scope, arguments, row, max(number, minimum), f"{row.name}={size.value}", notes)


def _by_default(constants: Constants, scope: Scope, arguments: Arguments, row: PoolSize, url: str) -> Size:
    if row.default == "unlimited":
        return Size(None, True, None, 0, f"{row.name} is not given: no limit", ())
    if not isinstance(row.default, int):
        return Size(None, False, None, 0, f"{row.name} is not given", ())
    minimum = _minimum(constants, scope, arguments, row)
    number = max(row.default, minimum)
    written = f"{row.name}={row.default} by default" if number == row.default else f"{row.min_name}={minimum}"
    notes = [f"what is given as **{arguments.passed} may change it"] if arguments.passed else []
    return _with_overflow(constants, scope, arguments, row, number, written, notes)


def _with_overflow(
    constants: Constants, scope: Scope, arguments: Arguments, row: PoolSize, number: int, written: str, notes: list[str]
) -> Size:
    if not 0 <= number <= _LARGEST:
        return Size(None, False, None, 0, f"{written}, which is no size", tuple(notes))
    if not row.overflow:
        return Size(number, False, number, 0, written, tuple(notes))
    more, given = _parameter(constants, scope, arguments, row.overflow, -1, "")
    if not given:
        by_default = "a size that is not known" if arguments.opaque else f"{row.overflow}={row.overflow_default}"
        if arguments.opaque:
            notes = [*notes, f"{row.overflow} may be among arguments that are not known"]
        overflow, text = row.overflow_default, f"{by_default} by default"
    elif more is None or not more.given or not isinstance(more.value, int):
        return Size(None, False, number, 0, f"{written}, {row.overflow} is not known", tuple(notes))
    elif _is_unlimited(row, row.overflow, more.value):
        return Size(None, True, number, 0, f"{written}, {row.overflow}={more.value}", (*notes, *more.notes))
    else:
        overflow, text = more.value, f"{row.overflow}={more.value}"
        notes = [*notes, *more.notes]
    return Size(number + max(overflow, 0), False, number, max(overflow, 0), f"{written}, {text}", tuple(notes))


def _minimum(constants: Constants, scope: Scope, arguments: Arguments, row: PoolSize) -> int:
    if not row.min_name:
        return 0
    found, _ = _parameter(constants, scope, arguments, row.min_name, -1, "")
    number = found.value if found is not None else None
    return number if isinstance(number, int) and 0 <= number <= _LARGEST else 0


def _parameter(
    constants: Constants, scope: Scope, arguments: Arguments, name: str, position: int, url: str
) -> tuple[Constant | None, bool]:
    """The value of a parameter, and whether it is given at all: by name, by position, in the URL's query."""
    if name in arguments.named:
        where, operand = arguments.named[name]
        return constants.number(where, operand), True
    if 0 <= position < len(arguments.positional):
        return constants.number(scope, arguments.positional[position]), True
    query = parse_qs(url.partition("?")[2]) if "?" in url else {}
    text = query.get(name, [""])[0]
    if text and UNKNOWN_PART not in text and text.isdecimal() and len(text) < 10:
        return Constant(int(text), (f"{name} stands in the URL",)), True
    return None, False


def _without_pool(constants: Constants, arguments: Arguments, row: PoolSize) -> Size | None:
    """What an argument that names a class says: `poolclass=NullPool` keeps no pool, and so has no size to judge."""
    for fact in row.unlimited:
        name, _, wanted = fact.partition("=")
        if name in arguments.named and wanted.isidentifier() and wanted not in ("None", "True", "False"):
            where, operand = arguments.named[name]
            refs = constants.resolver.refs(where.module, where.procedure, operand)
            if any(isinstance(ref, External) and ref.name.rpartition(".")[2] == wanted for ref in refs):
                return Size(None, False, None, 0, f"{fact}: a connection for each use", ())
    return None


def _is_unlimited(row: PoolSize, name: str, value: ir.Constant) -> bool:
    return f"{name}={value}" in row.unlimited


# -- Django ----------------------------------------------------------------------------------------------------------


def _django(constants: Constants, module: ir.ModuleIR) -> Iterator[Pool]:
    """The databases of a Django settings module: one connection for each thread, or the pool that OPTIONS ask for."""
    body = constants.scope(module, MODULE_BODY)
    if body is None or "DATABASES" not in body.body.values:
        return
    for alias, where, operand in constants.entries(body, "DATABASES"):
        if not alias:
            continue
        keys = {key: (scope, value) for key, scope, value in constants.entries(where, operand)}
        if "ENGINE" not in keys:
            continue
        engine = constants.value(*keys["ENGINE"])
        named = str(engine.value) if engine is not None else ""
        server = next((name for name, one in families().items() if named in one.django), "")
        step = where.body.single(operand)
        span = getattr(step, "span", None)
        if server and span is not None:
            size = _django_size(constants, keys)
            yield Pool(
                name=f"DATABASES[{alias!r}]",
                library="django",
                builds="DATABASES",
                place=Place(where.module.path, span.line, span.column),
                end_line=span.end_line,
                end_column=span.end_column,
                function="",
                server=server,
                maximum=size.maximum,
                unlimited=size.unlimited,
                written=size.written,
                change="max_size" if size.size else "threads",
                size=size.size,
                notes=size.notes,
                kind="pool" if size.size else "django",
            )


def _django_size(constants: Constants, keys: Mapping[str, tuple[Scope, str]]) -> Size:
    given = constants.entries(*keys["OPTIONS"]) if "OPTIONS" in keys else ()
    options = {key: (scope, value) for key, scope, value in given}
    if "pool" in options:
        entries = {key: (scope, value) for key, scope, value in constants.entries(*options["pool"])}
        found = constants.number(*entries["max_size"]) if "max_size" in entries else None
        if found is not None and isinstance(found.value, int):
            return Size(found.value, False, found.value, 0, f"OPTIONS pool max_size={found.value}", found.notes)
        if "max_size" not in entries:
            return Size(4, False, 4, 0, "OPTIONS pool, max_size=4 by default", ())
    age = constants.number(*keys["CONN_MAX_AGE"]) if "CONN_MAX_AGE" in keys else Constant(0)
    kept = "CONN_MAX_AGE is not known" if age is None else f"CONN_MAX_AGE={age.value}"
    return Size(1, False, None, 0, f"one for each thread, {kept}", ())
