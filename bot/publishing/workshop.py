"""What building an index takes: the version in use, the data, the gate."""

from __future__ import annotations

import io
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.publishing import answer_index
from bot.publishing.gate import Gate, regression
from bot.ranking.examples import load
from bot.ranking.model import ARRAYS_FILE, NAMES_FILE, Model
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import KeptVectors

REGRESSION = Path("data/regression.yml")


@dataclass
class Workshop:
    """Where things are; what takes time to read is read once."""

    folder: Path
    key: bytes
    data: Path
    model: Path
    _own: tuple[int, Model] | None = None
    _read: tuple[str, Model] | None = None

    @cached_property
    def gate(self) -> Gate:
        """The regression set and what it takes to ask it."""
        own = configuration()
        words = cutter(terms(Path(own["lexicon"]), Path(own["knowledge"]) / "glossary.yml"))
        return Gate(regression(REGRESSION), words, KeptVectors(Path(own["vectors"])))

    def used(self) -> Model:
        """The version in use, or what the model brought along while there is none for it."""
        written, version = self.model.stat().st_mtime_ns, answer_index.current(self.folder)
        if self._own is None or self._own[0] != written:
            self._own = written, trained(self.model)
        own = self._own[1]
        if version and (self._read is None or self._read[0] != version):
            self._read = version, answer_index.read(self.folder / version, self.key)
        used = self._read[1] if version and self._read else own
        return used if used.origin == own.origin else own


def configuration() -> dict[str, Any]:
    """What `config.yml` says about the ranker."""
    steps = load(Path("config.yml"))["pipeline"]
    found: dict[str, Any] = next(step for step in steps if step["name"].endswith("QuestionRanker"))
    return found


def trained(model: Path) -> Model:
    """The index that was trained with the model, out of its file."""
    with tarfile.open(model) as archive, tempfile.TemporaryDirectory() as folder:
        for member in archive.getmembers():
            name = Path(member.name).name
            if name in (ARRAYS_FILE, NAMES_FILE):
                content = archive.extractfile(member) or io.BytesIO()
                (Path(folder) / name).write_bytes(content.read())
        return Model.read(Path(folder))
