"""What the real engine decides stands beside the turn, with the version that decided."""

from __future__ import annotations

from tests.journeys.conftest import Whole


async def test_a_question_is_kept_with_its_scores_and_a_choice_without(whole: Whole) -> None:
    talk = await whole.talk()
    await talk.ask("社保卡丢了怎么补办")
    await talk.ask("火星上的社保怎么交给外星人的猫")
    rows = whole.rows(
        "SELECT decision, item, score, version, way, trouble FROM understandings"
        " WHERE conversation = %s ORDER BY message",
        talk.id,
    )
    first, second = rows
    assert first[0] == "answer"
    assert str(first[1]).startswith("Q")
    assert isinstance(first[2], float)
    assert first[2] > 0.8
    assert first[3]
    assert first[4] in ("heart", "words", "vectors")
    assert (first[5], second[5]) == (
        None,
        {"reject": "rejected", "clarify": "asked_back"}.get(str(second[0])),
    )
