"""Which versions of the libraries a project states: in pyproject.toml, requirement files and lock files.

A lock file says more than a requirement, and an exact requirement more than a range. Of a range the newest version
counts: people install that one, so `>=1.4` alone says nothing, and `>=1.4,<2` says 1.x. The files are other people's:
whatever cannot be read or makes no sense says nothing, and nothing here raises for it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

_LARGEST = 32_000_000
_DEEPEST = 5
_MOST_FILES = 200

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)", re.DOTALL)
_CLAUSE = re.compile(r"(===|==|~=|>=|>|<=|<|!=|\^|~)\s*v?(\d(?:[\w+!-]|\.(?=\w))*)(\.\*)?")
_INCLUDE = re.compile(r"\s*(?:-r|--requirement|-c|--constraint)[\s=]+(\S+)")
_PACKAGE_STARTS = "\n[[package]]"
_PACKAGE = re.compile(r'\s*\nname = "([^"\n]+)"\nversion = "([^"\n]+)"')
"""A package of a lock file. Their writers keep to this form, and TOML parsers need a tenth of a second and more."""
_BEYOND = "9999"
"""Stands for every number of a place: `<2` allows at most 1.9999."""
_REQUIREMENTS = re.compile(r"(?:requirements|constraints)[\w.-]*\.(?:txt|in)\Z")
_LOCKS = ("pdm.lock", "poetry.lock", "uv.lock")
GLOBS = (
    *("pyproject.toml", "Pipfile", "Pipfile.lock", *_LOCKS),
    *(f"{name}*.{ending}" for name in ("requirements", "constraints") for ending in ("txt", "in")),
    *(f"requirements/*.{ending}" for ending in ("txt", "in")),
)
"""What the paths of all such files match, save those that a requirement file includes."""

Versions = dict[str, str]


def versions_in_force(root: str, targets: Sequence[str] = ()) -> Versions:
    """Distribution -> version for the catalog: what the project at `root` states, as far as `targets` do not say
    otherwise. Those are the values of `target-versions`: "py310" and "3.12" (of several the newest counts),
    "PyMySQL==0.9.3". Only distributions are named whose version makes a difference to the catalog's facts.
    """
    found = project_versions(root)
    libraries = [requirement(text) for text in targets if "==" in text]
    found.update((one[0], one[1]) for one in libraries if one is not None)
    minors = [int(text.removeprefix("py3").removeprefix("3.")) for text in targets if "==" not in text]
    if minors:
        found["python"] = f"3.{max(minors)}"
    if not found:
        return {}
    from leaklint.catalog.loader import versioned_distributions

    known = versioned_distributions()
    return {name: version for name, version in sorted(found.items()) if name in known}


def project_versions(root: str) -> Versions:
    """Distribution (lower case, dashes) -> the version that the project at `root` locks, or the newest that it allows.

    Where files differ, the surer wins: lock files, then exact requirements, then ranges; of two ranges the one that
    ends first.
    """
    bounds: Versions = {}
    exact: Versions = {}
    for name, text in _stated(root):
        read = requirement(f"{name} {text}")
        if read is None:
            continue
        distribution, version, is_exact = read
        if is_exact:
            exact.setdefault(distribution, version)
        elif distribution not in bounds or _key(version) < _key(bounds[distribution]):
            bounds[distribution] = version
    return {**bounds, **exact, **_locked(root)}


def requirement(text: str) -> tuple[str, str, bool] | None:
    """The distribution, the version and whether it is exact, of a requirement such as "psycopg2-binary>=2.9,<3".

    The version is the newest one allowed; None where the text sets no end.
    """
    match = _NAME.match(text)
    if match is None:
        return None
    clauses = match.group(2).partition(";")[0].strip().strip("()")
    newest = ""
    for operator, version, wildcard in _CLAUSE.findall(clauses):
        if operator in ("==", "===") and not wildcard:
            return normalized(match.group(1)), version, True
        end = _end(operator, [part for part in re.split(r"[.+!-]", version) if part.isdecimal() and len(part) < 10])
        if end and (not newest or _key(end) < _key(newest)):
            newest = end
    return (normalized(match.group(1)), newest, False) if newest else None


def _end(operator: str, numbers: list[str]) -> str:
    """The newest version that one clause allows; "" where it sets no end."""
    if not numbers:
        return ""
    if operator == "<=":
        return ".".join(numbers)
    if operator == "<":
        while len(numbers) > 1 and int(numbers[-1]) == 0:
            numbers = numbers[:-1]
        last = int(numbers[-1])
        return ".".join([*numbers[:-1], str(last - 1), _BEYOND]) if last else ""
    if operator == "~=":
        return ".".join([*numbers[:-1], _BEYOND]) if len(numbers) > 1 else ""
    if operator == "~":
        return ".".join([*numbers[:2], _BEYOND])
    if operator == "^":
        kept = next((at for at, number in enumerate(numbers) if int(number)), len(numbers) - 1)
        return ".".join([*numbers[: kept + 1], _BEYOND])
    return ".".join([*numbers, _BEYOND]) if operator in ("==", "===") else ""


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _key(version: str) -> tuple[int, ...]:
    from leaklint.catalog.loader import release_numbers

    return release_numbers(version)


# What is stated


def _stated(root: str) -> Iterator[tuple[str, str]]:
    """Every requirement of the project's files, as name and specifier."""
    yield from _from_pyproject(_toml(os.path.join(root, "pyproject.toml")))
    yield from _pipfile(root)
    for path in _requirement_files(root):
        yield from _from_requirements(path, root, 0)


def _from_pyproject(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    project = _table(table, "project")
    listed = list(_strings(project.get("dependencies")))
    for group in (_table(project, "optional-dependencies"), _table(table, "dependency-groups")):
        for requirements in group.values():
            listed += _strings(requirements)
    for text in listed:
        yield text, ""
    if isinstance(project.get("requires-python"), str):
        yield "python", project["requires-python"]
    poetry = _table(_table(table, "tool"), "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += [_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for dependencies in tables:
        for name, value in dependencies.items():
            yield name, _poetry_specifier(value)


def _pipfile(root: str) -> Iterator[tuple[str, str]]:
    table = _toml(os.path.join(root, "Pipfile"))
    for section in ("packages", "dev-packages"):
        for name, value in _table(table, section).items():
            yield name, _poetry_specifier(value)


def _poetry_specifier(value: Any) -> str:
    """`"^2.9"`, `"2.9"` (which Poetry takes for exactly that) or `{version = "^2.9"}`."""
    if isinstance(value, dict):
        value = value.get("version")
    if not isinstance(value, str):
        return ""
    return f"=={value}" if re.fullmatch(r"\s*\d[\w.]*(\.\*)?\s*", value) else value


def _requirement_files(root: str) -> Iterator[str]:
    for directory in (root, os.path.join(root, "requirements")):
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            continue
        for name in names:
            if _REQUIREMENTS.match(name) or (directory != root and name.endswith((".txt", ".in"))):
                yield os.path.join(directory, name)


def _from_requirements(path: str, root: str, depth: int, seen: set[str] | None = None) -> Iterator[tuple[str, str]]:
    seen = set() if seen is None else seen
    real = os.path.realpath(path)
    if depth > _DEEPEST or real in seen or len(seen) > _MOST_FILES:
        return
    if os.path.commonpath([real, os.path.realpath(root)]) != os.path.realpath(root):
        return
    seen.add(real)
    for line in _text(path).replace("\\\n", " ").splitlines():
        line = line.partition(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        include = _INCLUDE.match(line)
        if include is not None:
            yield from _from_requirements(os.path.join(os.path.dirname(path), include.group(1)), root, depth + 1, seen)
        elif not line.startswith("-"):
            yield line.partition(" --hash")[0], ""


# What is locked


def _locked(root: str) -> Versions:
    found: Versions = {}
    for name in _LOCKS:
        for package in f"\n{_text(os.path.join(root, name))}".split(_PACKAGE_STARTS)[1:]:
            if (match := _PACKAGE.match(package)) is not None:
                _keep(found, match.group(1), match.group(2))
    pipfile = _json(os.path.join(root, "Pipfile.lock"))
    for section in ("develop", "default"):
        for distribution, value in _table(pipfile, section).items():
            version = value.get("version") if isinstance(value, dict) else None
            _keep(found, distribution, version.lstrip("=") if isinstance(version, str) else None)
    return found


def _keep(found: Versions, name: Any, version: Any) -> None:
    if isinstance(name, str) and isinstance(version, str) and version[:1].isdigit():
        found[normalized(name)] = version


# Reading


def _text(path: str) -> str:
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, "rb") as file:
            return file.read(_LARGEST).decode("utf-8-sig", "replace").replace("\r\n", "\n")
    except (OSError, ValueError):
        return ""


def _toml(path: str) -> dict[str, Any]:
    text = _text(path)
    if not text:
        return {}
    import tomli

    return _parsed(tomli.loads, text)


def _json(path: str) -> dict[str, Any]:
    text = _text(path)
    return _parsed(json.loads, text) if text else {}


def _parsed(parse: Callable[[str], Any], text: str) -> dict[str, Any]:
    try:
        value = parse(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
