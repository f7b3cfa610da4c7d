"""The tables of privacy: what was done with citizens' data, what they filled in and took away."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from records.tables.shape import metadata, moment, of_conversation

# One line for each act; a trigger refuses every change, and only retention may remove.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("log", Text, primary_key=True),  # citizens | staff …
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # from 1, without gaps
    moment("at"),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("mac", LargeBinary, nullable=False),  # HMAC of the entry behind the one before
)
Index("ix_audit_entries_actor", audit_entries.c.log, audit_entries.c.actor)

# The end of each chain, sealed; what was before `from_seq` has been removed by retention.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("log", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Column("from_seq", BigInteger, nullable=False),
    Column("from_mac", LargeBinary, nullable=False),
    moment("at"),
    Column("seal", LargeBinary, nullable=False),
)

# What a citizen filled into a form that we showed; the engine never sees it.
filled_forms = Table(
    "filled_forms",
    metadata,
    of_conversation(primary_key=True),
    Column("payload", Text, primary_key=True),  # the form's own, from its card
    Column("sealed", LargeBinary, nullable=False),  # JSON of the fields
    moment("at"),
)

# A file that waits for its citizen behind a link that expires.
downloads = Table(
    "downloads",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of the link's token
    of_conversation(index=True),
    Column("filename", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    moment("created_at"),
    moment("expires_at"),
)

# What was certified: enough to tell an altered certificate from a true one, and no more.
certificates = Table(
    "certificates",
    metadata,
    Column("number", Text, primary_key=True),
    Column("code_index", LargeBinary, nullable=False, unique=True),  # blind index of the code
    Column("citizen", Text, nullable=False, index=True),  # reference, not the provider's `sub`
    Column("sha256", LargeBinary, nullable=False),  # of the signed file
    Column("sealed_facts", LargeBinary, nullable=False),  # JSON of what the page may show
    moment("issued_at"),
    moment("valid_until"),
    moment("revoked_at", nullable=True),
)

# That something was erased: how much, never whose.
erasure_receipts = Table(
    "erasure_receipts",
    metadata,
    Column("number", Text, primary_key=True),
    moment("at"),
    Column("counts", JSONB, nullable=False),
)
