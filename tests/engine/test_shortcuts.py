"""What is left out to be fast is nothing that anybody would be told of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leaklint.config import Options, SettingsFinder
from leaklint.engine import check
from tests.test_fixtures import ROOT

FOLDERS = sorted(path.name for path in ROOT.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("strictness", ["default", "strict"])
def test_without_shortcuts_the_result_is_the_same(folder: str, strictness: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / folder, tmp_path / folder)
    options = Options(select=["ALL"], min_confidence="low", strictness=strictness)  # type: ignore[arg-type]
    finder = SettingsFinder(cwd=str(tmp_path), overrides=options)
    assert check(["."], finder, jobs=1) == check(["."], finder, jobs=1, thorough=True)
