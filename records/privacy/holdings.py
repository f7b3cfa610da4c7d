"""Which tables hold something about a person, and by what a person's rows are found there.

What hangs on a conversation by foreign key is found by itself; the rest is named here, and a
test wants every table to be one or the other, so that no new table escapes export and erasure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.exchange.states import STATES
from records.tables import delivery, exchange, metadata, person, privacy, record, talk
from records.vault import blind, reference

# The fields of the blind indexes by which other files find a person.
DELEGATE = "id_number"
FINDING = "data_finding"
# A case that another agency works on goes on; the citizen withdraws it first.
_OVER = ("draft", "answered", "rejected", "closed")


@dataclass(frozen=True)
class Subject:
    """The person whose data it is, by every name under which we keep it."""

    citizen: str  # the provider's `sub`
    id_number: str
    conversations: tuple[UUID, ...]
    index_key: bytes

    @property
    def who(self) -> str:
        """The reference in tables that outlive conversations."""
        return reference(self.index_key, self.citizen)

    def index(self, field: str) -> bytes:
        """The blind index of the ID number in a field."""
        return blind(self.index_key, field, self.id_number)


async def subject_of(
    db: AsyncConnection, citizen: str, id_number: str, index_key: bytes
) -> Subject:
    """The person with all conversations in which they ever signed in, or that were linked."""
    identities, links, threads = person.identities, delivery.links, delivery.threads
    signed_in = select(identities.c.conversation).where(identities.c.citizen == citizen)
    linked = (
        select(threads.c.conversation)
        .join(
            links,
            (links.c.account == threads.c.account)
            & (links.c.external_index == threads.c.external_index),
        )
        .where(links.c.citizen.in_((citizen, reference(index_key, citizen))))
    )
    found = await db.execute(signed_in.union(linked))
    return Subject(citizen, id_number, tuple(row.conversation for row in found), index_key)


def of_conversations() -> list[Table]:
    """Tables whose rows end with their conversation."""
    return [
        table
        for table in metadata.sorted_tables
        if "conversation" in table.columns
        and any(
            key.column.table is talk.conversations
            for key in table.columns["conversation"].foreign_keys
        )
    ]


def named_rows(subject: Subject) -> Sequence[tuple[Table, ColumnElement[bool]]]:
    """The rows that are found by the person, not by a conversation; all of them are erased."""
    who = subject.who
    cases, grants = exchange.exchange_cases, record.authorisations
    return [
        (privacy.certificates, privacy.certificates.c.citizen == who),
        (cases, (cases.c.citizen == who) & cases.c.state.in_(_OVER)),
        (record.consents, record.consents.c.citizen == who),
        (record.phones, record.phones.c.citizen == who),
        (
            grants,
            or_(grants.c.citizen == who, grants.c.delegate_index == subject.index(DELEGATE)),
        ),
        (
            record.data_findings,
            record.data_findings.c.citizen_index == subject.index(FINDING),
        ),
        (record.codes, record.codes.c.conversation.in_(subject.conversations)),
        (delivery.links, delivery.links.c.citizen.in_((subject.citizen, who))),
    ]


def cases_under_way(subject: Subject) -> tuple[Table, ColumnElement[bool]]:
    """What another agency has in its hands: shown in an export, and kept until it is over."""
    cases = exchange.exchange_cases
    under_way = [state for state in STATES if state not in _OVER]
    return cases, (cases.c.citizen == subject.who) & cases.c.state.in_(under_way)


def audit_rows(subject: Subject) -> tuple[Table, ColumnElement[bool]]:
    """What the law wants kept: erasure takes the name off and leaves the row."""
    return person.lookups, person.lookups.c.citizen == subject.citizen


# Tables that hold nothing of a citizen, or only by a row of another table that is named above.
OTHERS = frozenset(
    {
        "sites",
        "conversations",
        "erasures",
        "audit_entries",  # actors are references, and the chain is never changed
        "audit_heads",
        "erasure_receipts",
        "channel_accounts",
        "channel_tokens",
        "channel_cursors",
        "notice_consents",  # by the messenger's account, ended with the thread there
        "exchange_steps",
        "exchange_documents",
        "authorised_lookups",
        "alembic_version",
    }
)


def named_tables(subject: Subject) -> set[str]:
    """Every table that is covered, by its name."""
    direct = {table.name for table, _ in named_rows(subject)}
    return direct | {table.name for table in of_conversations()} | {"lookups"} | OTHERS


def plain(row: Any, table: Table) -> dict[str, Any]:
    """A row as it may be shown: without sealed and hashed columns."""
    # By their names in the database: who said a line is told under another one in our code.
    columns = {column.name for column in table.columns}
    return {
        name: value
        for name, value in row._mapping.items()
        if name in columns and not isinstance(value, bytes | memoryview)
    }
