"""The sum against the limit, to the digit, and where its numbers come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from leaklint.cli.capacity_command import command
from leaklint.model import LeaklintError

POOL = "from psycopg_pool import ConnectionPool\n\npool = ConnectionPool('dbname=shop', max_size={size})\n"


def project(directory: Path, files: dict[str, str], capacity: str = "") -> Path:
    """A project on disk; capacity: the lines of its [tool.leaklint.capacity]."""
    for name, text in {"pyproject.toml": f"[tool.leaklint.capacity]\n{capacity}", **files}.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return directory


def capacity(directory: Path, *options: str) -> dict[str, Any]:
    ran = CliRunner().invoke(command, [str(directory), "--output-format", "json", *options], catch_exceptions=False)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize(("size", "total", "left", "fits"), [(100, 400, -200, False), (40, 160, 40, True)])
def test_the_worked_example(tmp_path: Path, size: int, total: int, left: int, fits: bool) -> None:
    stated = "app-servers = 4\nprocesses = 1\nmax-connections = 200\n"
    found = capacity(project(tmp_path, {"app.py": POOL.format(size=size)}, stated))
    assert (found["total"], found["left"], found["fits"]) == (total, left, fits)
    assert found["available"] == 197
    assert found["pools"][0]["largest_that_fits"] == 49


def test_without_a_reserve_the_largest_pool_uses_all_of_the_limit(tmp_path: Path) -> None:
    stated = "app-servers = 4\nprocesses = 1\nmax-connections = 200\nreserved = 0\n"
    found = capacity(project(tmp_path, {"app.py": POOL.format(size=100)}, stated))
    assert found["pools"][0]["largest_that_fits"] == 50
    assert "to at most 50 (now 100)" in found["advice"][0]
    assert "server is restarted (a reload does not apply it)" in found["advice"][1]


def test_the_largest_pool_fits_and_one_more_does_not(tmp_path: Path) -> None:
    stated = "app-servers = 3\nprocesses = 5\nmax-connections = 250\n"
    first = capacity(project(tmp_path, {"app.py": POOL.format(size=90)}, stated))
    largest = first["pools"][0]["largest_that_fits"]
    for size, fits in ((largest, True), (largest + 1, False)):
        assert capacity(project(tmp_path, {"app.py": POOL.format(size=size)}, stated))["fits"] is fits


SIZES = {
    "a constant": ("SIZE = 7\npool = ConnectionPool('', max_size=SIZE)", 7),
    "the environment's default": ("pool = ConnectionPool('', max_size=int(os.environ.get('POOL', '12')))", 12),
    "or": ("pool = ConnectionPool('', max_size=int(os.getenv('POOL') or 9))", 9),
    "arithmetic": ("N = 4\npool = ConnectionPool('', max_size=N * 3 + 1)", 13),
    "the larger branch": ("pool = ConnectionPool('', max_size=3 if os.name == 'nt' else 8)", 8),
    "unpacked": ("KW = {'max_size': 6}\npool = ConnectionPool('', **KW)", 6),
    "a setting": (
        "class Settings:\n    size: int = 11\ns = Settings()\npool = ConnectionPool('', max_size=s.size)",
        11,
    ),
    "a parameter": ("def make(n=2):\n    return ConnectionPool('', max_size=n)\npool = make(14)", 14),
    "a parameter's default": ("def make(n=5):\n    return ConnectionPool('', max_size=n)\npool = make()", 5),
    "the library's default": ("pool = ConnectionPool('')", 4),
    "the minimum, if that is more": ("pool = ConnectionPool('', min_size=20)", 20),
    "the environment's, or none": (
        "SIZE = os.getenv('SIZE')\nif SIZE is not None:\n    try:\n        SIZE = int(SIZE)\n"
        "    except ValueError:\n        SIZE = None\npool = ConnectionPool('', max_size=SIZE)",
        None,
    ),
    "a parameter that may be replaced": (
        "def make(kw=None):\n    kw = kw or {}\n    return ConnectionPool('', **kw)",
        None,
    ),
    "what callers may add": ("def make(**kw):\n    return ConnectionPool('', max_size=6, **kw)", 6),
    "a dict that is filled": ("kw = {}\nkw[os.name] = 1\npool = ConnectionPool('', **kw)", None),
    "a dict that is updated": ("kw = {}\nkw.update(os.environ)\npool = ConnectionPool('', **kw)", None),
    "a configuration": ("from sqlalchemy import engine_from_config as e\npool = e(dict(os.environ))", None),
    "the environment alone": ("pool = ConnectionPool('', max_size=int(os.environ['POOL']))", None),
    "another module's constant": ("import conf\npool = ConnectionPool('', max_size=conf.SIZE)", 17),
    "an engine and its overflow": ("engine = create_engine('postgresql:///x', pool_size=3)", 13),
}


@pytest.mark.parametrize(("code", "maximum"), SIZES.values(), ids=SIZES.keys())
def test_sizes_are_followed(tmp_path: Path, code: str, maximum: int | None) -> None:
    head = "import os\nfrom psycopg_pool import ConnectionPool\nfrom sqlalchemy import create_engine\n"
    found = capacity(project(tmp_path, {"app.py": head + code + "\n", "conf.py": "SIZE = 17\n"}))
    assert [pool["maximum"] for pool in found["pools"]] == [maximum]


DEPLOYMENTS = {
    "gunicorn.conf.py": ({"gunicorn.conf.py": "bind = ':80'\nworkers = 2 * 3\n"}, 1, 6),
    "Procfile": ({"Procfile": "web: gunicorn -w 4 app:app\n"}, 1, 4),
    "Procfile's default": ({"Procfile": "web: gunicorn --workers=${WEB_CONCURRENCY:-3} app:app\n"}, 1, 3),
    "Compose": (
        {
            "docker-compose.yml": "services:\n  web:\n    command: uvicorn app:app --workers 4\n"
            "    deploy:\n      replicas: 3\n  db:\n    image: postgres:16\n"
        },
        3,
        4,
    ),
    "Kubernetes with an autoscaler": (
        {
            "k8s/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n"
            "  template:\n    spec:\n      containers:\n      - name: web\n"
            '        command: ["gunicorn", "-w", "5", "app:app"]\n',
            "k8s/hpa.yaml": "kind: HorizontalPodAutoscaler\nmetadata:\n  name: web\nspec:\n  scaleTargetRef:\n"
            "    kind: Deployment\n    name: web\n  minReplicas: 2\n  maxReplicas: 10\n",
        },
        10,
        5,
    ),
    "an image": ({"Dockerfile": 'FROM python\nCMD ["uvicorn", "app:app", "--workers", "2"]\n'}, 1, 2),
}


@pytest.mark.parametrize(("files", "servers", "processes"), DEPLOYMENTS.values(), ids=DEPLOYMENTS.keys())
def test_processes_are_read_where_they_stand(
    tmp_path: Path, files: dict[str, str], servers: int, processes: int
) -> None:
    found = capacity(project(tmp_path, {"app.py": POOL.format(size=10), **files}))
    assert (found["servers"]["value"], found["processes"]["value"]) == (servers, processes)
    assert found["processes"]["how"] == "read"
    assert found["processes"]["line"] > 0
    assert found["total"] == servers * processes * 10


def test_the_limit_is_read_from_the_server_s_configuration(tmp_path: Path) -> None:
    conf = "# one\nmax_connections = 300   # (change requires restart)\nsuperuser_reserved_connections = 5\n"
    found = capacity(project(tmp_path, {"app.py": POOL.format(size=10), "db/postgresql.conf": conf}))
    assert (found["limit"]["value"], found["limit"]["line"], found["reserved"]["value"]) == (300, 2, 5)


def test_what_is_configured_goes_before_what_is_read(tmp_path: Path) -> None:
    files = {"app.py": POOL.format(size=10), "Procfile": "web: gunicorn -w 4 app:app\n"}
    assert capacity(project(tmp_path, files, "processes = 9\n"))["processes"]["value"] == 9


WRONG = {
    "negative": ("app-servers = -1\n", {}, r"pyproject.toml:2:1: 'app-servers' must be at least 1, not -1"),
    "zero": ("max-connections = 0\n", {}, r"pyproject.toml:2:1: 'max-connections' must be at least 1, not 0"),
    "text": ('processes = "many"\n', {}, r"pyproject.toml:2:1: 'processes' must be a whole number, not 'many'"),
    "unknown": ("servers = 1\n", {}, r"pyproject.toml:2:1: unknown key 'servers'; did you mean 'app-servers'"),
    "contradictory": ("max-connections = 5\nreserved = 5\n", {}, r"'reserved' is 5, which leaves nothing"),
    "an option": (
        "",
        {"Procfile": "web: gunicorn -w lots a:a\n"},
        r"Procfile:1: -w must be a whole number, not 'lots'",
    ),
    "replicas": (
        "",
        {"compose.yaml": "services:\n  web:\n    command: gunicorn a:a\n    deploy:\n      replicas: -2\n"},
        r"compose.yaml:5: replicas must be at least 0, not -2",
    ),
    "the server's": (
        "",
        {"postgresql.conf": "max_connections = lots\n"},
        r"postgresql.conf:1: max_connections must be",
    ),
    "the pooler's": (
        "",
        {"pgbouncer.ini": "[pgbouncer]\ndefault_pool_size = -1\n"},
        r"pgbouncer.ini:2: default_pool_size",
    ),
}


@pytest.mark.parametrize(("stated", "files", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_number_that_cannot_be_is_named_with_its_place(
    tmp_path: Path, stated: str, files: dict[str, str], message: str
) -> None:
    with pytest.raises(LeaklintError, match=message):
        capacity(project(tmp_path, {"app.py": POOL.format(size=10), **files}, stated))


def test_a_format_that_is_not_understood_is_said(tmp_path: Path) -> None:
    files = {"app.py": POOL.format(size=10), "compose.yaml": "x: &anchor\n  a: 1\nservices:\n  web: *anchor\n"}
    found = capacity(project(tmp_path, files))
    assert found["processes"]["how"] == "assumed"
    assert "compose.yaml:1" in found["not_understood"][0]


def test_pgbouncer_is_counted_on_both_sides(tmp_path: Path) -> None:
    ini = (
        "[databases]\nshop = host=db pool_size=30\nlogs = host=db\n\n"
        "[pgbouncer]\npool_mode = transaction\nmax_client_conn = 500\ndefault_pool_size = 25\nreserve_pool_size = 5\n"
    )
    files = {"app.py": POOL.format(size=100), "pgbouncer.ini": ini}
    fitting = capacity(project(tmp_path, files, "app-servers = 4\nmax-connections = 100\n"))
    assert fitting["fits"]
    assert fitting["total"] == 400
    short = capacity(project(tmp_path, files, "app-servers = 4\nmax-connections = 60\n"))
    assert not short["fits"]
    assert "PgBouncer may open 65 connections" in short["advice"][0]
    clients = capacity(project(tmp_path, files, "app-servers = 6\nmax-connections = 100\n"))
    assert not clients["fits"]


def test_pools_of_tests_do_not_count(tmp_path: Path) -> None:
    files = {"app.py": POOL.format(size=10), "tests/test_app.py": POOL.format(size=90)}
    assert capacity(project(tmp_path, files))["total"] == 10


def test_the_picture_shows_the_pools_against_the_limit(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    target = tmp_path / "budget.svg"
    root = project(tmp_path / "app", {"app.py": POOL.format(size=100)}, "app-servers = 4\nmax-connections = 200\n")
    CliRunner().invoke(command, [str(root), "--output-format", "svg", "--output-file", str(target)])
    picture = ElementTree.parse(target).getroot()
    said = " ".join(picture.itertext())
    assert "400 connections of 200" in said
    assert "197 to be had" in said


def test_an_engine_is_not_counted_against_the_cache(tmp_path: Path) -> None:
    head = "import os, redis\nfrom sqlalchemy import create_engine\n"
    code = head + "e = create_engine(os.environ['URL'])\nr = redis.Redis()\n"
    found = capacity(project(tmp_path, {"app.py": code}))
    assert (found["server"], found["total"]) == ("postgresql", 15)
    assert [pool["server"] for pool in found["elsewhere"]] == ["redis"]


def test_django_s_threads_hold_a_connection_each(tmp_path: Path) -> None:
    settings = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'CONN_MAX_AGE': 60}}\n"
    files = {"shop/settings.py": settings, "Procfile": "web: gunicorn -w 3 --threads 8 shop.wsgi\n"}
    found = capacity(project(tmp_path, files))
    assert (found["total"], found["pools"][0]["maximum"]) == (24, 8)
    assert "CONN_MAX_AGE=60" in found["pools"][0]["written"]
