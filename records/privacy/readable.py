"""What staff may read of a conversation: what was said, but nothing of what a record holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from records.database import Connection, text

AT_ONCE = 200
# Whether what was said comes of somebody's record: since a sign-in all but what is surely public.
_OF_A_RECORD = """
    coalesce(said.at >= (SELECT min(received_at) FROM messages
        WHERE conversation = said.conversation AND choice = '/signed_in'), false)
    AND CASE said."from" WHEN 'bot' THEN EXISTS (
            SELECT 1 FROM lookups WHERE conversation = said.conversation
                AND lookups.at BETWEEN asked.received_at AND asked.answered_at)
        OR NOT coalesce(said.card ->> 'type' IN ('answer', 'handoff', 'office', 'sign_in', 'notice')
            OR decision = 'clarify' AND said.card ->> 'type' = 'choices'
            OR decision IN ('chat', 'reject', 'human') AND said.card IS NULL, false)
        WHEN 'system' THEN said.message IS NULL
            AND said.card ->> 'type' IS DISTINCT FROM 'notice'
        ELSE false END
"""


@dataclass(frozen=True)
class Said:
    """A line as staff may read it: nothing but the fact where it told of somebody's record."""

    seq: int
    at: datetime
    sender: str
    text: str
    of_a_record: bool


async def lines(db: Connection, number: int, after: int) -> tuple[Said, ...]:
    """The lines of a request's conversation behind `after`, until the request was closed."""
    found = await db.execute(
        text(f"""
            SELECT seq, at, sender, CASE WHEN of_a_record THEN '' ELSE text END AS text, of_a_record
            FROM (
                SELECT said.seq, said.at, said."from" AS sender, said.text,
                    {_OF_A_RECORD} AS of_a_record
                FROM handovers JOIN events said USING (conversation)
                LEFT JOIN messages asked ON asked.id = said.message
                LEFT JOIN understandings ON understandings.message = asked.id
                WHERE handovers.id = :number AND said.seq > :after
                    AND said.at <= coalesce(closed_at, 'infinity')
                ORDER BY said.seq LIMIT :most) AS behind
            ORDER BY seq
        """),  # noqa: S608 - only our own constant is put in
        {"number": number, "after": after, "most": AT_ONCE},
    )
    return tuple(Said(**row._asdict()) for row in found)
