"""How many processes and threads a command starts: gunicorn, uvicorn and their like, as Procfiles and containers run
them; and the limit that a `postgres -c max_connections=200` sets."""

from __future__ import annotations

import re
import shlex

import msgspec

from leaklint.capacity.model import Place
from leaklint.capacity.settings import number_problem
from leaklint.model import LeaklintError

_PROCESSES: dict[str, tuple[str, ...]] = {
    "gunicorn": ("-w", "--workers"),
    "uvicorn": ("--workers",),
    "hypercorn": ("-w", "--workers"),
    "granian": ("--workers",),
    "fastapi": ("--workers",),
    "uwsgi": ("-p", "--processes", "--workers"),
    "celery": ("-c", "--concurrency"),
    "sanic": ("-w", "--workers"),
}
"""Program -> the options that set how many processes it starts."""
_THREADS: dict[str, tuple[str, ...]] = {"gunicorn": ("--threads",), "uwsgi": ("--threads",)}
_SHELL_DEFAULT = re.compile(r"^\$\{\w+:?-(.*)\}$")
_SHELL_VARIABLE = re.compile(r"^\$\{?\w+\}?$")
_SERVERS = frozenset({"postgres", "postgresql", "mysqld", "docker-entrypoint.sh"})


class Started(msgspec.Struct, frozen=True):
    """What a command starts. processes, threads: None where the command does not say (the program's default is then
    one, but for celery, which starts as many as there are processors)."""

    program: str
    processes: int | None
    threads: int | None
    note: str = ""


def started(words: list[str], place: Place) -> Started | None:
    """The application server that a command starts; None for another command. Raises LeaklintError for a number of
    processes that is none."""
    for index, word in enumerate(words):
        program = word.rpartition("/")[2]
        if program not in _PROCESSES:
            continue
        rest = words[index + 1 :]
        if program == "celery" and "worker" not in rest:
            continue
        processes, note = _number(rest, _PROCESSES[program], place)
        threads, _ = _number(rest, _THREADS.get(program, ()), place)
        return Started(program, processes, threads, note)
    return None


def set_limit(words: list[str]) -> dict[str, str]:
    """The settings that a database server's command line sets: `-c name=value`, `--name=value`."""
    if not any(word.rpartition("/")[2] in _SERVERS for word in words[:2]) and not (words and words[0] == "-c"):
        return {}
    found: dict[str, str] = {}
    for index, word in enumerate(words):
        text = words[index + 1] if word == "-c" and index + 1 < len(words) else word[2:]
        if (word == "-c" or word.startswith(("--", "-c"))) and "=" in text:
            name, _, value = text.partition("=")
            found[name.replace("-", "_")] = value
    return found


def split(command: str) -> list[str]:
    """The words of a command; what no shell would read is split at spaces."""
    try:
        return shlex.split(command, comments=False)
    except ValueError:
        return command.split()


def _number(words: list[str], options: tuple[str, ...], place: Place) -> tuple[int | None, str]:
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in options:
            text = value if equals else (words[index + 1] if index + 1 < len(words) else "")
        elif word[:2] in options and len(word) > 2 and word[1] != "-":
            text = word[2:]
        else:
            continue
        return _checked(text, name if name in options else word[:2], place)
    return None, ""


def _checked(text: str, option: str, place: Place) -> tuple[int | None, str]:
    note = ""
    default = _SHELL_DEFAULT.match(text)
    if default is not None:
        note = f"{text} has its default, {default.group(1)}"
        text = default.group(1)
    elif _SHELL_VARIABLE.match(text) or "$(" in text or "{{" in text:
        return None, f"{option} {text} is not known before it runs"
    value: int | str = int(text) if re.fullmatch(r"-?\d{1,12}", text) else text
    if wrong := number_problem(value, 1):
        raise LeaklintError(f"{place}: {option} {wrong}")
    return int(value), note
