"""`--config`, which names a file or gives single keys."""

from __future__ import annotations

import click

option = click.option(
    "--config",
    multiple=True,
    metavar="FILE|KEY=VALUE",
    help="The configuration file to use for everything; or a key of it, on top of the files.",
)
