"""What a channel of the gateway is given when it is made."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.messengers.frame.phrases import Phrases
from channels.settings import Settings


@dataclass(frozen=True)
class Shared:
    """What a channel may hold on to."""

    settings: Settings
    database: AsyncEngine
    http: httpx.AsyncClient
    phrases: Phrases
