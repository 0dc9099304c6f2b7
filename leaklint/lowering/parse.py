"""From text to Python's own syntax tree, whatever version the text is written for and however deep it nests."""

from __future__ import annotations

import ast
import gc
import sys
import threading
import warnings

from leaklint.lowering.problem import SyntaxProblem

# Enough for 20,000 links of one chain. The tree is built by C code that uses under 500 bytes of stack a level.
_DEEP_RECURSION = 20_000
_DEEP_STACK = 256 * 1024 * 1024


def parse(text: str, path: str) -> tuple[ast.Module, str]:
    """The module's tree, and the text that its byte positions hold for: `text`, or one of the same lines and character
    columns. Raises SyntaxProblem."""
    nul = text.find("\0")
    if nul >= 0:
        line, column = text.count("\n", 0, nul) + 1, nul - text.rfind("\n", 0, nul)
        raise SyntaxProblem(path, line, column, "a null byte is not Python source")
    try:
        return _parse(text), text
    except SyntaxError as error:
        return _parse_newer(text, path, error)
    except (RecursionError, MemoryError) as error:
        raise SyntaxProblem(path, 1, 1, "the code nests too deeply to be parsed") from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        column = error.start - text.rfind("\n", 0, error.start)
        raise SyntaxProblem(path, line, column, "a lone surrogate is not text") from error
    except ValueError as error:
        raise SyntaxProblem(path, 1, 1, " ".join(str(error).split()) or "not Python source") from error


def _parse(text: str) -> ast.Module:
    # The collector would walk the growing tree again and again: a third of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse(text)
            except RecursionError:
                return _parse_deep(text)
    finally:
        if collecting:
            gc.enable()


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


def _parse_newer(text: str, path: str, error: SyntaxError) -> tuple[ast.Module, str]:
    """What `parse` gives, for a text with syntax newer than the running Python's. Raises SyntaxProblem."""
    from leaklint.lowering.newer_syntax import mend, rewrite

    rewritten = rewrite(text)
    if rewritten is not None:
        try:
            tree = _parse(rewritten.text)
        except SyntaxError as remaining:
            # What is wrong once the newer syntax is out of the way is what is wrong.
            error = remaining
        except (RecursionError, MemoryError, ValueError):
            pass
        else:
            mend(tree, rewritten)
            return tree, rewritten.text
    cause = " ".join((error.msg or "invalid syntax").split())
    raise SyntaxProblem(path, error.lineno or 1, max(error.offset or 1, 1), cause) from error
