"""The answer index: new wordings and items go live in running engines, without a restart.

`python -m bot.index build|check|activate|rollback` in the folder that `ANSWER_INDEX` names,
signed with `ANSWER_INDEX_KEY`. `build` learns from `data/`, checks the frozen regression set, and
activates only what breaks no question that the version in use answers right.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports
from bot.normalizer import normalize
from bot.ranking import answer_index
from bot.ranking.examples import example, load, wordings
from bot.ranking.learning import Example
from bot.ranking.model import Model
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import KeptVectors

REGRESSION = Path("data/regression.yml")
PREVIOUS_FILE = "previous"


def configuration() -> dict[str, Any]:
    """What `config.yml` says about the ranker."""
    steps = load(Path("config.yml"))["pipeline"]
    found: dict[str, Any] = next(step for step in steps if step["name"].endswith("QuestionRanker"))
    return found


def learning_examples(folder: Path = Path("data/nlu")) -> list[Example]:
    """All wordings in `data/nlu`, as training sees them."""
    own = configuration()
    words = cutter(terms(Path(own["lexicon"]), Path(own["knowledge"]) / "glossary.yml"))
    return [example(text, label, words) for text, label in wordings(folder)]


@dataclass(frozen=True)
class Expected:
    """A question of the regression set, what shall be decided, and the item if it is one."""

    question: str
    decision: str
    item: str | None


def regression(file: Path) -> list[Expected]:
    """The frozen questions; items first, then the rest."""
    written = load(file)
    found = [
        Expected(question, "answer", item)
        for item, questions in written["answers"].items()
        for question in questions
    ]
    for decision, questions in written["decisions"].items():
        found += [Expected(question, decision, None) for question in questions]
    return found


def broken(model: Model, expected: Sequence[Expected], vectors: KeptVectors) -> list[Expected]:
    """The questions that `model` gets wrong: another item first, or a policy answer to others."""
    own = configuration()
    words = cutter(terms(Path(own["lexicon"]), Path(own["knowledge"]) / "glossary.yml"))
    return [one for one in expected if not _holds(model, one, words, vectors)]


def _holds(model: Model, one: Expected, words: Any, vectors: KeptVectors) -> bool:
    text = normalize(one.question).text
    found = model.decide(text, [word for word in words.lcut(text) if word.strip()], vectors)
    if one.item is None:
        return found.decision == one.decision
    return found.decision in ("answer", "clarify") and found.answers[0][0] == one.item


def main(arguments: Sequence[str]) -> int:
    """Do what was asked; 1 when the gate refuses."""
    options = _options(arguments)
    folder, key = Path(os.environ["ANSWER_INDEX"]), os.environ["ANSWER_INDEX_KEY"].encode()
    if options.what == "rollback":
        return _rollback(folder)
    if options.what == "activate":
        return _activate(folder, options.version, key)
    if options.what == "check":
        return _check(folder, options.version or answer_index.current(folder), key)
    return _build(folder, key)


def _build(folder: Path, key: bytes) -> int:
    from bot.ranking.ranker import learn_from

    started = time.perf_counter()
    model = learn_from(learning_examples(), configuration())
    version = time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{os.getpid()}"
    answer_index.write(folder, version, model, key)
    _say(f"built {version} in {time.perf_counter() - started:.1f} s")
    return _activate(folder, version, key)


def _activate(folder: Path, version: str, key: bytes) -> int:
    if _check(folder, version, key):
        return 1
    before = answer_index.current(folder)
    answer_index.activate(folder, version)
    if before and before != version:
        (folder / PREVIOUS_FILE).write_text(before + "\n", encoding="utf-8")
    _say(f"{version} is in use")
    return 0


def _check(folder: Path, version: str, key: bytes) -> int:
    """Refuse a version that breaks what the one in use gets right."""
    expected = regression(REGRESSION)
    vectors = KeptVectors(Path(configuration()["vectors"]))
    now = broken(answer_index.read(folder / version, key), expected, vectors)
    used = answer_index.current(folder)
    before = broken(answer_index.read(folder / used, key), expected, vectors) if used else expected
    worse = [one for one in now if one not in before]
    _say(f"{version}: {len(expected) - len(now)} of {len(expected)} questions right")
    for one in worse:
        _say(f"  broken: {one.question} ({one.item or one.decision})")
    return 1 if worse else 0


def _rollback(folder: Path) -> int:
    file = folder / PREVIOUS_FILE
    if not file.exists():
        _say("there is no earlier version")
        return 1
    used, earlier = answer_index.current(folder), file.read_text(encoding="utf-8").strip()
    answer_index.activate(folder, earlier)
    file.write_text(used + "\n", encoding="utf-8")
    _say(f"{earlier} is in use again")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build, check, activate or roll back.")
    parser.add_argument("what", choices=("build", "check", "activate", "rollback"))
    parser.add_argument("version", nargs="?", default="")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
