"""The labels: one row a call that takes a connection, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

HERE = Path(__file__).parent


class Source(msgspec.Struct, frozen=True):
    """Where the code is from: a pinned package (`pypi`, as "wheel" or "sdist"), a commit of a repository, or `case`."""

    pypi: str = ""
    dist: str = "wheel"
    repo: str = ""
    commit: str = ""
    case: str = ""

    @property
    def key(self) -> str:
        """The folder that holds it."""
        return self.pypi or self.case or f"{self.repo.replace('/', '+')}@{self.commit}"


class Row(msgspec.Struct, frozen=True):
    """One labelled call: `labels/README.md` explains the fields. `pair` and `side` are of a fix."""

    source: Source
    path: str
    line: int
    verdict: str
    end_line: int | None = None
    driver: str | list[str] = ""
    how: str | None = None
    why: str = ""
    shape: str = ""
    sample: str = "random"
    pair: str = ""
    side: str = ""

    @property
    def libraries(self) -> str:
        return self.driver if isinstance(self.driver, str) else ", ".join(self.driver)


class _CaseRow(msgspec.Struct, frozen=True):
    case: str
    path: str
    line: int
    verdict: str
    driver: list[str]
    kind: str
    why: str


def labels(name: str) -> list[Row]:
    """The rows of the set `name`: sites, fixes or cases."""
    lines = (HERE / "labels" / f"{name}.jsonl").read_bytes().splitlines()
    if name != "cases":
        return [msgspec.json.decode(line, type=Row) for line in lines]
    rows = []
    for line in lines:
        case = msgspec.json.decode(line, type=_CaseRow)
        path = case.path.removeprefix(f"cases/{case.case}").lstrip("/") or Path(case.path).name
        source = Source(case=case.case)
        rows.append(Row(source, path, case.line, case.verdict, driver=case.driver, how=case.kind, why=case.why))
    return rows
