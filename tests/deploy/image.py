"""An image's folder `/app`, laid out as the Dockerfile and .dockerignore say, without Docker."""

from __future__ import annotations

import fnmatch
import shlex
import shutil
from pathlib import Path

from tests.deploy.reading import ROOT, stages

# What another stage makes, by the path that it is copied from; here it is built already.
BUILT = {
    "/build/widget/dist": ROOT / "web/widget/dist",
    "/build/console": ROOT / "web/console",
    "/app/models/wenbao.tar.gz": ROOT / "models/wenbao.tar.gz",
}
PACKAGES = "/opt/wenbao"


def lay_out(target: str, folder: Path) -> Path:
    """Make the folder of an image."""
    for step in stages()[target]:
        if step.word == "COPY":
            _copy(shlex.split(step.rest), folder)
    return folder


def environment(target: str) -> dict[str, str]:
    """What the image itself sets."""
    words = [
        word
        for step in stages()[target]
        if step.word == "ENV"
        for word in shlex.split(step.rest, posix=True)
    ]
    return dict(word.split("=", 1) for word in words)


def let_in(path: str) -> bool:
    """Whether .dockerignore lets a path of the repository in; the last line that fits decides."""
    allowed = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and _fits(line.removeprefix("!"), path):
            allowed = line.startswith("!")
    return allowed


def _fits(pattern: str, path: str) -> bool:
    """A pattern fits a path, and with a folder all that is in it."""
    parts = path.split("/")
    heads = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatch(part, pattern[3:]) for part in parts)
    return any(head == pattern or (pattern == "*" and "/" not in head) for head in heads)


def _copy(words: list[str], folder: Path) -> None:
    *given, target = words
    made = next((word for word in given if word.startswith("--from=")), None)
    sources = [word for word in given if not word.startswith("--")]
    if sources == [PACKAGES]:
        return
    for source in sources:
        found = BUILT[source] if made else ROOT / source
        inside = target.endswith("/") or target == "."
        _put(found, folder / target / found.name if inside else folder / target, bool(made))


def _put(found: Path, place: Path, built: bool) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if found.is_file() and built:
        place.symlink_to(found)
        return
    if found.is_file():
        assert let_in(found.relative_to(ROOT).as_posix()), found
        shutil.copy2(found, place)
        return

    def left_out(where: str, names: list[str]) -> list[str]:
        if built:
            return [name for name in names if name == "node_modules"]
        inner = Path(where).relative_to(ROOT)
        return [name for name in names if not let_in((inner / name).as_posix())]

    shutil.copytree(found, place, ignore=left_out, dirs_exist_ok=True)
