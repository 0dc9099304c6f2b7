"""The commands, each loaded when it is asked for, and what becomes of the errors that they raise."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click

from leaklint import __version__
from leaklint.model import LeaklintError
from leaklint.source.problem import cause, printable

DEFAULT = "check"
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("leaklint.cli.check_command", "Find leaks in files and directories (the default command)."),
    "rule": ("leaklint.cli.rule_command", "Explain a rule, or list all of them."),
    "catalog": ("leaklint.cli.catalog_command", "Show what leaklint knows of a library, or list all of them."),
    "capacity": ("leaklint.cli.capacity_command", "Add up the pools of a project against the database's limit."),
    "config": ("leaklint.cli.config_command", "Show the settings in force, and where each comes from."),
    "lsp": ("leaklint.cli.lsp_command", "Serve an editor over the language server protocol."),
}
USAGE, INTERRUPTED = 2, 130
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
    try:
        status: Any = app.main(list(arguments), prog_name="leaklint", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # click turns a closed pipe into an exit, with the status of findings.
        return _closed_pipe()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return fail(_usage(error))
    except LeaklintError as error:
        return fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except OSError as error:
        if error.errno in (errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN) and not error.filename:
            return _closed_pipe()
        place = f"{printable(os.fsdecode(error.filename))}: " if error.filename else "output: "
        with contextlib.suppress(OSError):
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (what is buffered cannot be written either)
        return fail(f"{place}{cause(error)}")
    return status if isinstance(status, int) else 0


def fail(text: str, status: int = USAGE) -> int:
    """Print an error, a line for each line of `text`; returns the status."""
    with contextlib.suppress(OSError):
        for line in text.split("\n"):
            print(f"leaklint: error: {line}", file=sys.stderr)
    return status


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


def _closed_pipe() -> int:
    """Whoever read the output has seen enough. The interpreter must not find the pipe closed once more at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE if hasattr(signal, "SIGPIPE") else 1
