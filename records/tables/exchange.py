"""The tables of exchange with other agencies: cases, their history, documents on their way."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from records.tables.shape import metadata, moment

# One matter between agencies: a pension transfer, or a certificate of coverage (办件).
exchange_cases = Table(
    "exchange_cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),  # what the citizen can name
    Column("kind", Text, nullable=False),  # pension_transfer | coverage_certificate
    # No foreign key: a case goes on when its conversation has ended.
    Column("conversation", Uuid, nullable=False, index=True),
    Column("citizen", Text, nullable=False, index=True),  # reference, not the provider's `sub`
    Column("partner", Text, nullable=False),  # the institution on the other side
    Column("state", Text, nullable=False),
    Column("sealed_draft", LargeBinary, nullable=False),  # JSON of what was filled in
    Column("sealed_answer", LargeBinary),  # JSON of what the other side said
    Column("reason", Text),  # code of a rejection or of a question
    moment("created_at"),
    moment("updated_at"),
    Column("due_on", Date),  # by when the other side has to answer
    moment("reminded_at", nullable=True),
)

# Each change of state with its evidence: the digest of the document or receipt behind it.
exchange_steps = Table(
    "exchange_steps",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", Uuid, ForeignKey("exchange_cases.id", ondelete="CASCADE"), nullable=False),
    Column("act", Text, nullable=False),
    Column("state", Text, nullable=False),  # reached by it
    Column("evidence", Text),  # SHA-256, hexadecimal
    moment("at"),
)
Index("ix_exchange_steps_case_id", exchange_steps.c.case_id)

# Signed documents, ours on their way out and theirs that came in.
exchange_documents = Table(
    "exchange_documents",
    metadata,
    Column("id", Uuid, primary_key=True),  # the documentId, the same on both sides
    Column("case_id", Uuid, ForeignKey("exchange_cases.id", ondelete="CASCADE"), nullable=False),
    Column("direction", Text, nullable=False),  # out | in
    Column("kind", Text, nullable=False),  # application | reminder | answer …
    Column("sealed_xml", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("in_reply_to", Uuid),
    moment("created_at"),
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("next_try_at", nullable=True),
    moment("delivered_at", nullable=True),
    Column("sealed_receipt", LargeBinary),
)
Index("ix_exchange_documents_case_id", exchange_documents.c.case_id)
Index(
    "ix_exchange_documents_waiting",
    exchange_documents.c.next_try_at,
    postgresql_where=exchange_documents.c.next_try_at.is_not(None),
)
