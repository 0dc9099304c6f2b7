"""`leaklint catalog`: what is known of one library, or a list of all."""

from __future__ import annotations

import click

from leaklint.cli.terminal import width, write_result


@click.command("catalog", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("library", required=False)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.")
def command(library: str | None, output_format: str) -> int:
    """Show what leaklint knows of LIBRARY (its name, import name or distribution), or list all libraries.

    Each fact says whether it was proven by running the library or read from its source.
    """
    write_result(catalog_json(library) if output_format == "json" else print_catalog(library, width()))
    return 0


def print_catalog(library: str | None, columns: int = 100) -> str:
    """The text for people. Raises LeaklintError for a library that the catalog does not have."""
    from leaklint.catalog import builtin_libraries
    from leaklint.catalog.describe import describe, find_library, overview

    libraries = builtin_libraries()
    return overview(libraries) if library is None else describe(find_library(library, libraries), columns)


def catalog_json(library: str | None) -> str:
    """The same rows as data: an array of libraries in the words of the schema."""
    import msgspec

    from leaklint.catalog import builtin_libraries
    from leaklint.catalog.describe import find_library

    libraries = builtin_libraries()
    chosen = libraries if library is None else (find_library(library, libraries),)
    return msgspec.json.format(msgspec.json.encode(chosen), indent=2).decode() + "\n"
