"""The settings that each deployed process reads, and where each is looked up."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from actions.courier.settings import Settings as CourierSettings
from actions.settings import Settings as ActionSettings
from channels.settings import Settings as GatewaySettings
from console.settings import Settings as ConsoleSettings
from records.privacy.settings import Settings as PrivacySettings
from scripts.engine_programs import ENGINE_SETTINGS


@dataclass(frozen=True)
class Read:
    """What a process reads, what it cannot do without here, and what of it is secret."""

    known: frozenset[str]
    needed: frozenset[str]
    secret: frozenset[str]


def _of(settings: type[BaseSettings]) -> Read:
    fields = settings.model_fields
    known = frozenset(name.upper() for name in fields)
    needed = frozenset(
        name.upper()
        for name, field in fields.items()
        # What stands on loopback or under .data is for a laptop.
        if field.is_required()
        or any(laptop in str(field.default) for laptop in ("127.0.0.1", "/.data"))
    )
    secret = frozenset(
        name.upper() for name, field in fields.items() if field.annotation is SecretStr
    )
    return Read(known, needed, secret)


def _exactly(*names: str) -> Read:
    secret = {"DATABASE_URL", "REDIS_URL", "ANSWER_INDEX_KEY", "WORKSHOP_TOKEN"} & set(names)
    return Read(frozenset(names), frozenset(names), frozenset(secret))


ENGINE = _exactly(*ENGINE_SETTINGS)
INDEXER = _exactly("ANSWER_INDEX", "ANSWER_INDEX_KEY", "WORKSHOP_TOKEN")
READ = {
    "gateway": _of(GatewaySettings),
    "actions": _of(ActionSettings),
    "courier": _of(CourierSettings),
    "console": _of(ConsoleSettings),
    "retention": _of(PrivacySettings),
    "anchor": _of(PrivacySettings),
    "prepare": _exactly("DATABASE_URL"),
    "engine-a": ENGINE,
    "engine-b": ENGINE,
    "indexer-a": INDEXER,
    "indexer-b": INDEXER,
}
