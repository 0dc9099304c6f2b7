"""Compiles the catalog's TOML files: `python -m leaklint.catalog.build` writes compiled.msgpack beside this file."""

from __future__ import annotations

import os

import msgspec
import tomli

from leaklint.catalog.loader import COMPILED, DATA, Packed
from leaklint.catalog.schema import Library
from leaklint.catalog.validation import CatalogError, library_from_table

_DATABASE_ERRORS = (
    "DataError",
    "OperationalError",
    "IntegrityError",
    "InternalError",
    "ProgrammingError",
    "NotSupportedError",
)


def library_from_text(text: str, path: str) -> Library:
    """The library that one catalog file describes, with the hierarchy of `dbapi` written out. Raises CatalogError."""
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise CatalogError(f"{path}: not valid TOML: {error}") from error
    return _with_dbapi(library_from_table(table, text, path))


def read_libraries(directory: str = DATA) -> tuple[Library, ...]:
    """Every library of the data directory, in order of their names. Raises CatalogError."""
    libraries: list[Library] = []
    for entry in sorted(os.listdir(directory)):
        if entry.endswith(".toml"):
            path = os.path.join(directory, entry)
            with open(path, encoding="utf-8") as file:
                libraries.append(library_from_text(file.read(), path))
    return tuple(sorted(libraries, key=lambda library: library.name))


def compiled(libraries: tuple[Library, ...]) -> bytes:
    """The bytes of compiled.msgpack."""
    encode = msgspec.msgpack.encode
    rows = tuple(Packed(lib.name, lib.modules, lib.default, msgspec.Raw(encode(lib))) for lib in libraries)
    return encode(rows)


def _with_dbapi(library: Library) -> Library:
    if not library.dbapi:
        return library
    module = library.dbapi
    hierarchy = {
        f"{module}.Warning": "builtins.Exception",
        f"{module}.Error": "builtins.Exception",
        f"{module}.InterfaceError": f"{module}.Error",
        f"{module}.DatabaseError": f"{module}.Error",
        **{f"{module}.{name}": f"{module}.DatabaseError" for name in _DATABASE_ERRORS},
        **library.hierarchy,
    }
    return msgspec.structs.replace(library, hierarchy=hierarchy, errors=library.errors or (f"{module}.Error",))


def main() -> None:
    """Write the compiled catalog."""
    libraries = read_libraries()
    partial = f"{COMPILED}.{os.getpid()}"
    with open(partial, "wb") as file:
        file.write(compiled(libraries))
    os.replace(partial, COMPILED)
    print(f"{len(libraries)} libraries, {sum(len(library.resource) for library in libraries)} resources")


if __name__ == "__main__":
    main()
