"""`leaklint lsp`: serve an editor."""

from __future__ import annotations

import click

from leaklint.lsp.server import serve


@click.command("lsp", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stdio", is_flag=True, help="Over standard input and output: the only way there is, and the default.")
def command(stdio: bool) -> int:
    """Serve an editor over the language server protocol."""
    serve()
    return 0
