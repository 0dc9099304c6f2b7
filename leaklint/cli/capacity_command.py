"""`leaklint capacity`: the pools of a project, added up against the database's limit."""

from __future__ import annotations

import os

import click

from leaklint.capacity.model import Budget
from leaklint.cli import config_option, configuring
from leaklint.cli.budgeting import budget_of
from leaklint.cli.terminal import note, write_result
from leaklint.config import Settings
from leaklint.model import LeaklintError
from leaklint.source.problem import printable


@click.command("capacity", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", required=False, default=".")
@click.option("--app-servers", type=int, metavar="N", help="Servers that run the program.")
@click.option("--processes", type=int, metavar="N", help="Processes on each of them.")
@click.option("--max-connections", type=int, metavar="N", help="What the database admits.")
@click.option("--reserved", type=int, metavar="N", help="Of these, what is kept for others.")
@click.option("--output-format", type=click.Choice(["text", "json", "svg"]), default="text", help="How to show it.")
@click.option("--output-file", metavar="FILE", help="Write it there instead of to standard output.")
@click.option("--dsn", metavar="DSN", help="Ask a running PostgreSQL for its limit and its sessions (read-only).")
@config_option.option
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def command(
    path: str,
    output_format: str,
    output_file: str | None,
    dsn: str | None,
    config: tuple[str, ...],
    isolated: bool,
    **given: int | None,
) -> int:
    """Find every pool and engine that the project at PATH builds, and add up what all its processes may open.

    Status 0 if it fits, 1 if not. What is not configured in [tool.leaklint.capacity] is read from the deployment's own
    files (gunicorn.conf.py, Procfile, Compose, Kubernetes, postgresql.conf, pgbouncer.ini) or assumed, and said.
    """
    finder = configuring.finder_of(config, isolated=isolated)
    where = os.path.abspath(path)
    if not os.path.exists(where):
        raise LeaklintError(f"{printable(path)}: no such file or directory")
    settings = finder.for_directory(where if os.path.isdir(where) else os.path.dirname(where))
    live = None
    if dsn is not None:
        from leaklint.capacity.live import ask

        live = ask(dsn)
    options = {name.replace("_", "-"): value for name, value in given.items() if value is not None}
    if live is not None:
        measured = {"max-connections": live.max_connections, "reserved": live.reserved}
        settings = _overlaid(settings, measured, "the live server")
    found = budget_of([path], finder, _overlaid(settings, options, "command line"))
    text = _render(found, output_format)
    if live is not None:
        from leaklint.capacity.live import comparison

        text = comparison(live, found, text, output_format)
    if output_file is None:
        write_result(text)
    else:
        with open(output_file, "w", encoding="utf-8") as file:
            file.write(text)
        note(f"{output_file} written")
    return 0 if found.fits else 1


def _overlaid(settings: Settings, numbers: dict[str, int], origin: str) -> Settings:
    """The settings with other numbers on top. Raises LeaklintError for one that cannot be."""
    import msgspec

    from leaklint.capacity.settings import NUMBERS, number_problem

    for key, value in numbers.items():
        if wrong := number_problem(value, NUMBERS[key]):
            raise LeaklintError(f"--{key} {wrong}")
    return msgspec.structs.replace(
        settings,
        capacity={**settings.capacity, **numbers},
        provenance={**settings.provenance, **dict.fromkeys(numbers, origin)},
    )


def _render(found: Budget, output_format: str) -> str:
    from leaklint.capacity.picture import as_svg
    from leaklint.capacity.report import as_json, as_text

    return {"text": as_text, "json": as_json, "svg": as_svg}[output_format](found)
