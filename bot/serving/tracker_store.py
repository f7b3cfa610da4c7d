"""Where the engine keeps conversations: in memory while they go on, in Redis for a restart.

Rasa's own Redis store writes and parses a whole conversation at each turn, so a turn costs
more the longer a citizen talks. Here a turn appends its new events, and the engine works on
the last few turns plus the slots, so turn 200 costs what turn 1 did.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import redis.asyncio as redis
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

log = logging.getLogger(__name__)

KEY = "tracker:"
# Past this many events a conversation is cut back to its last turns.
MOST_EVENTS = 36
# Actions look back over the last answer and question; two turns hold them.
KEPT_TURNS = 2
# Conversations held in memory; the one that was silent longest makes room.
MOST_HELD = 2_000
# Anonymous conversations are kept for 90 days (docs/architecture.md, "Retention").
SECONDS_KEPT = 90 * 24 * 3600


@dataclass
class Held:
    """A conversation in memory, and how many of its events Redis has already."""

    tracker: DialogueStateTracker
    saved: int


class ConversationTrackerStore(TrackerStore):
    """Trackers in memory with an append-only copy in Redis."""

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        host: str = "redis://127.0.0.1:6379/0",
        **kwargs: Any,
    ) -> None:
        """`host` is what `endpoints.yml` calls the store's url: a whole Redis address."""
        super().__init__(domain, event_broker)
        self._redis = redis.Redis.from_url(host, decode_responses=True, socket_timeout=2)
        self._held: OrderedDict[str, Held] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it stands, cut back to its last turns; None when it is new."""
        held = self._held.get(sender_id)
        if held is None:
            tracker = await self._read(sender_id)
            if tracker is None:
                return None
            held = self._hold(sender_id, tracker)
        self._held.move_to_end(sender_id)
        if len(held.tracker.events) > MOST_EVENTS and held.saved == len(held.tracker.events):
            held = self._hold(sender_id, self._cut_back(held.tracker))
        return held.tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The same as `retrieve`: a conversation has one session."""
        return await self.retrieve(conversation_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new; what Redis does not take now goes with the next turn."""
        held = self._held.get(tracker.sender_id)
        if held is None or held.tracker is not tracker:
            held = self._hold(tracker.sender_id, tracker, saved=0)
        fresh = [_line(event) for event in islice(tracker.events, held.saved, None)]
        if fresh:
            try:
                await self._append(tracker, fresh)
            except redis.RedisError as problem:
                log.warning("conversation not saved yet: %s", type(problem).__name__)
            else:
                held.saved += len(fresh)

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation, here and in Redis."""
        self._held.pop(sender_id, None)
        await self._redis.delete(KEY + sender_id, _slots_key(sender_id))

    def drop(self, sender_id: str) -> None:
        """Give up what is in memory, after a turn that failed half-way: Redis has the rest."""
        self._held.pop(sender_id, None)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations that are kept."""
        found = [key async for key in self._redis.scan_iter(match=KEY + "*", count=1_000)]
        return [key[len(KEY) :] for key in found if not key.endswith(":slots")]

    async def _append(self, tracker: DialogueStateTracker, fresh: list[str]) -> None:
        key, slots = KEY + tracker.sender_id, _slots_key(tracker.sender_id)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.rpush(key, *fresh)
            pipe.ltrim(key, -4 * MOST_EVENTS, -1)
            pipe.expire(key, SECONDS_KEPT)
            pipe.set(slots, json.dumps(_filled_slots(tracker)), ex=SECONDS_KEPT)
            await pipe.execute()

    async def _read(self, sender_id: str) -> DialogueStateTracker | None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.lrange(KEY + sender_id, -MOST_EVENTS, -1)
            pipe.get(_slots_key(sender_id))
            lines, slots = await pipe.execute()
        if not lines:
            return None
        events = [Event.from_parameters(json.loads(line)) for line in lines]
        return self._replay(sender_id, json.loads(slots or "{}"), _from_turn_start(events))

    def _cut_back(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        return self._replay(
            tracker.sender_id, _filled_slots(tracker), _last_turns(list(tracker.events))
        )

    def _replay(
        self, sender_id: str, slots: dict[str, Any], events: list[Event]
    ) -> DialogueStateTracker:
        tracker = self.init_tracker(sender_id)
        for name, value in slots.items():
            tracker.update(SlotSet(name, value), self.domain)
        tracker.update_with_events(events, self.domain, override_timestamp=False)
        for name, value in slots.items():
            # What the kept turns replayed is older than what stood at their end.
            if tracker.get_slot(name) != value:
                tracker.update(SlotSet(name, value), self.domain)
        return tracker

    def _hold(
        self, sender_id: str, tracker: DialogueStateTracker, saved: int | None = None
    ) -> Held:
        held = Held(tracker, len(tracker.events) if saved is None else saved)
        self._held[sender_id] = held
        while len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return held


def _slots_key(sender_id: str) -> str:
    return f"{KEY}{sender_id}:slots"


def _line(event: Event) -> str:
    return json.dumps(event.as_dict(), ensure_ascii=False)


def _filled_slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    return {
        name: value for name, value in tracker.current_slot_values().items() if value is not None
    }


def _last_turns(events: list[Event]) -> list[Event]:
    starts = [place for place, event in enumerate(events) if _waits(event)]
    return events[starts[-KEPT_TURNS - 1] :] if len(starts) > KEPT_TURNS else events


def _from_turn_start(events: list[Event]) -> list[Event]:
    """Without a half turn at the beginning, which Redis may have trimmed."""
    for place, event in enumerate(events):
        if _waits(event):
            return events[place:]
        if isinstance(event, UserUttered):
            break
    return events


def _waits(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == "action_listen"
