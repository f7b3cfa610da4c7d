"""What earlier talks of citizens tell of a message in a story like theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.context.reading import TALKS, context_of, talks_of
from bot.context.sight import sight_after
from bot.context.talks import Talks, carried, story_of, talks_in
from bot.context.weights import Before
from bot.evaluation.talks import EARLIER, judged, verdict_on
from bot.evaluation.talks import TALKS as EVALUATED
from bot.ranking.examples import cut
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors
from tests.bot.conftest import ROOT
from tests.bot.test_context import CONTEXT

VILLAGE, FACTORY = "我爸种地领村里那个养老", "我爸是厂里退休的领退休金"


def _talk(writer: str, *messages: tuple[str, str, list[str]]) -> str:
    talk = [{"said": said, "kind": kind, "want": want} for said, kind, want in messages]
    return json.dumps({"writer": writer, "talk": talk}, ensure_ascii=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The same words in two stories, and a sigh."""
    sigh = ("唉 没那个命", "none", list[str]())
    lines = [
        _talk("a", (VILLAGE, "first", ["Q122"]), ("能领几个月", "other", ["Q125"]), sigh),
        _talk("b", (FACTORY, "first", ["Q122"]), ("能领几个月", "other", ["Q163"])),
        _talk("c", ("卡丢了", "first", ["Q196"]), ("多少钱", "tells", ["Q196", "Q189"])),
    ]
    (tmp_path / TALKS).write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


@pytest.fixture
def talks(folder: Path, model: Model, words: jieba.Tokenizer, kept: KeptVectors) -> Talks:
    """As the small model sees them."""
    found = talks_of(model, list(talks_in(folder / TALKS)), words, kept)
    assert found is not None
    return found


def test_each_message_after_a_question_is_read_with_its_story(folder: Path) -> None:
    read = list(talks_in(folder / TALKS))
    assert [(one.writer, one.text, one.before, one.item, one.want) for one in read] == [
        ("a", "能领几个月", VILLAGE, "Q122", ("Q125",)),
        ("a", "唉 没那个命", f"{VILLAGE}，能领几个月", "Q125", ()),
        ("b", "能领几个月", FACTORY, "Q122", ("Q163",)),
        ("c", "多少钱", "卡丢了", "Q196", ("Q196", "Q189")),
    ]
    assert [one.story for one in read] == [VILLAGE, VILLAGE, FACTORY, "卡丢了"]
    assert list(talks_in(folder / "none.jsonl")) == []


def test_a_story_is_the_longest_of_the_last_messages() -> None:
    assert story_of([]) == ""
    assert story_of(["很久以前说的一长段话不算数", "一", "二二", "三", "四", "五"]) == "二二"


def test_a_question_is_carried_on_until_it_is_a_long_story() -> None:
    assert carried("要带什么", "失业金怎么领", same=True) == "失业金怎么领"
    assert carried("要带什么", "失业金怎么领", same=False) == "失业金怎么领，要带什么"
    assert carried("要带什么", "领" * 60, same=False) == "要带什么"
    assert carried("要带什么", "", same=True) == "要带什么"


def test_the_same_words_want_what_they_wanted_in_a_story_like_it(
    talks: Talks, model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    able = replace(model, context=replace(CONTEXT, talks=talks))
    for story, item in (("我妈种地 领村里的养老", "Q125"), ("我妈厂里退休 领退休金", "Q163")):
        before = Before("失业金领取条件", "Q122", story=story)
        seen = sight_after(able, "能领几个月", cut("能领几个月", words), kept, before)
        assert able.wordings.items[int(seen.talks.argmax())] == item
        assert seen.talks_nobody < 0
    sigh = sight_after(able, "唉 没那个命", cut("唉 没那个命", words), kept, before)
    assert sigh.talks_nobody > 0


def test_a_writer_that_is_left_out_has_no_part(
    talks: Talks, model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    able = replace(model, context=replace(CONTEXT, talks=talks))
    before = Before("失业金领取条件", "Q122", story=VILLAGE)
    heard = "能领几个月", cut("能领几个月", words), kept, before
    left_out = sight_after(able, *heard, np.array([True, True, False, False]))
    assert able.wordings.items[int(left_out.talks.argmax())] == "Q163"
    nothing = sight_after(able, *heard, np.ones(4, dtype=bool))
    assert (nothing.talks.any(), nothing.talks_nobody) == (False, 0.0)


def test_what_was_wanted_after_an_item_is_counted_without_those_left_out(talks: Talks) -> None:
    items = ("Q163", "Q122", "Q125", "Q196")
    after, ever = talks.wanted("Q122", items).T
    assert after[0] == after[2] > after[3] == after[1]
    assert ever[0] == ever[2] == ever[3] > ever[1]
    after, ever = talks.wanted("Q122", items, np.array([True, True, False, False])).T
    assert after[0] > after[2] == after[3]
    assert ever[0] > ever[2]
    of_nothing = talks.wanted("Q001", items)
    assert len({*of_nothing[:, 0].tolist()}) == 1


def test_whole_talks_are_judged_in_their_order() -> None:
    """An answer, choices, and a refusal, each after what was understood before it."""
    heard: list[list[str]] = []
    answers = {
        "丢卡": ("answer", ["Q196"]),
        "领几个月": ("clarify", ["Q122", "Q125"]),
        "火车票": ("reject", []),
    }

    def parse(message: UserMessage, tracker: DialogueStateTracker) -> dict[str, Any]:
        heard.append([one.text for one in tracker.events if isinstance(one, UserUttered)])
        decision, items = answers[str(message.text)]
        listed = [{"id": item, "score": 0.5} for item in items]
        return {"intent": {"name": "faq"}, "decision": decision, "answers": listed, "way": "heart"}

    said = [("丢卡", "first", ["Q196"]), ("领几个月", "same", ["Q125"]), ("火车票", "none", [])]
    talk = [{"said": text, "kind": kind, "want": want} for text, kind, want in said]
    assert list(judged([talk[0], {**talk[1], "earlier": True}, talk[2]], parse)) == [
        *(("first", "right"), ("same", "among choices"), (EARLIER, "among choices")),
        ("none", "reject"),
    ]
    assert [*map(len, heard)] == sorted(map(len, heard))
    assert heard[-1] == ["丢卡", "领几个月"]
    assert verdict_on({"decision": "answer", "answers": [{"id": "Q196"}]}, {"Q125"}) == "wrong"


def test_the_talks_to_measure_by_taught_nothing() -> None:
    told, learnt = (
        {said["said"] for line in file.read_text("utf-8").splitlines() for said in talk_of(line)}
        for file in (ROOT / EVALUATED, ROOT / "data/follow_ups" / TALKS)
    )
    # What two people say in the same words by chance.
    assert len(told & learnt) < len(told) / 20


def talk_of(line: str) -> list[dict[str, Any]]:
    """The messages of a talk."""
    messages: list[dict[str, Any]] = json.loads(line)["talk"]
    return messages


def test_a_model_keeps_them(
    folder: Path, model: Model, words: jieba.Tokenizer, kept: KeptVectors, tmp_path: Path
) -> None:
    told = context_of(folder, Path("data/knowledge/items"), model, words, kept)
    (tmp_path / "kept").mkdir()
    replace(model, context=told).save(tmp_path / "kept")
    again = Model.read(tmp_path / "kept")
    before = Before("失业金领取条件", "Q122", story=VILLAGE)
    heard = "能领几个月", cut("能领几个月", words), kept, before
    then = sight_after(again, *heard)
    now = sight_after(replace(model, context=told), *heard)
    assert np.allclose(then.talks, now.talks, atol=0.01)
    assert then.talks.any()
