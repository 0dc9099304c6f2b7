"""What can be told of a file and of its project from bytes, before anything is loaded to analyse it."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Sequence

from leaklint.resolve.trace import Fact
from leaklint.source.prefilter import holds, imported
from leaklint.source.roots import Roots


def imports_any(path: str, data: bytes, roots: Roots) -> bool:
    """Whether the file at `path`, whose bytes are `data`, imports a file of the project."""
    for module, names in imported(data):
        joint = "" if module.endswith(".") else "."
        if any(roots.find(one, path) for one in (module, *(f"{module}{joint}{name}" for name in names))):
            return True
    return False


def light_facts(
    path: str,
    statements: Iterable[tuple[str, Sequence[str]]],
    roots: Roots,
    look: Callable[[Sequence[str], str], bool],
    note: Callable[[Fact], None],
) -> None:
    """Note what lets a file with these imports import nothing of the project. look: whether directories hold a module
    of some name."""
    note(("search", os.path.dirname(path)))
    search = roots.search_path(path)
    for module, names in statements:
        joint = "" if module.endswith(".") else "."
        top = module.partition(".")[0]
        if top:
            note(("look", search, top))
        if not top or look(search, top):
            for one in (module, *(f"{module}{joint}{name}" for name in names)):
                note(("locate", path, one))


def containing(
    word: str,
    paths: Sequence[str],
    content: Callable[[str], bytes | None],
    words: Callable[[str], Container[str] | None],
) -> list[str]:
    """Those of the files that hold the identifier `word`. words: those of a file, where they are known: to look there
    is quicker than into its content."""
    known = words if word.isascii() else lambda path: None
    found = []
    for path in paths:
        own = known(path)
        if word in own if own is not None else holds(content(path) or b"", word):
            found.append(path)
    return found
