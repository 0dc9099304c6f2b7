from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaklint.config import Options, SettingsFinder
from leaklint.source.discover import Discovery, below, discover


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in [
        "a.py",
        "b.pyi",
        "script",
        "pkg/__init__.py",
        "pkg/c.py",
        "pkg/gen/d.py",
        "build/e.py",
        ".venv/f.py",
        "deep/node_modules/g.py",
    ]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return root


def found(root: Path, *paths: str, **options: object) -> list[str]:
    return [file.shown for file in run(root, *paths, **options).files]


def run(root: Path, *paths: str, **options: object) -> Discovery:
    overrides = Options(**options) if options else None  # type: ignore[arg-type]
    return discover(paths, SettingsFinder(cwd=str(root), overrides=overrides))


def test_python_files_below_a_directory(tree: Path) -> None:
    assert found(tree, ".") == ["a.py", "pkg/__init__.py", "pkg/c.py", "pkg/gen/d.py"]
    assert found(tree, "pkg/") == ["pkg/__init__.py", "pkg/c.py", "pkg/gen/d.py"]
    assert found(tree, str(tree / "pkg" / "gen")) == [f"{tree}/pkg/gen/d.py"]


def test_named_files_are_taken_whatever_they_are(tree: Path) -> None:
    assert found(tree, "script", "build/e.py", "b.pyi") == ["b.pyi", "build/e.py", "script"]
    assert found(tree, "build", ".venv") == [".venv/f.py", "build/e.py"]


def test_force_exclude_holds_for_named_files_too(tree: Path) -> None:
    assert found(tree, "script", "build/e.py", "build", force_exclude=True) == ["script"]


def test_order_and_doubles_of_paths_do_not_matter(tree: Path) -> None:
    once = run(tree, "pkg", "a.py", ".")
    assert run(tree, ".", "./a.py", "pkg", "pkg/../a.py", str(tree / "a.py")) == once
    assert [file.named for file in once.files] == [True, False, False, False]


def test_exclude_patterns(tree: Path) -> None:
    assert found(tree, ".", extend_exclude=["pkg/gen"]) == ["a.py", "pkg/__init__.py", "pkg/c.py"]
    assert found(tree, ".", extend_exclude=["gen", "a.*"]) == ["pkg/__init__.py", "pkg/c.py"]
    assert "build/e.py" in found(tree, ".", exclude=["pkg"])


def test_gitignore_files_nest_and_take_back(tree: Path) -> None:
    (tree / ".gitignore").write_text("gen/\nc.py\n# a.py\n")
    (tree / "pkg" / ".gitignore").write_text("!c.py\n/__init__.py\n")
    assert found(tree, ".") == ["a.py", "pkg/c.py"]
    assert "pkg/gen/d.py" in found(tree, ".", respect_gitignore=False)


def test_gitignore_above_counts_inside_a_repository_only(tree: Path) -> None:
    (tree / ".gitignore").write_text("c.py\n")
    assert "pkg/c.py" in found(tree, "pkg")
    (tree / ".git" / "info").mkdir(parents=True)
    (tree / ".git" / "info" / "exclude").write_text("d.py\n")
    assert found(tree, "pkg") == ["pkg/__init__.py"]


def test_an_ignored_directory_that_is_named_is_looked_into(tree: Path) -> None:
    (tree / ".git").mkdir()
    (tree / ".gitignore").write_text("pkg/\n")
    assert found(tree, ".") == ["a.py"]
    assert found(tree, "pkg/gen") == ["pkg/gen/d.py"]


def test_gitignore_lines_that_are_none_are_passed_over(tree: Path) -> None:
    (tree / ".gitignore").write_bytes(b"!\n//\n\xff\na.py\n[\n")
    assert "a.py" not in found(tree, ".")


def test_a_path_that_does_not_exist_is_fatal_and_the_others_are_found(tree: Path) -> None:
    result = run(tree, "a.py", "absent", "nul\0l")
    assert [file.shown for file in result.files] == ["a.py"]
    assert [(problem.text, problem.fatal) for problem in result.problems] == [
        ("absent: no such file or directory", True),
        ("nul\\x00l: no such path: it holds a null byte", True),
    ]


def test_links_to_directories_are_followed_once_and_never_in_circles(tree: Path) -> None:
    (tree / "loop").symlink_to(".")
    (tree / "pkg" / "up").symlink_to("..")
    (tree / "also_pkg").symlink_to("pkg")
    (tree / "self.py").symlink_to("self.py")
    outside = tree.parent / "outside"
    outside.mkdir()
    (outside / "o.py").write_text("")
    (outside / "back").symlink_to("../project")
    (tree / "lib").symlink_to("../outside")
    result = run(tree, ".")
    assert [file.shown for file in result.files] == [
        "a.py",
        "lib/o.py",
        "pkg/__init__.py",
        "pkg/c.py",
        "pkg/gen/d.py",
    ]
    assert [problem.text for problem in result.problems] == [
        "loop: symbolic link to a directory around it; not followed",
        "pkg/up: symbolic link to a directory around it; not followed",
        "self.py: symbolic link that leads in a circle; skipped",
    ]
    assert not any(problem.fatal for problem in result.problems)


def test_dangling_links_named_like_modules_are_told(tree: Path) -> None:
    (tree / "gone.py").symlink_to("nowhere.py")
    (tree / "gone.txt").symlink_to("nowhere.txt")
    assert [problem.text for problem in run(tree, ".").problems] == ["gone.py: dangling symbolic link; skipped"]


def test_pipes_are_not_read(tree: Path) -> None:
    os.mkfifo(tree / "pipe.py")
    assert "pipe.py" not in found(tree, ".")


@pytest.fixture
def unprivileged() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_directory_without_permission_is_one_line(tree: Path, request: pytest.FixtureRequest) -> None:
    for directory in tree.parents:
        if Path(tempfile.gettempdir()) in directory.parents:  # made for the tests, and for nobody else to look into
            directory.chmod(0o755)
    (tree / "pkg" / "gen").chmod(0)
    request.getfixturevalue("unprivileged")
    result = run(tree, ".")
    assert [problem.text for problem in result.problems] == ["pkg/gen: permission denied; this directory is skipped"]
    assert [file.shown for file in result.files] == ["a.py", "pkg/__init__.py", "pkg/c.py"]


def test_a_broken_nested_configuration_stops_its_directory_only(tree: Path) -> None:
    (tree / "pkg" / "leaklint.toml").write_text("slect = 1\n")
    result = run(tree, ".")
    assert [file.shown for file in result.files] == ["a.py"]
    assert [(problem.text, problem.fatal) for problem in result.problems] == [
        (f"{tree}/pkg/leaklint.toml:1:1: unknown key 'slect'; did you mean 'select'?", True)
    ]


def test_a_bad_exclude_pattern_says_where_it_comes_from(tree: Path) -> None:
    (tree / "leaklint.toml").write_text('\nextend-exclude = ["!"]\n')
    (problem,) = run(tree, ".").problems
    assert problem.text.startswith(f"{tree}/leaklint.toml:2: 'extend-exclude': ")
    assert problem.fatal


class TestWhatBelongsToAProgram:
    """What is searched for the uses of a name, around the files to check."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        root = tmp_path / "home"
        for name in ["loose.py", "own/x.py", "own/setup.py", "notes/y.py", "notes/deep/z.py", "notes/deep/.git/HEAD"]:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        return root

    def searched(self, root: Path, *, isolated: bool = False) -> list[str]:
        settings = SettingsFinder(cwd=str(root), isolated=isolated).for_directory(str(root))
        return [os.path.relpath(path, root) for path in below([str(root)], settings)]

    def test_a_working_directory_that_is_no_project_has_no_part_in_those_below_it(self, home: Path) -> None:
        assert self.searched(home) == ["loose.py", "notes/y.py"]

    def test_a_project_may_hold_others(self, home: Path) -> None:
        (home / "setup.cfg").write_text("")
        assert self.searched(home) == ["loose.py", "notes/deep/z.py", "notes/y.py", "own/setup.py", "own/x.py"]

    def test_without_configuration_files_all_is_one(self, home: Path) -> None:
        assert "own/x.py" in self.searched(home, isolated=True)
