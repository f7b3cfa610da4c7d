"""What the courier works with, and how a citizen hears of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography import x509
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.courier.node import Node
from actions.exchange.words import word, words
from actions.signing.keys import KeyPair
from records import conversations, events
from records.delivery import notices
from records.events import Line
from records.exchange.cases import Case
from records.vault import Key

log = logging.getLogger(__name__)

CHINA = ZoneInfo("Asia/Shanghai")


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """Everything that is shared; the clock is one of them, so that tests can set it."""

    database: AsyncEngine
    key: Key
    node: Node
    pair: KeyPair
    partner_certificate: Path
    now: Callable[[], datetime] = clock

    def today(self) -> date:
        """The day in China."""
        return self.now().astimezone(CHINA).date()

    def partner(self) -> x509.Certificate:
        """The certificate of the other side; read each time, for it may be renewed."""
        return x509.load_pem_x509_certificate(self.partner_certificate.read_bytes())


async def tell(
    desk: Desk, db: AsyncConnection, case: Case, what: str, due: date | None = None
) -> None:
    """A line in the conversation in which the matter began, if that still goes on; and an SMS.

    The SMS says that there is news, to whoever wanted that, and never what it is.
    """
    await notices.tell(db, case.citizen, str(words()["news"]["by_sms"]), desk.now())
    if not await conversations.lock(db, case.conversation):
        return
    values = {
        "kind": word("kinds", case.kind),
        "number": case.number,
        "reason": word("reasons", case.reason or "other"),
        "due": due.isoformat() if due else "",
    }
    sentence = str(words()["news"][what]).format(**values)
    await events.append(db, case.conversation, "system", [Line(sentence)], desk.now())
