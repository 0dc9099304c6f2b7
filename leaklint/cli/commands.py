"""The commands that there are: where each stands, and what it does in a line."""

from __future__ import annotations

DEFAULT = "check"
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("leaklint.cli.check_command", "Find leaks in files and directories (the default command)."),
    "rule": ("leaklint.cli.rule_command", "Explain a rule, or list all of them."),
    "catalog": ("leaklint.cli.catalog_command", "Show what leaklint knows of a library, or list all of them."),
    "capacity": ("leaklint.cli.capacity_command", "Add up the pools of a project against the database's limit."),
    "config": ("leaklint.cli.config_command", "Show the settings in force, and where each comes from."),
    "lsp": ("leaklint.cli.lsp_command", "Serve an editor over the language server protocol."),
}
