"""Bring the labelled code to this machine. Nothing of it is built, installed or run.

Packages come through pip's own finder, so from whatever index pip is configured for. Commits come from clones in a
folder that the caller names, `OWNER+NAME` each, or are cloned there.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.accuracy.labels import HERE, Source

_FIND = """
import sys
from pip._internal.commands.download import DownloadCommand
from pip._internal.network.download import Downloader
from pip._vendor.packaging.specifiers import SpecifierSet

pin, binary, folder = sys.argv[1:]
only = ["--only-binary=:all:"] if binary == "wheel" else ["--no-binary=:all:"]
command = DownloadCommand("download", "corpus")
options, _ = command.parser.parse_args(["--no-deps", *only, "placeholder"])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options=options, session=session, ignore_requires_python=True)
    name, _, version = pin.partition("==")
    best = finder.find_best_candidate(name, SpecifierSet("==" + version, prereleases=True)).best_candidate
    if best is None:
        sys.exit("not found")
    try:
        downloader = Downloader(session, "off")
    except TypeError:
        downloader = Downloader(session, "off", 0)
    downloader(best.link, folder)
"""


def bring(sources: Iterable[Source], folder: Path, clones: Path | None) -> dict[str, Path]:
    """Where the code of each source is, by key. A source that cannot be had is told of on stderr and left out."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for source in sorted(set(sources), key=lambda source: source.key):
        target = folder / source.key
        try:
            if source.case:
                case(source, target)
            elif not target.is_dir():
                package(source, target) if source.pypi else commit(source, target, clones or folder / "clones")
        except (OSError, LookupError, subprocess.CalledProcessError) as error:
            print(f"not brought: {source.key}: {error}", file=sys.stderr)
            continue
        found[source.key] = target
    return found


def package(source: Source, target: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-c", _FIND, source.pypi, source.dist, scratch]
        subprocess.run(command, check=True, capture_output=True, text=True)
        (archive,) = Path(scratch).iterdir()
        members = zip_members(archive) if zipfile.is_zipfile(archive) else tar_members(archive.read_bytes())
        extract(members, target)


def commit(source: Source, target: Path, clones: Path) -> None:
    clone = clones / source.repo.replace("/", "+")
    if not clone.is_dir():
        url = f"https://github.com/{source.repo}"
        subprocess.run(["git", "clone", "--quiet", "--bare", url, str(clone)], check=True, capture_output=True)
    git = clone / "repo" if (clone / "repo").is_dir() else clone
    extract(commit_members(git, source.commit), target)


def commit_members(git: Path, revision: str) -> Iterator[tuple[str, bytes]]:
    """The Python files of a commit. Object by object: a partial clone may lack large files that nobody asks for."""
    listing = ["git", "-C", str(git), "ls-tree", "-r", "-z", "--format=%(objectname) %(path)", revision]
    entries = (
        subprocess.run(listing, check=True, capture_output=True).stdout.decode(errors="surrogateescape").split("\0")
    )
    wanted = [entry.split(" ", 1) for entry in entries if entry.endswith(".py")]
    batch = ["git", "-C", str(git), "cat-file", "--batch"]
    asked = "".join(f"{name}\n" for name, _ in wanted).encode()
    answer = io.BytesIO(subprocess.run(batch, check=True, capture_output=True, input=asked).stdout)
    for _, path in wanted:
        header = answer.readline().split()
        if len(header) == 3:
            yield path, answer.read(int(header[2]))
            answer.readline()


def case(source: Source, target: Path) -> None:
    """A copy without the comments that tell the truth, every line where it was."""
    shutil.rmtree(target, ignore_errors=True)
    origin = HERE / "cases" / source.case
    for path in sorted(origin.rglob("*.py")) if origin.is_dir() else [origin]:
        lines = path.read_text(encoding="utf-8").split("\n")
        bare = ["" if line.startswith("# ") else line.partition("# expect:")[0].rstrip() for line in lines]
        copy = target / (path.relative_to(origin) if origin.is_dir() else path.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("\n".join(bare), encoding="utf-8")


def zip_members(archive: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if name.endswith(".py"):
                yield name, opened.read(name)


def tar_members(data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        for member in opened:
            content = opened.extractfile(member) if member.isfile() and member.name.endswith(".py") else None
            if content is not None:
                yield member.name, content.read()


def extract(members: Iterable[tuple[str, bytes]], target: Path) -> None:
    """Write the files to `target`, which appears only when it is whole."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, content in members:
        path = partial / name
        if not path.resolve().is_relative_to(partial.resolve()):
            raise LookupError(f"a member outside of the archive: {name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    partial.rename(target)
