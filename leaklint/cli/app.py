"""The commands, each loaded when it is asked for, and what becomes of the errors that they raise."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from typing import Any

import click

from leaklint import __version__
from leaklint.cli.commands import COMMANDS, DEFAULT
from leaklint.cli.ending import INTERRUPTED, ended, fail
from leaklint.model import LeaklintError
from leaklint.source.problem import printable

_EXTRAS = {"lsp": "pygls>=2.0"}
_GROUP_OPTIONS = ("--help", "-h", "--version", "-V")


class Commands(click.Group):
    """A group that imports a command when it runs, and takes `check` where none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (module, _) in COMMANDS.items() if importlib.util.find_spec(module) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        try:
            command = importlib.import_module(module).command
        except ModuleNotFoundError as error:
            missing = (error.name or module).partition(".")[0]
            if missing == "leaklint":
                raise LeaklintError(f"'leaklint {cmd_name}' is not part of this installation") from error
            wanted = _EXTRAS.get(cmd_name, missing)
            raise LeaklintError(
                f"'leaklint {cmd_name}' needs {missing}, which is not installed: pip install '{wanted}' "
                f"(the extra [{cmd_name}])"
            ) from error
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in COMMANDS and args[0] not in _GROUP_OPTIONS):
            _misspelt(args[:1])
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _misspelt(first: Sequence[str]) -> None:
    """A command that is misspelt is no path that is missing. Raises UsageError for one."""
    for word in first:
        if word.isalpha() and not os.path.exists(word):
            import difflib

            for near in difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.75):
                raise click.UsageError(f"no command and no path '{word}'; did you mean 'leaklint {near}'?")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar="",
    subcommand_metavar="[COMMAND] [OPTIONS] [PATHS]...",
    epilog="'leaklint src' means 'leaklint check src'; 'leaklint check --help' lists its options.",
)
@click.version_option(__version__, "-V", "--version", message="leaklint %(version)s")
def app() -> None:
    """Finds database connections that Python code takes and does not give back, shows on which path, and repairs
    them."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line; errors become one line on stderr and a status."""
    return ended(lambda: _run(arguments))


def _run(arguments: Sequence[str]) -> Any:
    try:
        return app.main(list(arguments), prog_name="leaklint", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return fail(_usage(error))
    except click.Abort:
        return INTERRUPTED


def _usage(error: click.ClickException) -> str:
    """click's message in one line, with the nearest option where one was misspelt."""
    message = " ".join(error.format_message().split())
    if isinstance(error, click.NoSuchOption):
        import difflib

        context = error.ctx
        known = [name for one in (context.command.params if context else ()) for name in one.opts if name[:2] == "--"]
        close = difflib.get_close_matches(error.option_name, known, n=1)
        mend = f"did you mean {close[0]}?" if close else "'leaklint check --help' lists the options"
        return f"no such option {printable(error.option_name)}; {mend}"
    return printable(message[:1].lower() + message[1:]).rstrip(".")
