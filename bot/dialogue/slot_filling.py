"""Slots that take what the citizen said: which entity fills which, worked out once.

Rasa asks each slot's mappings for intents, loops, roles and forms at every message. Ours name an
entity and nothing else; where one names more, Rasa's own way stays.
"""

from __future__ import annotations

from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.slots import ListSlot, Slot
from rasa.shared.core.trackers import DialogueStateTracker

# A slot, and the entities that may fill it, the preferred one first.
SlotOfEntities = tuple[str, tuple[str, ...]]


def slots_by_entity(domain: Domain) -> tuple[SlotOfEntities, ...] | None:
    """What entities fill, in the domain's order; None where there is more to a mapping."""
    slots = [slot for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES]
    if ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions:
        return None
    if not all(_is_plain(slot, domain) for slot in slots):
        return None
    told = [
        (slot.name, tuple(one["entity"] for one in slot.mappings if one["type"] == "from_entity"))
        for slot in slots
    ]
    return tuple((name, entities) for name, entities in told if entities)


def filled(slots: tuple[SlotOfEntities, ...], tracker: DialogueStateTracker) -> list[SlotSet]:
    """What the latest message fills: with several values of one entity, the last."""
    message = tracker.latest_message
    said = {
        entity["entity"]: entity.get("value")
        for entity in (message.entities if message else ())
        if entity.get("role") is None and entity.get("group") is None
    }
    found = []
    for name, entities in slots if said else ():
        entity = next((one for one in entities if one in said), None)
        if entity and (said[entity] is not None or tracker.get_slot(name) is not None):
            found.append(SlotSet(name, said[entity]))
    return found


def _is_plain(slot: Slot, domain: Domain) -> bool:
    return not isinstance(slot, ListSlot) and all(
        mapping == {"type": "custom"}
        or (mapping.keys() == {"type", "entity"} and _names_entity(mapping, domain))
        for mapping in slot.mappings
    )


def _names_entity(mapping: dict[str, str], domain: Domain) -> bool:
    return mapping["type"] == "from_entity" and mapping["entity"] in domain.entities
