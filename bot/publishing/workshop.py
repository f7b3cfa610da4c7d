"""What building an index takes: the version in use, the data, the gate; and how one is built."""

from __future__ import annotations

import io
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from bot.memory import give_back
from bot.normalizer import normalize
from bot.publishing import answer_index, pilot
from bot.publishing.answer_index import OfAnotherTraining
from bot.publishing.content import Content
from bot.publishing.gate import ASKED_BESIDE, Gate, Told, Verdict, regression
from bot.publishing.update import Difference, update
from bot.ranking.decision import OUT_OF_SCOPE
from bot.ranking.examples import wordings
from bot.ranking.model import ARRAYS_FILE, NAMES_FILE, Model
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import E5Vectors, KeptVectors
from bot.training.lessons import configuration

REGRESSION = Path("data/regression.yml")
# Versions that stay beside those that may come back: the rest is deleted.
KEPT_VERSIONS = 5
# Versions that wait to be asked for: all that is approved, and with what is in review.
MOST_AHEAD = 2
PREVIOUS_FILE = "previous"


@dataclass(frozen=True)
class Built:
    """A version that was made; `version` is empty when the gate kept it from being written."""

    version: str
    model: Model
    change: Difference
    verdict: Verdict
    seconds: float


@dataclass(frozen=True)
class Ahead:
    """What was made of some content, to be signed if just that content is to go live."""

    data: str  # the content's fingerprint
    held_to: tuple[str, str]  # the version in use and the training that it was judged beside
    manifest: bytes
    built: Built


class GaveWay(Exception):
    """Somebody waits for another version."""


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
    _ahead: list[Ahead] = field(default_factory=list)
    _wanted: list[str] = field(default_factory=list)

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
        if not version:
            return own
        if self._read is None or (self._read[0], self._read[1].origin) != (version, own.origin):
            try:
                read = answer_index.read(self.folder / version, self.key, own)
            except OfAnotherTraining:
                return own
            self._read = version, read
        return self._read[1]

    def remember(self) -> None:
        """Ask the version in use what is frozen: then a candidate need not be asked all of it."""
        self.gate.remember(self.used())

    @contextmanager
    def first(self, data: Path) -> Iterator[None]:
        """A turn that somebody waits for: what is made ahead of another change gives way."""
        wanted = self.content.fingerprint(data)
        self._wanted.append(wanted)
        try:
            with self.turn:
                yield
        finally:
            self._wanted.remove(wanted)

    def prepare(self, data: Path) -> bool:
        """Make and judge a version before it is asked for; False where that gave way."""
        with self.turn:
            fingerprint = self.content.fingerprint(data)

            def give_way(*_: object) -> None:
                if any(one != fingerprint for one in self._wanted):
                    raise GaveWay

            try:
                return bool(self._known(fingerprint) or self._make(data, fingerprint, give_way))
            except GaveWay:
                return False
            finally:
                give_back()

    def build(self, data: Path, tell: Told = lambda *_: None, *, forced: bool = False) -> Built:
        """Sign the version for a data folder, if the gate lets it through or nobody asks that."""
        started = time.perf_counter()
        fingerprint = self.content.fingerprint(data)
        made = self._known(fingerprint, forced=forced) or self._make(data, fingerprint, tell)
        built, version = made.built, made.built.version
        if built.verdict.reasons and not forced:
            answer_index.remove(self.folder, version)
            version = ""
        else:
            answer_index.sign(self.folder, version, made.manifest, self.key)
            self._made = version, built.model
        self._tidy({version})
        return replace(built, version=version, seconds=time.perf_counter() - started)

    def _known(self, data: str, *, forced: bool = False) -> Ahead | None:
        """What was made from the same content beside the same version in use."""
        held_to = self._held_to()
        self._ahead = [one for one in self._ahead if one.held_to == held_to]
        for one in self._ahead:
            if one.data == data and (
                (self.folder / one.built.version / answer_index.MANIFEST_FILE).is_file()
                or (one.built.verdict.reasons and not forced)
            ):
                return one
        return None

    def _make(self, data: Path, fingerprint: str, tell: Told) -> Ahead:
        started, held_to = time.perf_counter(), self._held_to()
        used, gate = self.used(), self.gate
        model, change = update(used, data, gate.words, gate.vectors)
        version = _named(time.time_ns())
        try:
            tell("built", change.added, change.added + change.gone)
            with ThreadPoolExecutor(1) as writing:  # writing and judging go on side by side
                kept = writing.submit(
                    answer_index.lay_out, self.folder, version, model, fingerprint
                )
                verdict = gate.judge(model, used, tell)
                manifest = kept.result()
        except GaveWay:
            answer_index.remove(self.folder, version)
            raise
        built = Built(version, model, change, verdict, time.perf_counter() - started)
        made = Ahead(fingerprint, held_to, manifest, built)
        self._ahead = [*(one for one in self._ahead if one.data != fingerprint), made][-MOST_AHEAD:]
        return made

    def _held_to(self) -> tuple[str, str]:
        return answer_index.current(self.folder), self.own().origin

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
        named |= {one.built.version for one in self._ahead}
        answer_index.tidy(self.folder, named, KEPT_VERSIONS)


def _named(now: int) -> str:
    """A name that sorts behind those of versions made before, to the microsecond."""
    seconds, rest = divmod(now // 1_000, 10**6)
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(seconds)) + f"-{rest:06}"


def trained(model: Path) -> Model:
    """The index that was trained with the model, out of its file."""
    with tarfile.open(model) as archive, tempfile.TemporaryDirectory() as folder:
        for member in archive.getmembers():
            name = Path(member.name).name
            if name in (ARRAYS_FILE, NAMES_FILE):
                content = archive.extractfile(member) or io.BytesIO()
                (Path(folder) / name).write_bytes(content.read())
        return Model.read(Path(folder))
