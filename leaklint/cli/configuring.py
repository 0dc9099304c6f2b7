"""`--config`, which names a file or gives single keys, and the finder of settings that follows from it."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from leaklint.config import Options, SettingsFinder, read_inline

option = click.option(
    "--config",
    multiple=True,
    metavar="FILE|KEY=VALUE",
    help="The configuration file to use for everything; or a key of it, on top of the files.",
)


def finder_of(given: Sequence[str], *, isolated: bool, overrides: Options | None = None) -> SettingsFinder:
    """The settings that `--config` and the command's own options ask for. What an option says goes before the same key
    in `--config`. Raises UsageError, ConfigError."""
    files = [value for value in given if "=" not in value or os.path.exists(value)]
    if len(files) > 1:
        raise click.UsageError("--config names one file, beside any number of KEY = VALUE")
    laid = [read_inline(value, "--config") for value in given if value not in files]
    overrides = _over([*laid, *([overrides] if overrides is not None else [])])
    return SettingsFinder(cwd=os.getcwd(), explicit=files[0] if files else None, isolated=isolated, overrides=overrides)


def _over(laid: Sequence[Options]) -> Options | None:
    """Options on top of each other, the last one first."""
    if not laid:
        return None
    said = {
        name: value
        for options in laid
        for name in Options.__struct_fields__
        if (value := getattr(options, name)) is not None
    }
    return Options(**said)
