"""The finder of settings that follows from `--config`, which names a file or gives single keys."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaklint.config import Options, SettingsFinder, read_inline

if TYPE_CHECKING:
    from click import UsageError


def wrong_usage(text: str) -> UsageError:
    """What says that options do not go together. It is rarely needed, and click takes its time to load."""
    from click import UsageError

    return UsageError(text)


def finder_of(given: Sequence[str], *, isolated: bool, overrides: Options | None = None) -> SettingsFinder:
    """The settings that `--config` and the command's own options ask for. What an option says goes before the same key
    in `--config`. Raises UsageError, ConfigError."""
    files = [value for value in given if "=" not in value or os.path.exists(value)]
    if len(files) > 1:
        raise wrong_usage("--config names one file, beside any number of KEY = VALUE")
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
