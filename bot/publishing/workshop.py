"""What building an index takes: the version in use, the data, the gate; and how one is built."""

from __future__ import annotations

import io
import tarfile
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.normalizer import normalize
from bot.publishing import answer_index, pilot
from bot.publishing.content import Content
from bot.publishing.gate import ASKED_BESIDE, Gate, Told, Verdict, regression
from bot.publishing.update import Difference, update
from bot.ranking.decision import OUT_OF_SCOPE
from bot.ranking.examples import load, wordings
from bot.ranking.model import ARRAYS_FILE, NAMES_FILE, Model
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import E5Vectors, KeptVectors

REGRESSION = Path("data/regression.yml")
# Versions that stay beside those that may come back: the rest is deleted.
KEPT_VERSIONS = 5
PREVIOUS_FILE = "previous"


@dataclass(frozen=True)
class Built:
    """A version that was made; `version` is empty when the gate kept it from being written."""

    version: str
    model: Model
    change: Difference
    verdict: Verdict
    seconds: float


@dataclass
class Workshop:
    """Where things are; what takes time to read is read once."""

    folder: Path
    key: bytes
    data: Path
    model: Path
    content: Content = field(default_factory=Content)
    # One version is made at a time; whoever asks what a wording means does not wait for it.
    turn: threading.Lock = field(default_factory=threading.Lock)
    _own: tuple[int, Model] | None = None
    _read: tuple[str, Model] | None = None
    _made: tuple[str, Model] | None = None

    @cached_property
    def encoder(self) -> E5Vectors:
        """The encoder, once for all."""
        return E5Vectors()

    @cached_property
    def gate(self) -> Gate:
        """The regression set and what it takes to ask it."""
        own = configuration()
        words = cutter(terms(Path(own["lexicon"]), Path(own["knowledge"]) / "glossary.yml"))
        told = wordings(Path(own["wordings"]))
        beside = [normalize(text).text for text, label in told if label == OUT_OF_SCOPE]
        step = max(1, len(beside) // ASKED_BESIDE)
        vectors = KeptVectors(Path(own["vectors"]), self.encoder)
        return Gate(regression(REGRESSION), words, vectors, beside[::step][:ASKED_BESIDE])

    def own(self) -> Model:
        """What the model brought along."""
        written = self.model.stat().st_mtime_ns
        if self._own is None or self._own[0] != written:
            self._own = written, trained(self.model)
        return self._own[1]

    def used(self) -> Model:
        """The version in use, or what the model brought along while there is none for it."""
        version, own = answer_index.current(self.folder), self.own()
        if version and (self._read is None or self._read[0] != version):
            self._read = version, answer_index.read(self.folder / version, self.key)
        used = self._read[1] if version and self._read else own
        return used if used.origin == own.origin else own

    def remember(self) -> None:
        """Ask the version in use what is frozen: then a candidate need not be asked all of it."""
        self.gate.broken(self.used())

    def build(self, data: Path, tell: Told = lambda *_: None, *, forced: bool = False) -> Built:
        """Make the version for a data folder; it stays only if the gate, or nobody, asks."""
        started = time.perf_counter()
        used, gate = self.used(), self.gate
        fingerprint = self.content.fingerprint(data)
        model, change = update(used, data, gate.words, gate.vectors)
        version = _named(time.time_ns())
        tell("built", change.added, change.added + change.gone)
        with ThreadPoolExecutor(1) as writing:  # writing and judging go on side by side
            kept = writing.submit(
                answer_index.write, self.folder, version, model, self.key, fingerprint
            )
            verdict = gate.judge(model, used, tell)
            kept.result()
        if verdict.reasons and not forced:
            answer_index.remove(self.folder, version)
            version = ""
        self._made = version, model
        self._tidy({version})
        return Built(version, model, change, verdict, time.perf_counter() - started)

    def activate(self, version: str) -> None:
        """Let engines use it, and remember the one before."""
        before = answer_index.current(self.folder)
        answer_index.activate(self.folder, version)
        if self._made and self._made[0] == version:
            self._read = self._made
        if before and before != version:
            (self.folder / PREVIOUS_FILE).write_text(before + "\n", encoding="utf-8")
        self._tidy({version, before})

    def _tidy(self, needed: set[str]) -> None:
        file = self.folder / PREVIOUS_FILE
        earlier = file.read_text(encoding="utf-8").strip() if file.exists() else ""
        piloted = pilot.running(self.folder)
        named = needed | {earlier, answer_index.current(self.folder)}
        named |= {piloted.version} if piloted else set()
        answer_index.tidy(self.folder, named, KEPT_VERSIONS)


def _named(now: int) -> str:
    """A name that sorts behind those of versions made before, to the microsecond."""
    seconds, rest = divmod(now // 1_000, 10**6)
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(seconds)) + f"-{rest:06}"


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
