"""Finding modules: by name, beside the importer, within the roots only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leaklint.resolve.program import Program
from leaklint.resolve.resolver import Resolver
from tests.resolve.project import CATALOG, answers, program, questions, read, write


def test_a_module_has_one_name_whichever_way_it_is_reached(tmp_path: Path) -> None:
    write(tmp_path, {"src/pkg/__init__.py": "", "src/pkg/a.py": "x = 1\n"})
    known = program(tmp_path, ".", "src")
    by_path = known.module_at(tmp_path / "src/pkg/a.py")
    assert by_path is not None
    assert by_path is known.module("pkg.a") is known.module("src.pkg.a")
    assert (by_path.module, by_path.path) == ("pkg.a", "src/pkg/a.py")
    package = known.module("pkg")
    assert package is not None
    assert package.is_package


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {"one/utils.py": "a = 1\n", "two/utils.py": "b = 2\n"})
    for order in (("one", "two"), ("two", "one")):
        known = program(tmp_path, "one", "two")
        names = {}
        for name in order:
            found = known.module_at(tmp_path / name / "utils.py")
            assert found is not None
            names[name] = found.module
            assert known.module(found.module) is found
        assert names == {"one": "utils", "two": "<two/utils.py>"}


def test_nothing_outside_the_roots_is_found_by_name(tmp_path: Path) -> None:
    write(tmp_path, {"root/pkg/a.py": "", "outside.py": "", "other/__init__.py": "", "other/b.py": ""})
    os.symlink(tmp_path / "other", tmp_path / "root/linked")
    os.symlink(tmp_path / "root/pkg", tmp_path / "root/inside")
    os.symlink(tmp_path / "root", tmp_path / "root/pkg/loop")
    known = program(tmp_path / "root")
    importer = known.module("pkg.a")
    assert importer is not None
    for name in (
        "outside",
        "linked",
        "linked.b",
        "...outside",
        "..",
        "pkg...a",
        "",
        ".",
        "a/b",
        "pkg.a.b",
        "a" + ".a" * 999,
    ):
        assert known.module(name) is None
    assert known.find("...outside", importer) == ""
    assert known.find("....other.b", importer) == ""
    assert known.module("inside.a") is not None
    assert known.module("pkg.loop.pkg.a") is not None


def test_files_that_are_no_python_resolve_to_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"bad.py": "def (:\n", "m.py": "import bad\nfrom bad import x\nsee(x)  # is:\nsee(bad.y)  # is:\n"})
    (tmp_path / "binary.py").write_bytes(b"x = '\xff\x00'")
    known = Program([tmp_path], lambda path: None if path.name == "binary.py" else read(path), CATALOG)
    assert known.module("bad") is None
    assert known.module("binary") is None
    asked = questions(tmp_path, program(tmp_path))
    assert set(answers(program(tmp_path), asked).values()) == {""}


def test_an_overlay_replaces_the_file_and_what_was_known(tmp_path: Path) -> None:
    write(tmp_path, {"m.py": "from other import f\nsee(f)\n", "other.py": "def f(): ...\n"})
    known = program(tmp_path)
    resolver = Resolver(known)

    def asked() -> int:
        module = known.module("m")
        assert module is not None
        body = module.procedures["<module>"]
        return len(resolver.refs(module, body, "f"))

    assert asked() == 1
    known.overlay(tmp_path / "other.py", "g = 1\n")
    assert asked() == 0
    known.overlay(tmp_path / "new" / "file.py", "def here(): ...\n")
    assert known.module("new.file") is not None
    known.overlay(tmp_path / "m.py", "from new.file import here as f\nsee(f)\n")
    assert asked() == 1


def test_a_file_outside_of_all_roots_can_be_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"root/a.py": "", "alone.py": "import a\ndef f(): ...\n"})
    known = program(tmp_path, "root")
    module = known.module_at(tmp_path / "alone.py")
    assert module is not None
    assert known.module(module.module) is module
    assert known.module_at(tmp_path / "missing.py") is None


@pytest.mark.parametrize("name", ["logging", "sqlite3"])
def test_the_standard_library_is_not_looked_for_beside_a_script(name: str, tmp_path: Path) -> None:
    write(tmp_path, {f"jobs/{name}.py": "", "jobs/run.py": ""})
    known = program(tmp_path)
    assert known.find(name, known.module("jobs.run")) == ""
    write(tmp_path, {f"{name}.py": ""})
    assert program(tmp_path).find(name, known.module("jobs.run")) == name


def test_a_file_whose_name_begins_with_a_bracket_is_a_module(tmp_path: Path) -> None:
    write(tmp_path, {"<b>.py": "x = 1\n"})
    known = program(tmp_path, ".")
    by_path = known.module_at(tmp_path / "<b>.py")
    assert by_path is not None
    assert known.module(by_path.module) is by_path


def test_a_decorator_stands_with_its_function_and_is_mentioned_around_it(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "class A:\n    @word\n    def f(self):\n        pass\n\n    def g(self): word\n"})
    known = program(tmp_path)
    module = known.module("a")
    assert module is not None
    assert list(known.standing_on(module, [2])) == ["<module>", "A", "A.f"]
    assert list(known.mentioning(module, "word")) == ["<module>", "A", "A.g"]
