"""`--executor`: where files are checked, if not on this machine alone."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from leaklint.model import LeaklintError
from leaklint.source.problem import printable

if TYPE_CHECKING:
    from concurrent.futures import Executor

_SCHEME = "dask://"
PATIENCE = "10s"


@contextlib.contextmanager
def executor_at(url: str | None) -> Iterator[Executor | None]:
    """The executor at a URL; None for no URL. Raises LeaklintError where there is none."""
    if url is None:
        yield None
        return
    if not url.startswith(_SCHEME) or not url[len(_SCHEME) :]:
        raise LeaklintError(f"--executor: '{printable(url)}' is no address; give dask://HOST:PORT")
    try:
        distributed: Any = importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise LeaklintError("--executor needs Dask; install with: pip install 'leaklint-db[dask]'") from error
    address = f"tcp://{url[len(_SCHEME) :]}"
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise LeaklintError(f"--executor: nobody answers at {printable(url)}; start a scheduler there") from error
    with client:
        yield client.get_executor()
