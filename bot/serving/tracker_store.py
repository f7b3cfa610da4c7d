"""Where the engine keeps conversations: in memory while they go on, in Redis for a restart.

Rasa's own Redis store writes and parses a whole conversation at each turn, so a turn costs
more the longer a citizen talks. Here a turn appends its new events and how the slots stand, in
one command, and the engine works on the last few turns: turn 200 costs what turn 1 did.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import redis.asyncio as redis
import ujson
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.serving.redis_line import RedisLine

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
# How often that is told to Redis anew while a conversation goes on: each turn would cost a command.
SECONDS_TOLD = 3600
# Redis keeps some turns more than are read back, so that it is trimmed once in many turns.
KEPT_LINES, MOST_LINES = 4 * MOST_EVENTS, 8 * MOST_EVENTS
# A line that is no event: how the slots stand after the turn.
SLOTS = "slots"


@dataclass
class Held:
    """A conversation in memory, how much of it Redis has, and when that was told to keep it."""

    tracker: DialogueStateTracker
    saved: int
    told: float = 0.0


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
        self._line = RedisLine(host)
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
            held = self._hold(sender_id, self._cut_back(held.tracker), told=held.told)
        return held.tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The same as `retrieve`: a conversation has one session."""
        return await self.retrieve(conversation_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new; what Redis does not take now goes with the next turn."""
        held = self._held.get(tracker.sender_id)
        if held is None or held.tracker is not tracker:
            held = self._hold(tracker.sender_id, tracker, saved=0)
        fresh = [_line(event.as_dict()) for event in islice(tracker.events, held.saved, None)]
        if fresh:
            try:
                await self._append(held, fresh)
            except redis.RedisError as problem:
                log.warning("conversation not saved yet: %s", type(problem).__name__)

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation, here and in Redis."""
        self._held.pop(sender_id, None)
        await self._line.ask("DEL", KEY + sender_id)

    def drop(self, sender_id: str) -> None:
        """Give up what is in memory, after a turn that failed half-way: Redis has the rest."""
        self._held.pop(sender_id, None)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations that are kept."""
        found = [key async for key in self._redis.scan_iter(match=KEY + "*", count=1_000)]
        return [key[len(KEY) :] for key in found]

    async def _append(self, held: Held, fresh: list[str]) -> None:
        key = KEY + held.tracker.sender_id
        slots = _line({SLOTS: _filled_slots(held.tracker)})
        length = await self._line.ask("RPUSH", key, *fresh, slots)
        held.saved += len(fresh)
        now = time.time()
        # A list that is new has nobody to say when it may go.
        if length == len(fresh) + 1 or now - held.told >= SECONDS_TOLD:
            await self._line.ask("EXPIRE", key, SECONDS_KEPT)
            held.told = now
        if length > MOST_LINES:
            await self._line.ask("LTRIM", key, -KEPT_LINES, -1)

    async def _read(self, sender_id: str) -> DialogueStateTracker | None:
        written = await self._line.ask("LRANGE", KEY + sender_id, -2 * MOST_EVENTS, -1)
        lines = [ujson.loads(line) for line in written]
        if not lines:
            return None
        slots: dict[str, Any] = next((line[SLOTS] for line in reversed(lines) if SLOTS in line), {})
        found = [Event.from_parameters(line) for line in lines if SLOTS not in line]
        return self._replay(sender_id, slots, _from_turn_start(found[-MOST_EVENTS:]))

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
        self,
        sender_id: str,
        tracker: DialogueStateTracker,
        saved: int | None = None,
        told: float = 0.0,
    ) -> Held:
        held = Held(tracker, len(tracker.events) if saved is None else saved, told)
        self._held[sender_id] = held
        while len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return held


def _line(told: dict[str, Any]) -> str:
    return ujson.dumps(told, ensure_ascii=False, escape_forward_slashes=False)


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
    return type(event) is ActionExecuted and event.action_name == "action_listen"
