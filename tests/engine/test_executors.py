"""Any executor gives what one process gives."""

from __future__ import annotations

import importlib
import importlib.util
import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine import Result, check
from leaklint.engine.sizing import runs_of
from leaklint.source.discover import File
from tests.cache.project import FILES, put, write_project

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("one", "two", "three"):
        write_project(tmp_path / part)
    return tmp_path


def run(root: Path, executor: Executor | None = None, *, cache: bool = False) -> Result:
    return check(["."], SettingsFinder(cwd=str(root)), jobs=1, executor=executor, cache=cache)


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_result_is_the_same(project: Path, kind: Any) -> None:
    alone = run(project)
    assert alone.findings
    with kind(3) as executor:
        assert run(project, executor) == alone
        assert run(project, executor, cache=True) == alone
    assert run(project, cache=True) == alone


def test_a_worker_that_stays_sees_files_that_changed(project: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        first = run(project, executor)
        put(project / "one/app/closing.py", FILES["app/closing.py"][1])
        second = run(project, executor)
    assert second == run(project)
    assert second != first


class Faulty(ThreadPoolExecutor):
    """Loses every other piece of work."""

    count = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.count += 1
        if self.count % 2:
            return super().submit(fn, *args, **kwargs)
        return super().submit(_fail)


def _fail() -> None:
    raise ConnectionError("the machine is gone")


def test_what_is_lost_on_the_way_is_done_here(project: Path) -> None:
    with Faulty(2) as executor:
        assert run(project, executor) == run(project)
        assert executor.count > 1


def test_work_is_cut_by_its_size(tmp_path: Path) -> None:
    for number in range(40):
        put(tmp_path / f"p{number % 4}/f{number}.py", "x = 1\n" * (20_000 if number == 3 else 10))
    files = sorted(File(str(path.relative_to(tmp_path)), str(path)) for path in tmp_path.rglob("*.py"))
    runs = runs_of([(file, 0) for file in files], 2)
    assert sorted(number for one in runs for number in one) == list(range(40))
    assert any(files[number].shown == "p3/f3.py" for number in runs[0])
    assert len(runs) > 1


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("Dask is not installed: pip install 'leaklint-db[dask]'")
    distributed: Any = importlib.import_module("distributed")

    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = HERE
    try:
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
        ) as running:
            yield running
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


@pytest.mark.dask
def test_a_dask_cluster_gives_the_same(project: Path, cluster: Any) -> None:
    distributed: Any = importlib.import_module("distributed")

    alone = run(project)
    with distributed.Client(cluster, set_as_default=False) as client:
        assert run(project, client.get_executor()) == alone


@pytest.mark.dask
def test_the_command_line_finds_the_cluster(project: Path, cluster: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from leaklint.cli import main

    address = cluster.scheduler_address.partition("://")[2]
    os.chdir(project)
    try:
        main(["--output-format", "concise", "--no-cache", "--jobs", "1", "."])
        alone = capsys.readouterr().out
        status = main(["--output-format", "concise", "--no-cache", "--executor", f"dask://{address}", "."])
        assert status == 1
        assert capsys.readouterr().out == alone
    finally:
        os.chdir(HERE)


@pytest.mark.parametrize("url", ["dask://", "ray://x:1", "localhost:8786"])
def test_an_address_that_is_none_is_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    from leaklint.cli import main

    assert main(["--executor", url, __file__]) == 2
    assert "give dask://HOST:PORT" in capsys.readouterr().err


@pytest.mark.dask
def test_a_scheduler_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("Dask is not installed: pip install 'leaklint-db[dask]'")
    from leaklint.cli import executing, main

    executing.PATIENCE = "1s"
    started = time.monotonic()
    assert main(["--executor", "dask://127.0.0.1:9", __file__]) == 2
    assert "nobody answers at dask://127.0.0.1:9" in capsys.readouterr().err
    assert time.monotonic() - started < 30
