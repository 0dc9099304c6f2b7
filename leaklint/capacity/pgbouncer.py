"""pgbouncer.ini: how clients share server connections."""

from __future__ import annotations

import configparser
import re

from leaklint.capacity.model import Bouncer, Place
from leaklint.capacity.settings import number_problem
from leaklint.model import LeaklintError

_DEFAULTS = {
    "max_client_conn": 100,
    "default_pool_size": 20,
    "reserve_pool_size": 0,
    "max_db_connections": 0,
    "max_prepared_statements": 200,
}
"""As PgBouncer has them; https://www.pgbouncer.org/config.html. Prepared statements: 200 from 1.24 on, 0 before."""
_MODES = ("session", "transaction", "statement")


def read_bouncer(text: str, shown: str) -> Bouncer:
    """What a pgbouncer.ini says. Raises LeaklintError naming the line of what cannot be."""
    parser = configparser.ConfigParser(
        interpolation=None, strict=False, delimiters=("=",), comment_prefixes=(";", "#"), allow_no_value=True
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    body = "\n".join(line if not line.lstrip().startswith("%include") else "" for line in text.split("\n"))
    try:
        parser.read_string("\n".join(line.lstrip() for line in body.split("\n")))
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next(iter(getattr(error, "errors", [(1, "")])))[0]
        raise LeaklintError(f"{shown}:{line}: not a file that PgBouncer would read; expected `name = value`") from error
    settings = dict(parser["pgbouncer"]) if parser.has_section("pgbouncer") else {}
    numbers = {
        name: _number(settings[name], text, name, shown) if name in settings else default
        for name, default in _DEFAULTS.items()
    }
    mode = _mode(settings.get("pool_mode") or "session", text, shown)
    databases, transaction = {}, []
    for name, value in parser["databases"].items() if parser.has_section("databases") else ():
        options = dict(re.findall(r"(\w+)\s*=\s*('[^']*'|\S+)", value or ""))
        size = options.get("pool_size")
        databases[name] = _number(size, text, name, shown) if size is not None else numbers["default_pool_size"]
        if options.get("pool_mode", mode) in ("transaction", "statement"):
            transaction.append(name)
    return Bouncer(
        place=Place(shown, _line(text, "pool_mode") or 1),
        pool_mode=mode,
        max_client_conn=numbers["max_client_conn"],
        default_pool_size=numbers["default_pool_size"],
        reserve_pool_size=numbers["reserve_pool_size"],
        max_db_connections=numbers["max_db_connections"],
        databases=databases or {"*": numbers["default_pool_size"]},
        transaction_databases=tuple(transaction),
        max_prepared_statements=numbers["max_prepared_statements"],
    )


def _mode(text: str, source: str, shown: str) -> str:
    if text.strip() not in _MODES:
        line = _line(source, "pool_mode")
        raise LeaklintError(f"{shown}:{line}: pool_mode is '{text}'; choose one of {', '.join(_MODES)}")
    return text.strip()


def _number(text: str | None, source: str, name: str, shown: str) -> int:
    written = (text or "").strip().strip("'")
    value: int | str = int(written) if re.fullmatch(r"-?\d{1,12}", written) else written
    if wrong := number_problem(value, 0):
        raise LeaklintError(f"{shown}:{_line(source, name)}: {name} {wrong}")
    return int(value)


def _line(text: str, name: str) -> int:
    """The line (from 1) on which a setting stands; 0 if on none."""
    wanted = re.compile(rf"^\s*{re.escape(name)}\s*=")
    return next((number for number, line in enumerate(text.split("\n"), 1) if wanted.match(line)), 0)
