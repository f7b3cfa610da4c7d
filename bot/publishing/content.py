"""What a data folder says to the understanding, and whether two folders say the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from bot.ranking.examples import ASKED_FILE, asked, knowledge_of, wordings_of

PUBLICATION_FILE = "publication.json"
_Stamp = tuple[int, int, int, int]


class Content:
    """Reads a file again only when it changed; hard links of one file are one file."""

    def __init__(self) -> None:
        self._known: dict[_Stamp, tuple[str, ...]] = {}

    def fingerprint(self, data: Path) -> str:
        """The same for two folders whose wordings, titles and related items are the same."""
        root = data.resolve()
        lines: list[str] = []
        seen: dict[_Stamp, tuple[str, ...]] = {}
        for file in files(root):
            about = file.stat()
            stamp = (about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size)
            seen[stamp] = self._known.get(stamp) or _lines(file, root)
            lines += seen[stamp]
        self._known = seen
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:32]


def files(root: Path) -> list[Path]:
    """The files that the understanding is made of."""
    asked = root / "nlu" / ASKED_FILE
    of_yaml = [*root.glob("nlu/**/*.yml"), *root.glob("knowledge/items/*.yml")]
    return sorted([*of_yaml, *([asked] if asked.exists() else [])])


def publication(data: Path) -> tuple[int, str]:
    """Number and kind of the publication that a folder shows; 0 where nobody published."""
    told = publication_of(data)
    try:
        return int(told["number"]), str(told["kind"])
    except (ValueError, KeyError, TypeError):
        return 0, ""


def publication_of(data: Path) -> dict[str, Any]:
    """What the console wrote about a folder; nothing where it wrote nothing."""
    try:
        told = json.loads((data / PUBLICATION_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _lines(file: Path, root: Path) -> tuple[str, ...]:
    if file.name == ASKED_FILE:
        return tuple(f"{one.label}\t{one.question}" for one in asked(file.parent))
    if file.is_relative_to(root / "nlu"):
        return tuple(f"{label}\t{text}" for text, label in wordings_of(file))
    return tuple(
        f"{item['id']}\t{item['title']}\t{sorted(map(str, item['related']))}"
        for item in knowledge_of(file)
    )
