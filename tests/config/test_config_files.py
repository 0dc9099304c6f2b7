from __future__ import annotations

from pathlib import Path

import pytest

from leaklint.config import ConfigError, SettingsFinder, read_config
from leaklint.config.positions import positions


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def error_of(path: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    return str(caught.value).replace(path, "FILE")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["LK1"]', "FILE:1:1: unknown key 'selct'; did you mean 'select'?"),
        ('\n  min_severity = "note"', "FILE:2:3: unknown key 'min_severity'; did you mean 'min-severity'?"),
        ('ignore = "LK1"', "FILE:1:1: 'ignore' must be an array, not a string"),
        ('select = [\n  "LK1",\n  7,\n]', "FILE:3:3: 'select[1]' must be a string, not a number"),
        ('min-severity = "bad"', "FILE:1:1: 'min-severity' is 'bad'; choose one of error, note, warning"),
        (
            '[per-file-ignores]\n"a.py" = ["LK1"]\n"b.py" = "LK1"',
            "FILE:3:1: 'per-file-ignores.b.py' must be an array, not a string",
        ),
        ("force-exclude = 1", "FILE:1:1: 'force-exclude' must be true or false, not a number"),
        (
            'target-versions = ["py310", "2.7"]',
            'FILE:1:29: \'target-versions[1]\' must be a version such as "py310", "3.12" or "PyMySQL==0.9.3"',
        ),
        ("resource = 1", "FILE:1:1: 'resource' must be an array, not a number"),
        ("capacity = []", "FILE:1:1: 'capacity' must be a table, not an array"),
        ("select = ", "FILE:1:10: not valid TOML: invalid value"),
        ('src = ["a"]\nsrc = ["b"]', "FILE:2:12: not valid TOML: cannot overwrite a value"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    assert error_of(write(tmp_path / "leaklint.toml", text)) == message


def test_each_wrong_key_has_its_own_line(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", '[project]\nname = "x"\n[tool.leaklint]\nzip = 1\nignore = 2\n')
    first, second = error_of(path).split("\n")
    assert first.startswith("FILE:4:1: unknown key 'zip'")
    assert second == "FILE:5:1: 'ignore' must be an array, not a number"


def test_undecodable_and_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "leaklint.toml").write_bytes(b"# fine\n# \xff\n")
    assert error_of(str(tmp_path / "leaklint.toml")) == "FILE:2:1: not UTF-8, which TOML must be (byte 0xff)"
    assert error_of(str(tmp_path)) == "FILE: is a directory; name a leaklint.toml or a pyproject.toml"
    assert "no such file" in error_of(str(tmp_path / "absent.toml"))


def test_a_broken_pyproject_that_does_not_name_leaklint_is_none_of_our_business(tmp_path: Path) -> None:
    assert read_config(write(tmp_path / "pyproject.toml", "broken = [")) is None


def test_deep_nesting_is_an_error_and_no_crash(tmp_path: Path) -> None:
    assert "FILE:1:1: " in error_of(write(tmp_path / "leaklint.toml", "select = " + "[" * 100_000))


def test_positions_of_every_shape_of_key() -> None:
    text = """
a.b = 1 # x = 2
"quo\\u0074ed" . 'key' = '''x
y = 3'''
[[resource]]
name = "one"
[resource.pool]
max = [ { deep = [1, 2] }, # ]
  "]" ]
[[resource]]
name = {'in' = 1, line = [true]}
"""
    found = positions(text)
    assert found["a", "b"] == (2, 1)
    assert found["quoted", "key"] == (3, 1)
    assert ("y",) not in found
    assert found["resource", 0, "pool", "max", 0, "deep", 1] == (8, 22)
    assert found["resource", 0, "pool", "max", 1] == (9, 3)
    assert found["resource", 1, "name", "line", 0] == (11, 27)


class TestHierarchy:
    def test_the_nearest_file_wins_whole(self, tmp_path: Path) -> None:
        write(tmp_path / "pyproject.toml", '[tool.leaklint]\nmin-severity = "error"\nignore = ["LK1"]\n')
        write(tmp_path / "sub" / "leaklint.toml", 'min-confidence = "low"\n')
        finder = SettingsFinder(cwd=str(tmp_path))
        outer = finder.for_file(str(tmp_path / "a" / "b.py"))
        inner = finder.for_file(str(tmp_path / "sub" / "deep" / "b.py"))
        assert (outer.min_severity.value, outer.ignore) == ("error", ("LK1",))
        assert (inner.min_severity.value, inner.ignore, inner.min_confidence.value) == ("note", (), "low")
        assert outer.provenance["min-severity"] == f"{tmp_path}/pyproject.toml:2"
        assert inner.provenance["min-severity"] == "default"

    def test_extend_lays_one_file_over_another(self, tmp_path: Path) -> None:
        write(tmp_path / "base.toml", 'select = ["LK1"]\nignore = ["LK101"]\nextend-exclude = ["gen"]\nsrc = ["lib"]\n')
        write(tmp_path / "sub" / "leaklint.toml", 'extend = "../base.toml"\nextend-ignore = ["LK102"]\nexclude = []\n')
        settings = SettingsFinder(cwd="/").for_file(str(tmp_path / "sub" / "x.py"))
        assert settings.select == ("LK1",)
        assert settings.ignore == ("LK101", "LK102")
        assert settings.extend_exclude == ()
        assert settings.src == (str(tmp_path / "lib"),)
        assert settings.provenance["select"] == f"{tmp_path}/base.toml:1"
        assert settings.provenance["ignore"] == f"{tmp_path}/sub/leaklint.toml:2"
        assert settings.files == (str(tmp_path / "sub" / "leaklint.toml"), str(tmp_path / "base.toml"))

    def test_extend_in_a_circle(self, tmp_path: Path) -> None:
        write(tmp_path / "leaklint.toml", 'extend = "b.toml"\n')
        write(tmp_path / "b.toml", '\nextend = "leaklint.toml"\n')
        with pytest.raises(ConfigError, match=r"b\.toml:2:1: 'extend' leads back to .*leaklint\.toml"):
            SettingsFinder(cwd="/").for_directory(str(tmp_path))

    def test_extend_of_nothing(self, tmp_path: Path) -> None:
        write(tmp_path / "leaklint.toml", 'extend = "absent.toml"\n')
        with pytest.raises(ConfigError, match=r"leaklint\.toml:1:1: 'extend' names .*absent\.toml, which is no file"):
            SettingsFinder(cwd="/").for_directory(str(tmp_path))

    def test_the_command_line_lies_on_top(self, tmp_path: Path) -> None:
        from leaklint.config import Options

        write(tmp_path / "leaklint.toml", 'select = ["LK1"]\nextend-select = ["LK2"]\n')
        finder = SettingsFinder(cwd=str(tmp_path), overrides=Options(extend_select=["LK3"], exclude=["x"]))
        settings = finder.for_directory(str(tmp_path))
        assert (settings.select, settings.extend_select) == (("LK1",), ("LK2", "LK3"))
        assert settings.provenance["exclude"] == "command line"

    def test_isolated_reads_nothing(self, tmp_path: Path) -> None:
        write(tmp_path / "leaklint.toml", "broken")
        assert SettingsFinder(cwd=str(tmp_path), isolated=True).for_directory(str(tmp_path)).files == ()

    @pytest.mark.parametrize("required", [">=99", "<0.1", "==0.0.*", "!=0.1.0", "~=1.0"])
    def test_required_version_refused(self, tmp_path: Path, required: str) -> None:
        write(tmp_path / "leaklint.toml", f'required-version = "{required}"\n')
        with pytest.raises(ConfigError, match=r"leaklint\.toml:1:1: this project requires leaklint"):
            SettingsFinder(cwd="/").for_directory(str(tmp_path))

    def test_required_version_nonsense(self, tmp_path: Path) -> None:
        write(tmp_path / "leaklint.toml", 'required-version = ">=new"\n')
        with pytest.raises(ConfigError, match="'>=new' is no version requirement"):
            SettingsFinder(cwd="/").for_directory(str(tmp_path))
