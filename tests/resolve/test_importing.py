"""Which files reach which: what is kept as bits is what a plain walk finds."""

from __future__ import annotations

import functools
import random
from pathlib import Path

import pytest

from leaklint.resolve.importing import Imports
from tests.resolve.project import program, write


@pytest.mark.parametrize("seed", range(20))
def test_files_reach_what_they_import_however_far(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    size = chance.choice((2, 7, 30))
    wanted = {number: chance.sample(range(size), chance.randrange(min(size, 4))) for number in range(size)}
    write(tmp_path, {f"m{one}.py": "".join(f"import m{other}\n" for other in wanted[one]) for one in wanted})
    paths = {number: str(tmp_path / f"m{number}.py") for number in wanted}

    def walked(start: int) -> set[str]:
        found, waiting = {start}, [start]
        while waiting:
            new = [one for one in wanted[waiting.pop()] if one not in found]
            found.update(new)
            waiting += new
        return {paths[one] for one in found}

    imports = Imports(program(tmp_path))
    asked = chance.sample(range(size), size)
    for number, one in enumerate(asked):
        assert set(imports.files(imports.reached(paths[one]))) == walked(one)
        so_far = set().union(*map(walked, asked[: number + 1]))
        some = chance.sample(range(size), chance.randrange(size))
        together = imports.reaching(functools.reduce(int.__or__, (imports.bit(paths[other]) for other in some), 0))
        assert set(together) == set().union(*(imports.reaching(imports.bit(paths[other])) for other in some))
        for other in range(size):
            reaching = imports.reaching(imports.bit(paths[other]))
            assert len(set(reaching)) == len(reaching)
            assert set(reaching) - {paths[other]} == {
                paths[user]
                for user in wanted
                if user != other and paths[user] in so_far and paths[other] in walked(user)
            }


def test_an_edit_that_keeps_the_imports_keeps_what_reaches_what(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "import b\n", "b.py": "import c\n", "c.py": "X = 1\n"})
    a, b, c = (str(tmp_path / name) for name in ("a.py", "b.py", "c.py"))
    imports = Imports(program(tmp_path))
    imports.reached(a)
    again = imports.again(program(tmp_path), b)
    assert set(again.reaching(again.bit(c))) == {a, b, c}
    write(tmp_path, {"b.py": "X = 1\n"})
    changed = imports.again(program(tmp_path), b)
    changed.reached(a)
    changed.reached(c)
    assert set(changed.reaching(changed.bit(c))) == {c}
    assert set(changed.reaching(changed.bit(b))) == {a, b}
