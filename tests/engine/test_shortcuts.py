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


TAKES = "def take():\n    conn = {}\n    conn.execute('x')\n"
WAYS = {
    "from the library": {"use.py": "from psycopg2 import connect\n" + TAKES.format("connect('')")},
    "by another name": {"use.py": "from psycopg2 import connect as c\n" + TAKES.format("c('')")},
    "all of the library": {"use.py": "from psycopg2 import *\n" + TAKES.format("connect('')")},
    "in the line of the import": {"use.py": "import psycopg2; c = psycopg2.connect\n" + TAKES.format("c('')")},
    "passed on": {
        "db.py": "from psycopg2 import connect\n",
        "use.py": "from db import connect\n" + TAKES.format("connect('')"),
    },
    "passed on by a package": {
        "db/__init__.py": "from .real import connect\n",
        "db/real.py": "from psycopg2 import connect\n",
        "use.py": "from db import connect\n" + TAKES.format("connect('')"),
    },
    "all passed on": {
        "db.py": "from psycopg2 import *\n",
        "use.py": "from db import *\n" + TAKES.format("connect('')"),
    },
    "passed on by another name": {
        "db.py": "from psycopg2 import connect as cursor\n",
        "use.py": "from db import cursor\n" + TAKES.format("cursor('')"),
    },
    "stored under its name": {
        "db.py": "import psycopg2\nconnect = psycopg2.connect\n",
        "use.py": "from db import connect\n" + TAKES.format("connect('')"),
    },
    "a function of its name": {
        "db.py": "import psycopg2 as p\ndef connect():\n    return p.connect('')\n",
        "use.py": "from db import connect\n" + TAKES.format("connect()"),
    },
    "a class of its name": {
        "db.py": "import psycopg2.extensions as p\nclass connection(p.connection): pass\n",
        "use.py": "from db import connection\n" + TAKES.format("connection('')"),
    },
    "asked for by a text": {"use.py": "import psycopg2\n" + TAKES.format("getattr(psycopg2, 'connect')('')")},
    "given as a default": {
        "use.py": "import psycopg2\n" + TAKES.format("connect('')").replace("take()", "take(connect=psycopg2.connect)")
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_whichever_way_a_word_comes_it_is_found(way: str, tmp_path: Path) -> None:
    for name, text in WAYS[way].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    finder = SettingsFinder(cwd=str(tmp_path))
    found = check(["."], finder, jobs=1)
    assert [(one.path, one.code) for one in found.findings] == [("use.py", "LK101")]
    assert found == check(["."], finder, jobs=1, thorough=True)
