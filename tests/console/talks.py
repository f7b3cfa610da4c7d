"""Conversations as the gateway would have left them: words, what the engine decided, feedback."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

SITE = """INSERT INTO sites (key, name, region, created_at) VALUES (%s, %s, %s, now())
    ON CONFLICT DO NOTHING"""
TALK = """INSERT INTO conversations (id, site, channel, token_hash, locale, region, created_at)
    VALUES (%s, 'demo', %s, '', 'zh-CN', %s, %s)"""
MESSAGE = """INSERT INTO messages (conversation, delivery, fingerprint, seq, text, received_at,
    answered_at, outcome) VALUES (%s, %s, '', %s, %s, %s, %s, 'answered') RETURNING id"""
UNDERSTOOD = """INSERT INTO understandings (message, conversation, at, decision, intent, item,
    score, runner_up, runner_up_score, answers, way, version, trouble)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'vectors', 'v1', %s)"""


@dataclass(frozen=True)
class Said:
    """One question."""

    text: str
    decision: str = "reject"
    answers: Sequence[tuple[str, float]] = (("Q001", 0.3), ("Q002", 0.1))
    trouble: str | None = "rejected"
    days_ago: float = 1.0
    helpful: bool | None = None
    intent: str = "faq"


def talk(
    url: str, *questions: Said, region: str | None = "310000", channel: str = "web"
) -> uuid.UUID:
    """A conversation with these questions."""
    conversation, now = uuid.uuid4(), datetime.now(UTC)
    with psycopg.connect(url) as db:
        db.execute(SITE, ("demo", "演示", "510000"))
        begun = now - timedelta(days=max(one.days_ago for one in questions))
        db.execute(TALK, (conversation, channel, region, begun))
        for place, one in enumerate(questions):
            _say(db, conversation, 2 * place + 1, one, now - timedelta(days=one.days_ago))
    return conversation


def _say(db: Any, conversation: uuid.UUID, seq: int, said: Said, at: datetime) -> None:
    given = (conversation, str(uuid.uuid4()), seq, said.text, at, at + timedelta(seconds=0.2))
    row = db.execute(MESSAGE, given).fetchone()
    (item, score), (other, less) = [*said.answers, (None, None), (None, None)][:2]
    answers = json.dumps([{"id": name, "score": value} for name, value in said.answers])
    db.execute(
        UNDERSTOOD,
        (row[0], conversation, at, said.decision, said.intent, item, score, other, less)
        + (answers, said.trouble),
    )
    db.execute(
        'INSERT INTO events (conversation, seq, at, "from", text, message)'
        " VALUES (%s, %s, %s, 'bot', '答', %s)",
        (conversation, seq + 1, at, row[0]),
    )
    if said.helpful is not None:
        db.execute(
            "INSERT INTO feedback (conversation, seq, helpful, at) VALUES (%s, %s, %s, %s)",
            (conversation, seq + 1, said.helpful, at),
        )
