"""A small project of many files that use each other, and edits of it that matter, and that do not."""

from __future__ import annotations

import random
import textwrap
from pathlib import Path

CLOSING = "\n    finally:\n        conn.close()"
FILES: dict[str, tuple[str, ...]] = {
    "pyproject.toml": ("[tool.leaklint]\n", '[tool.leaklint]\nselect = ["ALL"]\n'),
    "app/__init__.py": ("", "from app.db import connect\n", "from app.other import *\n"),
    "app/db.py": (
        "import psycopg2\ndef connect():\n    return psycopg2.connect('')\n",
        "import psycopg2\n\n\ndef connect():\n    # the same, further down\n    return psycopg2.connect('')\n",
        "def connect():\n    return None\n",
        "import psycopg2\n_conn = psycopg2.connect('')\ndef connect():\n    return _conn\n",
        "from app.other import connect\n",
        "from psycopg2 import connect\n",
    ),
    "app/other.py": (
        "import sqlite3\ndef connect():\n    return sqlite3.connect('x')\n",
        "def connect():\n    raise NotImplementedError\n",
        "import mystery\nconnect = mystery.connect\n",
        "from sqlite3 import *\n",
    ),
    "app/closing.py": (
        "def put(conn):\n    conn.close()\n",
        "def put(conn):\n    print(conn)\n",
        "def put(conn, really=False):\n    if really:\n        conn.close()\n",
        "from app.keeping import put\n",
    ),
    "app/keeping.py": ("KEPT = []\ndef put(conn):\n    KEPT.append(conn)\n", "def put(conn):\n    conn.close()\n"),
    "app/base.py": (
        "class Base:\n    def close(self):\n        self.conn.close()\n",
        "class Base:\n    pass\n",
        "from contextlib import closing\nclass Base:\n    def stop(self):\n        self.conn.close()\n",
    ),
    "app/store.py": (
        "from app.base import Base\nfrom app import db\nclass Store(Base):\n"
        "    def __init__(self):\n        self.conn = db.connect()\n",
        "from app import db\nclass Store:\n"
        "    def __init__(self, conn=None):\n        self.conn = conn or db.connect()\n",
    ),
    "app/special.py": (
        "from app.store import Store\nclass Special(Store):\n    def shut(self):\n        self.conn.close()\n",
        "class Special:\n    pass\n",
    ),
    "app/users.py": (
        "from app.db import connect\nfrom app.closing import put\ndef read():\n    conn = connect()\n"
        "    conn.execute('x')\n    put(conn)\n",
        "from app.db import connect\ndef read():\n    conn = connect()\n    try:\n        conn.execute('x')"
        + CLOSING
        + "\n",
        "from app.db import connect\ndef read():\n    conn = connect()  # leaklint: ignore\n    conn.execute('x')\n",
    ),
    "app/jobs.py": (
        "from app.store import Store\nfrom app import users\ndef run():\n    store = Store()\n    users.read()\n",
        "from app.store import Store\ndef run():\n    with Store() as store:\n        store.go()\n",
        "from app.special import Special\ndef run():\n    Special()\n",
    ),
    "app/plain.py": ("import json\ndef load(x):\n    return json.loads(x)\n", "import json  # leaklint: ignore\n"),
    "app/mixed.py": (
        "import psycopg2\nfrom app.closing import put\n\n\ndef label(x):\n    return str(x)\n\n\n"
        "def taken():\n    return psycopg2.connect('')\n\n\nclass Mixed:\n    def size(self):\n        return 1\n\n"
        "    def close(self):\n        put(self.conn)\n",
        "import psycopg2\nfrom app.closing import put\n\n\ndef label(x):\n    y = x\n\n    return repr(y)\n\n\n"
        "def taken():\n    return psycopg2.connect('')\n\n\nclass Mixed:\n    def size(self):\n        return 1\n\n"
        "    def close(self):\n        put(self.conn)\n",
        "import psycopg2\nfrom app.closing import put\n\n\ndef label(x):\n    return taken().cursor()\n\n\n"
        "def taken():\n    return psycopg2.connect('')\n\n\nclass Mixed:\n    def size(self):\n"
        "        self.conn = taken()\n\n    def close(self):\n        put(self.conn)\n",
        "import psycopg2\nfrom app.closing import put\n\n\ndef label(x):\n    yield x\n\n\n"
        "def taken():\n    return psycopg2.connect('')\n\n\nclass Mixed:\n    def size(self):\n        return 1\n\n"
        "    def close(self):\n        pass\n",
    ),
    "app/mixing.py": (
        "from app.mixed import label, taken, Mixed\ndef go():\n    conn = taken()\n    label(conn)\n    return 1\n",
        "from app import mixed\ndef go():\n    label = mixed.label(mixed.taken())\n    label.execute('x')\n",
        "from app import mixed\ndef go():\n    one = mixed.Mixed()\n    one.conn = mixed.taken()\n    one.size()\n",
    ),
    "app/broken.py": ("import psycopg2\npsycopg2.connect('')\n", "import psycopg2\npsycopg2.connect(\n"),
    "app/holder.py": (
        "class Holder:\n    def __init__(self, maker):\n        self.maker = maker\n"
        "    def get(self):\n        return self.maker()\n",
        "class Holder:\n    def __init__(self, conn):\n        self.conn = conn\n"
        "    def get(self):\n        return self.conn\n",
    ),
    "app/taker.py": (
        "from app.holder import Holder\ndef read(holder: Holder):\n    conn = holder.get()\n    conn.execute('x')\n",
        "from app.holder import Holder\ndef read(holder: Holder):\n    conn = holder.get()\n    conn.close()\n",
    ),
    "app/maker.py": (
        "import psycopg2\nfrom app.holder import Holder\ndef main():\n    return Holder(psycopg2.connect)\n",
        "import psycopg2\nfrom app import taker\nfrom app.holder import Holder\n"
        "def main():\n    taker.read(Holder(psycopg2.connect('')))\n",
        "from app.holder import Holder\nclass Wider(Holder):\n    def close(self):\n        self.conn.close()\n",
    ),
    "app/nested.py": (
        "from app.closing import put\n\n\ndef each(conn):\n    def one(value: int):\n"
        "        return conn.execute(value)\n\n    for value in [1]:\n        one(value)\n    put(conn)\n\n\n"
        "def later(conn):\n    done = lambda: conn.close()\n    return done\n",
        "from app.closing import put\n\n\ndef each(conn):\n    def one(value: int):\n        shown = value\n"
        "        return shown\n\n    values = [1, 2]\n    for value in values:\n        one(value)\n"
        "    put(conn)\n\n\ndef later(conn):\n    shown = [conn]\n    done = lambda: conn.close()\n"
        "    return done\n",
        "from app.closing import put\n\n\ndef each(conn):\n    def one(value: int, more=put):\n"
        "        conn.close()\n\n    one(1)\n\n\ndef later(conn):\n    first = lambda: conn.close()\n"
        "    done = lambda: None\n    return done\n",
        "def each(conn):\n    class Inner:\n        def __init__(self):\n            self.conn = conn\n\n"
        "    return Inner()\n\n\ndef later(conn):\n    return lambda: print(conn)\n",
    ),
    "app/nesting.py": (
        "from app.db import connect\nfrom app.nested import each, later\n\n\ndef go():\n"
        "    conn = connect()\n    each(conn)\n\n\ndef stop():\n    conn = connect()\n    later(conn)()\n",
        "from app.db import connect\n\n\ndef plain(x):\n    return x\n\n\nopened = lambda: connect()\n\n\n"
        "def go():\n    opened().execute('x')\n",
        "from app.db import connect\n\n\ndef plain(x):\n    y = [x]\n    return y\n\n\n"
        "opened = lambda: connect()\n\n\ndef go():\n    opened().execute('x')\n",
        "from app.db import connect\n\nclosed = lambda: None\nopened = lambda: connect()\n\n\ndef go():\n"
        "    closed()\n",
    ),
    "scripts/run.py": (
        "import helper\nfrom app.db import connect\nconn = connect()\nhelper.go(conn)\n",
        "from app.jobs import run\nrun()\n",
    ),
    "scripts/helper.py": ("def go(conn):\n    conn.close()\n", "def go(conn):\n    pass\n"),
    "json.py": ("def loads(x):\n    return x\n", "from app.db import connect as loads\n"),
    "mystery.py": ("from psycopg2 import connect\n", "connect = print\n"),
    "helper.py": ("def go(conn):\n    conn.close()\n", ""),
    "setup.cfg": ("", "[x]\n"),
}
"""Name -> the texts that the file may have. The last few bear names that are looked for in vain without them."""
ABSENT_AT_FIRST = {"app/maker.py", "json.py", "mystery.py", "helper.py", "setup.cfg"}


def write_project(root: Path) -> None:
    """The project as it begins."""
    for name, texts in FILES.items():
        if name not in ABSENT_AT_FIRST:
            put(root / name, texts[0])


def put(path: Path, text: str) -> None:
    """Write one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


def edit(root: Path, chance: random.Random) -> str:
    """Change one file of the project, make it or remove it; says which and how."""
    name = chance.choice(sorted(FILES))
    path = root / name
    if path.exists() and name != "pyproject.toml" and chance.random() < 0.2:
        path.unlink()
        return f"remove {name}"
    number = chance.randrange(len(FILES[name]))
    put(path, FILES[name][number])
    return f"{name} as {number}"
