"""Frozen questions that a change cannot reach are not asked again, and no verdict differs by it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jieba
import numpy as np
import pytest

from bot.publishing.gate import Expected, Gate, Verdict
from bot.publishing.update import update
from bot.ranking.examples import example
from bot.ranking.model import Model
from bot.text.sentence_vectors import DIMENSIONS
from bot.training.calibration import Aims
from bot.training.learning import learn
from tests.bot.conftest import WORDINGS

NOUNS = (
    "养老金",
    "失业金",
    "工伤费",
    "产假钱",
    "社保卡",
    "公积金",
    "医药费",
    "丧葬费",
    "抚恤金",
    "补贴款",
)
MATTERS = (
    "去哪里领",
    "多少钱",
    "怎么转走",
    "停发了",
    "算错了",
    "能代领吗",
    "要交税吗",
    "补发",
    "注销",
    "查进度",
)
WAYS = ("{0}{1}", "我的{0}{1}", "请问{0}{1}呢", "老人{0}{1}", "想问下{0}{1}", "{0}现在{1}")
SMALL = {label: texts for label, texts in WORDINGS.items() if not label.startswith("faq/")}
Told = dict[str, list[str]]
Written = Callable[[Told], Path]


class Hashed:
    """Vectors of texts by their pairs of characters: quick, and always the same."""

    def one(self, text: str) -> np.ndarray:
        """The vector of one text."""
        vector = np.full(DIMENSIONS, 1e-3, dtype=np.float32)
        for pair in zip(text, text[1:], strict=False):
            vector[zlib.crc32("".join(pair).encode()) % DIMENSIONS] += 1.0
        return np.asarray(vector / np.linalg.norm(vector))

    def many(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text."""
        return np.stack([self.one(text) for text in texts]) if texts else np.zeros((0, DIMENSIONS))


def told() -> Told:
    """A hundred items, more than are looked at for one question."""
    items = [(noun, matter) for noun in NOUNS for matter in MATTERS]
    return {
        f"faq/Q{number:03}": [way.format(*item) for way in WAYS]
        for number, item in enumerate(items, start=1)
    }


QUESTIONS = [
    Expected(f"{lines[1]}{end}", "answer", label[4:])
    for label, lines in told().items()
    for end in ("怎么办", "啊")
] + [Expected("给我唱首歌", "reject", None), Expected("转人工", "human", None)]


@pytest.fixture(scope="module")
def wide(words: jieba.Tokenizer) -> Model:
    """An understanding of a hundred items."""
    everything = {**told(), **SMALL}
    examples = [
        example(text, label, words) for label, texts in everything.items() for text in texts
    ]
    return learn(examples, ("上海", "广东"), {}, Hashed(), Aims(0.1, 0.3, 0.4))


@pytest.fixture
def data(tmp_path: Path) -> Written:
    """A data folder with these wordings."""
    (tmp_path / "nlu").mkdir()
    (tmp_path / "knowledge/items").mkdir(parents=True)

    def write(wordings: Told) -> Path:
        lines = ["nlu:"]
        for label, texts in {**wordings, **SMALL}.items():
            lines += [f"- intent: {label}", "  examples: |", *(f"    - {text}" for text in texts)]
        (tmp_path / "nlu/all.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return write


@dataclass
class Counted:
    """What models were asked."""

    texts: list[str] = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Counts."""
    counted, decide = Counted(), Model.decide

    def counting(model: Model, *given: object) -> object:
        counted.texts.append(str(given[0]))
        return decide(model, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Model, "decide", counting)
    return counted


@dataclass
class Both:
    """A gate that remembers, beside one that asks everything."""

    words: jieba.Tokenizer
    remembers: Gate
    used: Model

    def judge(self, folder: Path) -> tuple[Verdict, Model]:
        """The verdict, which has to be the same both ways."""
        model, _ = update(self.used, folder, self.words, Hashed())
        verdict = self.remembers.judge(model, self.used)
        asks_all = Gate(QUESTIONS, self.words, Hashed())
        assert verdict == asks_all.judge(model, self.used)
        known, anew = self.remembers.answers(model), asks_all.answers(model)
        for one in QUESTIONS:  # not the verdict alone: also every score
            assert known.ask(one.question) == anew.ask(one.question)
        return verdict, model


@pytest.fixture
def both(wide: Model, words: jieba.Tokenizer) -> Both:
    """Both, where the decisions of the model in use are known."""
    remembers = Gate(QUESTIONS, words, Hashed())
    remembers.broken(wide)
    return Both(words, remembers, wide)


def without(label: str) -> Told:
    """All items but one."""
    return {other: lines for other, lines in told().items() if other != label}


def moved(one: str, to: str) -> Told:
    """An item's wordings belong to another one now, and it says something else."""
    items = told()
    return items | {to: [*items[to], *items[one]], one: ["这一条改说别的了", "说的是另一件事情"]}


def added(label: str, *lines: str) -> Told:
    """One more wording, or several."""
    return told() | {label: [*told()[label], *lines]}


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        (moved("faq/Q042", "faq/Q077"), True),
        (without("faq/Q042"), True),
        (added("faq/Q042", "小方片片叫狗叼跑了"), False),
        (added("faq/Q042", told()["faq/Q077"][0] + "了吗"), False),
        (added("faq/Q042", "给我唱首歌"), True),
        (told(), False),
    ],
)
def test_the_verdict_is_the_same_as_if_everything_was_asked(
    both: Both, data: Written, changed: Told, refused: bool
) -> None:
    verdict, _ = both.judge(data(changed))
    assert bool(verdict.broken) == refused


def test_what_a_wording_cannot_reach_is_not_asked_again(
    both: Both, data: Written, asked: Counted
) -> None:
    model, _ = update(
        both.used, data(added("faq/Q042", "小方片片叫狗叼跑了")), both.words, Hashed()
    )
    both.remembers.broken(both.used)
    assert asked.texts == []
    answers = both.remembers.answers(model, both.used)
    for one in QUESTIONS:
        answers.ask(one.question)
    assert len(asked.texts) < len(QUESTIONS)
    assert {one.question for one in QUESTIONS if one.item == "Q042"} <= set(asked.texts)


def test_candidates_that_come_to_nothing_do_not_push_out_what_is_in_use(
    both: Both, data: Written, asked: Counted
) -> None:
    for turn in range(6):
        both.judge(data(added("faq/Q042", f"小方片片叫狗叼跑了第{turn}回")))
    asked.texts.clear()
    both.remembers.broken(both.used)
    assert asked.texts == []


def test_a_row_of_changes_is_judged_as_if_each_was_the_first(both: Both, data: Written) -> None:
    chance, wordings = random.Random(5), told()  # noqa: S311 - always the same
    for turn in range(8):
        label = chance.choice(list(wordings))
        if turn % 3 == 2:
            wordings[label] = wordings[label][1:]
        else:
            wordings[label] = [*wordings[label], chance.choice(NOUNS) + f"第{turn}回没到账"]
        _, both.used = both.judge(data(wordings))


def test_of_another_training_nothing_is_taken_over(
    both: Both, words: jieba.Tokenizer, asked: Counted
) -> None:
    examples = [example(text, label, words) for label, lines in told().items() for text in lines]
    small = [example(text, label, words) for label, lines in SMALL.items() for text in lines]
    other = learn([*examples, *small], ("上海",), {"Q001": 1}, Hashed(), Aims(0.1, 0.3, 0.4))
    answers = both.remembers.answers(other, both.used)
    for one in QUESTIONS:
        answers.ask(one.question)
    assert len(asked.texts) == len(QUESTIONS)
