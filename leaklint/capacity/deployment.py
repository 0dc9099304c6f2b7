"""How often the program runs, and the limit that it meets: what is configured, else what the files of its deployment
say, else what is installed by default. Every number keeps the place that it came from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from leaklint.capacity import yaml_subset
from leaklint.capacity.command_lines import Started, set_limit, split, started
from leaklint.capacity.described import DOCKERFILE, GUNICORN, YAML, files_of
from leaklint.capacity.model import Bouncer, Deployment, Figure, Place
from leaklint.capacity.pgbouncer import read_bouncer
from leaklint.capacity.servers import Family
from leaklint.capacity.settings import Configured, number_problem
from leaklint.config import near
from leaklint.model import LeaklintError

Workers = Callable[[str, str], "int | None"]
"""The number that a global of a Python file (absolute path, name) is; for gunicorn.conf.py."""

_LARGEST = 400_000
_MOST_SERVICES = 100
_COMPOSE = re.compile(r"^(docker-)?compose([.-][\w.-]+)?\.ya?ml$")
_SETTING = re.compile(r"^\s*(\w+)\s*(?:=\s*|\s)\s*('[^']*'|[^#\s]*)")
_MANIFESTS = frozenset({"Deployment", "StatefulSet", "ReplicaSet"})


class Runs(NamedTuple):
    """A command that starts the program. name: the service or workload; replicas: how many of it."""

    name: str
    command: Started
    place: Place
    replicas: int = 1
    replicas_place: Place = Place()


class Claims:
    """What the files say, collected. limits: setting -> what each file says of it."""

    def __init__(self) -> None:
        self.runs: list[Runs] = []
        self.gunicorn: list[Figure] = []
        self.threads: list[Figure] = []
        self.limits: dict[str, list[Figure]] = {}
        self.bouncer: Bouncer | None = None
        self.not_understood: list[str] = []
        self.notes: list[str] = []


def deployment(claims: Claims, configured: Configured, family: Family) -> Deployment:
    """All figures for a project. Raises LeaklintError for a number that cannot be, naming its file and line."""
    notes = list(claims.notes)
    servers, processes = _running(configured, claims, notes)
    limit = configured.numbers.get("max-connections") or _read(claims, family.limit_name, notes)
    if limit is None:
        limit = Figure(family.limit, "assumed", f"{family.title} as installed; set max-connections")
    reserved = configured.numbers.get("reserved") or _reserve(claims, family)
    if reserved.value >= limit.value:
        raise LeaklintError(
            f"{reserved.place or limit.place}: {reserved.value} connections are reserved, which leaves nothing of "
            f"{limit.value} ({limit.place or limit.why})"
        )
    return Deployment(servers, processes, limit, reserved, claims.bouncer, tuple(notes), tuple(claims.not_understood))


def threads(claims: Claims, configured: Configured) -> Figure:
    """Threads of each process, for frameworks whose threads hold a connection each."""
    known = [Figure(r.command.threads, "read", r.command.program, r.place) for r in claims.runs if r.command.threads]
    return (
        configured.numbers.get("threads")
        or max([*claims.threads, *known], key=lambda one: one.value, default=None)
        or Figure(1, "assumed", "set threads")
    )


def _running(configured: Configured, claims: Claims, notes: list[str]) -> tuple[Figure, Figure]:
    servers, processes = configured.numbers.get("app-servers"), configured.numbers.get("processes")
    web = [run for run in claims.runs if run.command.processes is not None]
    notes += [f"{run.place}: {run.command.note}" for run in claims.runs if run.command.note]
    read_servers, read_processes = _from_runs(claims, web)
    if servers is None:
        servers = read_servers or Figure(1, "assumed", "set app-servers")
    if processes is None:
        processes = read_processes or Figure(1, "assumed", "set processes")
    return servers, processes


def _from_runs(claims: Claims, web: list[Runs]) -> tuple[Figure | None, Figure | None]:
    """Servers and processes of each. Several commands with different numbers add up to one figure of processes."""
    runs = web or claims.runs
    if not runs:
        return None, max(claims.gunicorn, key=lambda one: one.value, default=None)
    if len(runs) == 1:
        one = runs[0]
        servers = (
            Figure(one.replicas, "read", f"replicas of {one.name}", one.replicas_place) if one.replicas > 1 else None
        )
        if one.command.processes is None:
            return servers, max(claims.gunicorn, key=lambda one: one.value, default=None)
        return servers, Figure(one.command.processes, "read", f"{one.command.program} of {one.name}", one.place)
    total = sum(one.replicas * (one.command.processes or 1) for one in runs)
    why = " + ".join(f"{one.name} {one.replicas} x {one.command.processes or 1}" for one in runs)
    return Figure(1, "read", "the services are added up"), Figure(total, "read", why, runs[0].place)


def _read(claims: Claims, name: str, notes: list[str]) -> Figure | None:
    found = claims.limits.get(name, [])
    if len({one.value for one in found}) > 1:
        listed = ", ".join(f"{one.value} ({one.place})" for one in found)
        notes.append(f"{name} is contradictory: {listed}; the smallest counts")
    return min(found, key=lambda one: one.value, default=None)


def _reserve(claims: Claims, family: Family) -> Figure:
    names = (family.reserved_name, "reserved_connections")
    found = [figure for name in names for figure in claims.limits.get(name, [])[:1]]
    if not found:
        why = f"{family.reserved_name} of {family.title} as installed" if family.reserved else "none is kept"
        return Figure(family.reserved, "assumed", why)
    missing = family.reserved if family.reserved_name not in claims.limits else 0
    return Figure(
        sum(one.value for one in found) + missing, "read", " + ".join(one.why for one in found), found[0].place
    )


# -- files -----------------------------------------------------------------------------------------------------------


def collect(root: str, workers: Workers) -> Claims:
    """What the files of a deployment below `root` say. Raises LeaklintError for numbers that cannot be."""
    claims = Claims()
    manifests: list[tuple[str, str]] = []
    for path in files_of(root):
        name = os.path.basename(path)
        text = _text(path)
        if text is None:
            continue
        if name in GUNICORN:
            _gunicorn(path, text, workers, claims)
        elif name == "Procfile":
            _procfile(near(path), text, claims)
        elif DOCKERFILE.match(name):
            _dockerfile(near(path), text, claims)
        elif name == "postgresql.conf" or name.endswith((".my.cnf", "my.cnf")):
            _server_configuration(near(path), text, claims)
        elif name == "pgbouncer.ini":
            claims.bouncer = read_bouncer(text, near(path))
        elif _COMPOSE.match(name):
            _compose(near(path), text, claims)
        elif YAML.match(name) and re.search(r"^kind:\s*(Deployment|StatefulSet|HorizontalPodAutoscaler)", text, re.M):
            manifests.append((near(path), text))
    _kubernetes(manifests, claims)
    return claims


def _text(path: str) -> str | None:
    try:
        if os.path.getsize(path) > _LARGEST:
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def _gunicorn(path: str, text: str, workers: Workers, claims: Claims) -> None:
    for name, into in (("workers", claims.gunicorn), ("threads", claims.threads)):
        line = next((n for n, one in enumerate(text.split("\n"), 1) if re.match(rf"{name}\s*[:=]", one)), 0)
        if not line:
            continue
        place = Place(near(path), line)
        value = workers(path, name)
        if value is None:
            claims.notes.append(f"{place}: `{name}` depends on the machine or the environment; set processes")
        elif wrong := number_problem(value, 1):
            raise LeaklintError(f"{place}: {name} {wrong}")
        else:
            into.append(Figure(value, "read", f"gunicorn's {name}", place))


def _procfile(shown: str, text: str, claims: Claims) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        name, colon, command = line.partition(":")
        if not colon or name.lstrip().startswith("#"):
            continue
        place = Place(shown, number)
        found = started(split(command), place)
        if found is not None:
            claims.runs.append(Runs(name.strip(), found, place))


def _dockerfile(shown: str, text: str, claims: Claims) -> None:
    """The last CMD or ENTRYPOINT of an image counts, and only where nothing says how its containers are run."""
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r"\s*(CMD|ENTRYPOINT)\s+(.*)", line, re.I)
        if match is None:
            continue
        place = Place(shown, number)
        words = re.findall(r'"([^"]*)"', match[2]) if match[2].startswith("[") else split(match[2])
        found = started(words, place)
        if found is not None:
            claims.runs = [run for run in claims.runs if run.place.path != shown]
            claims.runs.append(Runs(shown, found, place))


def _server_configuration(shown: str, text: str, claims: Claims) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        match = _SETTING.match(line)
        if match is not None and not line.lstrip().startswith(("#", "[", ";")):
            _setting(match[1], match[2].strip("'"), Place(shown, number), claims)


def _setting(name: str, text: str, place: Place, claims: Claims) -> None:
    smallest = {"max_connections": 1, "superuser_reserved_connections": 0, "reserved_connections": 0}.get(name)
    if smallest is None:
        return
    value: int | str = int(text) if re.fullmatch(r"-?\d{1,12}", text) else text
    if wrong := number_problem(value, smallest):
        raise LeaklintError(f"{place}: {name} {wrong}")
    claims.limits.setdefault(name, []).append(Figure(int(value), "read", name, place))


# -- Compose and Kubernetes ------------------------------------------------------------------------------------------


def _documents(shown: str, text: str, claims: Claims) -> list[dict[yaml_subset.Path, yaml_subset.Scalar]]:
    try:
        return yaml_subset.documents(text)
    except yaml_subset.NotUnderstood as error:
        claims.not_understood.append(f"{shown}:{error.line}: {error.what} is not understood; the file was left out")
        return []


def _compose(shown: str, text: str, claims: Claims) -> None:
    found = []
    for document in _documents(shown, text, claims):
        names = sorted({str(path[1]) for path in document if len(path) > 1 and path[0] == "services"})[:_MOST_SERVICES]
        for name in names:
            base: yaml_subset.Path = ("services", name)
            words, line = _words(document, base, ("entrypoint", "command"))
            place = Place(shown, line)
            for setting, value in set_limit(_database_words(document, base, words)).items():
                _setting(setting, value, place, claims)
            command = started(words, place)
            if command is not None:
                replicas, where = _count(document, (*base, "deploy", "replicas"), shown)
                found.append(Runs(name, command, place, replicas, where))
    if found:
        # How the containers are run says more than what their image would do by itself.
        claims.runs = [run for run in claims.runs if not DOCKERFILE.match(os.path.basename(run.place.path))] + found


def _database_words(
    document: dict[yaml_subset.Path, yaml_subset.Scalar], base: yaml_subset.Path, words: list[str]
) -> list[str]:
    image = document.get((*base, "image"), yaml_subset.Scalar("", 0)).text
    is_database = re.search(r"postgres|postgis|timescale|mysql|mariadb", image) is not None
    return ["postgres", *words] if is_database else words


def _words(
    document: dict[yaml_subset.Path, yaml_subset.Scalar], base: yaml_subset.Path, keys: tuple[str, ...]
) -> tuple[list[str], int]:
    """The words of a command that is written as text, as a flow sequence or as a block sequence."""
    words: list[str] = []
    line = 0
    for key in keys:
        value = document.get((*base, key))
        if value is None:
            continue
        listed = [item.text for path, item in document.items() if path[:-1] == (*base, key)]
        line = value.line
        for part in listed or list(value.items) or [value.text]:
            words += split(part)
    return words, line


def _count(
    document: dict[yaml_subset.Path, yaml_subset.Scalar], path: yaml_subset.Path, shown: str
) -> tuple[int, Place]:
    value = document.get(path)
    if value is None or value.text in ("", "null", "~"):
        return 1, Place()
    place = Place(shown, value.line)
    number: int | str = int(value.text) if re.fullmatch(r"-?\d{1,12}", value.text) else value.text
    if isinstance(number, str) and number[:2] in ("${", "{{"):
        return 1, Place()
    if wrong := number_problem(number, 0):
        raise LeaklintError(f"{place}: {path[-1]} {wrong}")
    return int(number), place


def _kubernetes(manifests: list[tuple[str, str]], claims: Claims) -> None:
    documents = [(shown, one) for shown, text in manifests for one in _documents(shown, text, claims)]
    maxima: dict[str, tuple[int, Place]] = {}
    for shown, one in documents:
        if _field(one, "kind") == "HorizontalPodAutoscaler":
            target = _field(one, "spec", "scaleTargetRef", "name")
            maxima[target] = _count(one, ("spec", "maxReplicas"), shown)
    found = []
    for shown, one in documents:
        if _field(one, "kind") not in _MANIFESTS:
            continue
        name = _field(one, "metadata", "name")
        replicas, where = maxima.get(name) or _count(one, ("spec", "replicas"), shown)
        found += [
            run._replace(replicas=replicas, replicas_place=where) for run in _containers(shown, name, one, claims)
        ]
    if found:
        claims.runs = [run for run in claims.runs if not DOCKERFILE.match(os.path.basename(run.place.path))] + found


def _containers(
    shown: str, name: str, document: dict[yaml_subset.Path, yaml_subset.Scalar], claims: Claims
) -> Iterator[Runs]:
    base: yaml_subset.Path = ("spec", "template", "spec", "containers")
    indexes = sorted({path[len(base)] for path in document if path[: len(base)] == base and len(path) > len(base)})
    for index in indexes:
        words, line = _words(document, (*base, index), ("command", "args"))
        place = Place(shown, line)
        for setting, value in set_limit(_database_words(document, (*base, index), words)).items():
            _setting(setting, value, place, claims)
        command = started(words, place)
        if command is not None:
            yield Runs(name, command, place)


def _field(document: dict[yaml_subset.Path, yaml_subset.Scalar], *path: str) -> str:
    return document.get(path, yaml_subset.Scalar("", 0)).text
