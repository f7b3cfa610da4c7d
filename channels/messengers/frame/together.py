"""Puts the messengers' side of the gateway together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.messengers.frame.accounts import Accounts
from channels.messengers.frame.channel import Channel, Running
from channels.messengers.frame.phrases import Phrases, read_phrases
from channels.messengers.frame.seen import Seen
from channels.messengers.frame.shared import Shared
from channels.messengers.registry import channels
from channels.outgoing.bundles import Delivering
from channels.outgoing.sender import Sender
from channels.settings import Settings
from channels.watch.delivery_metrics import DeliveryMetrics
from records.database import each_at_once
from records.delivery import link_attempts

if TYPE_CHECKING:
    from channels.doors import Parts

# A stopping gateway goes on for so long with what is on its way.
SECONDS_TO_SEND = 10.0


@dataclass(frozen=True)
class Messengers:
    """Everything that routes of messengers need besides the other parts."""

    accounts: Accounts
    channels: Mapping[str, Channel]
    delivering: Delivering
    sender: Sender
    phrases: Phrases
    seen: Seen
    metrics: DeliveryMetrics
    http: httpx.AsyncClient

    def start(self, parts: Parts) -> None:
        """Begin to look after accounts, to send, and whatever channels do by themselves."""
        self.accounts.start()
        self.sender.start()
        for channel in self.channels.values():
            if isinstance(channel, Running):
                channel.start(parts)

    async def stop(self) -> None:
        """End that; what is on its way is finished within bounds."""
        for channel in self.channels.values():
            if isinstance(channel, Running):
                await channel.stop()
        await self.sender.stop(SECONDS_TO_SEND)
        await self.accounts.stop()
        await self.http.aclose()


def put_together(
    settings: Settings,
    database: AsyncEngine,
    redis: Redis,
    registry: CollectorRegistry,
) -> Messengers:
    """The messengers of one gateway."""
    phrases = read_phrases(settings.knowledge_dir)
    # Its own: a provider that hangs must not take the connections to the engine.
    http = httpx.AsyncClient(
        limits=httpx.Limits(max_connections=4 * settings.deliveries_at_once),
        trust_env=False,
        follow_redirects=False,
    )
    metrics = DeliveryMetrics(registry)
    accounts = Accounts(database, settings.key, settings.accounts_seconds)
    by_name = channels(Shared(settings, database, http, phrases))

    async def new_link(conversation: UUID) -> str:
        async with each_at_once(database).connect() as db:
            token = await link_attempts.begin(db, conversation, datetime.now(UTC))
        return f"{settings.public_origin}/l/{token}"

    delivering = Delivering(
        database=database,
        key=settings.key,
        accounts=accounts,
        channels=by_name,
        phrases=phrases,
        public_url=settings.public_origin,
        new_link=new_link,
        metrics=metrics,
    )
    sender = Sender(delivering, settings.deliveries_at_once, settings.sweep_seconds)
    return Messengers(accounts, by_name, delivering, sender, phrases, Seen(redis), metrics, http)
