"""The engine's stores, its channel's memory of replies, and its rules of one turn."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.serving import redis_line, tuning
from bot.serving.channel import earlier_replies
from bot.serving.redis_line import RedisLine
from bot.serving.tracker_store import (
    KEY,
    MOST_EVENTS,
    MOST_LINES,
    SECONDS_KEPT,
    ConversationTrackerStore,
)
from bot.serving.turn_rules import looks_at_one_turn
from bot.serving.understanding import HEADER, headers

DOMAIN = Domain.from_dict(
    {
        "intents": ["faq"],
        "slots": {"region": {"type": "text", "influence_conversation": False, "mappings": []}},
        "actions": ["action_answer_question"],
    }
)


def _turn(number: int) -> list[Any]:
    metadata = {"message": f"m{number}"}
    return [
        UserUttered(f"问题{number}", {"name": "faq", "confidence": 1.0}, metadata=metadata),
        ActionExecuted("action_answer_question"),
        BotUttered(f"答{number}", {"custom": {"card": {"n": number}}}),
        ActionExecuted("action_listen"),
    ]


def _tracker(turns: int) -> DialogueStateTracker:
    events = [ActionExecuted("action_listen")]
    for number in range(turns):
        events += _turn(number)
    return DialogueStateTracker.from_events("c1", events, slots=DOMAIN.slots, domain=DOMAIN)


@pytest.fixture
def url(valkey: str) -> str:
    """An empty Valkey."""
    with redis.Redis.from_url(valkey) as store:
        store.flushall()
    return valkey


def test_a_conversation_survives_a_restart_of_the_engine(url: str) -> None:
    async def play() -> DialogueStateTracker | None:
        tracker = _tracker(2)
        tracker.update(SlotSet("region", "310000"))
        await ConversationTrackerStore(DOMAIN, host=url).save(tracker)
        return await ConversationTrackerStore(DOMAIN, host=url).retrieve("c1")

    found = asyncio.run(play())
    assert found is not None
    assert found.get_slot("region") == "310000"
    assert found.latest_message is not None
    assert found.latest_message.text == "问题1"


def test_a_turn_writes_its_own_events_and_the_slots_only(url: str) -> None:
    async def play() -> list[Any]:
        store = ConversationTrackerStore(DOMAIN, host=url)
        tracker = _tracker(1)
        await store.save(tracker)
        with redis.Redis.from_url(url) as raw:
            before = raw.llen(KEY + "c1")
            tracker.update(UserUttered("新问题", {"name": "faq", "confidence": 1.0}))
            tracker.update(SlotSet("region", "310000"))
            await store.save(tracker)
            return [json.loads(line) for line in raw.lrange(KEY + "c1", before, -1)]

    said, filled, slots = asyncio.run(play())
    assert (said["text"], filled["name"]) == ("新问题", "region")
    assert slots == {"slots": {"region": "310000"}}


def test_a_slot_that_was_filled_long_ago_survives_a_restart(url: str) -> None:
    async def play() -> tuple[DialogueStateTracker | None, int, int]:
        tracker = _tracker(0)
        tracker.update(SlotSet("region", "310000"))
        store = ConversationTrackerStore(DOMAIN, host=url)
        for number in range(2 * MOST_LINES):
            await store.save(tracker)
            held = await store.retrieve("c1")
            assert held is not None
            tracker = held
            tracker.update_with_events(_turn(number), DOMAIN)
        await store.save(tracker)
        with redis.Redis.from_url(url) as raw:
            length, seconds = raw.llen(KEY + "c1"), raw.ttl(KEY + "c1")
        return await ConversationTrackerStore(DOMAIN, host=url).retrieve("c1"), length, seconds

    found, length, seconds = asyncio.run(play())
    assert found is not None
    assert found.get_slot("region") == "310000"
    assert found.latest_message is not None
    assert found.latest_message.text == f"问题{2 * MOST_LINES - 1}"
    assert length <= MOST_LINES
    assert 0 < seconds <= SECONDS_KEPT


def test_a_conversation_that_was_wiped_behind_the_engine_is_kept_no_longer_than_others(
    url: str,
) -> None:
    async def play() -> int:
        store, tracker = ConversationTrackerStore(DOMAIN, host=url), _tracker(1)
        await store.save(tracker)
        with redis.Redis.from_url(url) as raw:
            raw.flushall()
            tracker.update(UserUttered("新问题", {"name": "faq", "confidence": 1.0}))
            await store.save(tracker)
            return int(raw.ttl(KEY + "c1"))

    assert 0 < asyncio.run(play()) <= SECONDS_KEPT


def test_a_long_conversation_is_cut_back_in_memory(url: str) -> None:
    async def play() -> int:
        store = ConversationTrackerStore(DOMAIN, host=url)
        await store.save(_tracker(30))
        tracker = await store.retrieve("c1")
        assert tracker is not None
        return len(tracker.events)

    assert asyncio.run(play()) <= MOST_EVENTS


def test_a_forgotten_conversation_is_gone_everywhere(url: str) -> None:
    async def play() -> list[Any]:
        store = ConversationTrackerStore(DOMAIN, host=url)
        await store.save(_tracker(1))
        await store.delete("c1")
        return [await store.retrieve("c1"), list(await store.keys())]

    assert asyncio.run(play()) == [None, []]


def test_a_connection_that_redis_ended_is_not_missed(url: str) -> None:
    async def play() -> int:
        line = RedisLine(url)
        await line.ask("RPUSH", "a", "1")
        with redis.Redis.from_url(url) as raw:
            raw.client_kill_filter(_type="normal", skipme=True)
        return int(await line.ask("RPUSH", "a", "2"))

    assert asyncio.run(play()) == 2


def test_commands_at_once_get_their_own_answers(url: str) -> None:
    async def play() -> list[Any]:
        line = RedisLine(url)
        await asyncio.gather(*(line.ask("SET", f"k{n}", n) for n in range(20)))
        return await asyncio.gather(*(line.ask("GET", f"k{n}") for n in range(20)))

    assert asyncio.run(play()) == [str(n) for n in range(20)]


def test_a_refusal_of_redis_is_told_and_the_connection_goes_on(url: str) -> None:
    async def play() -> str:
        line = RedisLine(url)
        await line.ask("SET", "text", "x")
        with pytest.raises(redis.ResponseError):
            await line.ask("RPUSH", "text", "y")
        return str(await line.ask("GET", "text"))

    assert asyncio.run(play()) == "x"


def test_a_silent_redis_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_line, "SECONDS", 0.2)

    async def play() -> None:
        server = await asyncio.start_server(lambda reader, writer: asyncio.sleep(9), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await RedisLine(f"redis://127.0.0.1:{port}/0").ask("RPUSH", "a", "1")

    with pytest.raises(redis.TimeoutError):
        asyncio.run(play())


def test_a_store_that_is_away_does_not_stop_the_conversation() -> None:
    async def play() -> DialogueStateTracker | None:
        store = ConversationTrackerStore(DOMAIN, host="redis://127.0.0.1:1/0")
        tracker = _tracker(1)
        await store.save(tracker)
        return await store.retrieve("c1")

    assert asyncio.run(play()) is not None


def test_a_repeated_message_gets_the_same_replies() -> None:
    replies = earlier_replies(_tracker(3), "m1")
    assert replies == [{"recipient_id": "c1", "text": "答1", "custom": {"card": {"n": 1}}}]


@pytest.mark.parametrize("message", ["m9", None])
def test_a_new_message_has_no_earlier_replies(message: str | None) -> None:
    assert earlier_replies(_tracker(3), message) is None


def _understood(decision: str | None) -> DialogueStateTracker:
    parsed = {
        "intent": {"name": "faq", "confidence": 1.0},
        "answers": [{"id": "Q001", "score": 0.9}],
        "index": "v1",
        "way": "words",
    }
    if decision:
        parsed["decision"] = decision
    tracker = _tracker(1)
    tracker.update(
        UserUttered("问", {"name": "faq"}, parse_data=parsed, metadata={"message": "m7"})
    )
    tracker.update(ActionExecuted("action_answer_question"))
    tracker.update(ActionExecuted("action_listen"))
    return tracker


def test_the_gateway_is_told_how_a_message_was_understood() -> None:
    told = json.loads(headers(_understood("answer"), "m7")[HEADER])
    assert told == {
        "decision": "answer",
        "intent": "faq",
        "answers": [{"id": "Q001", "score": 0.9}],
        "way": "words",
        "version": "v1",
        "action": "action_answer_question",
    }


def test_nothing_is_told_of_a_choice_or_of_another_message() -> None:
    assert headers(_understood(None), "m7") == {}
    assert headers(_understood("answer"), "m6") == {}
    assert headers(None, "m7") == {}


@pytest.mark.parametrize(
    ("states", "one_turn"),
    [
        ([{"user": {"intent": "faq"}}], True),
        ([{"slots": {"region": "x"}}, {"user": {"intent": "faq"}}], False),
        ([{"active_loop": {"name": "form"}}], False),
        ([{}, {}, {}, {}], False),
    ],
)
def test_rules_of_one_turn_are_told_from_others(states: list[Any], one_turn: bool) -> None:
    assert looks_at_one_turn({"rules": {json.dumps(states): "utter"}}) is one_turn


def _resident() -> int:
    """Bytes of memory that this process holds."""
    pages = Path("/proc/self/statm").read_text("utf-8").split()[1]
    return int(pages) * resource.getpagesize()


def test_what_loading_needed_is_given_back_once_the_server_is_up() -> None:
    before, due = gc.get_threshold(), []

    async def started() -> None:
        loop = asyncio.get_running_loop()
        later = SimpleNamespace(call_later=lambda *told: due.append(loop.call_later(*told)))
        tuning.settle(None, later)
        assert [round(one.when() - loop.time()) for one in due] == [*tuning.SECONDS_TO_GIVE_BACK]
        for one in due:
            one.cancel()

    try:
        asyncio.run(started())
        assert gc.get_threshold()[0] == tuning.NEW_OBJECTS
        many = [os.urandom(2_000) for _ in range(20_000)]
        held = _resident()
        del many[:-1]
        tuning.give_back()
        assert held - _resident() > 20_000_000
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
