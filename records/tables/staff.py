"""The tables of the console: who works there, what they write, review and publish."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from records.tables.shape import metadata, moment


def _of_entry() -> Column[object]:
    return Column("entry", Text, ForeignKey("entries.id"), primary_key=True, nullable=False)


# Who has signed in at least once, as the identity provider last told.
staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),  # the provider's `sub`
    Column("name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    moment("seen_at"),
)

# Ways to the identity provider that have not come back yet.
staff_trips = Table(
    "staff_trips",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    moment("at"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("staff", Text, ForeignKey("staff.id"), nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("csrf", Text, nullable=False),
    moment("opened_at"),
    moment("used_at"),
)

# An FAQ item or a figure: what lists and searches need of its newest version.
entries = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # item | figure
    Column("family", Text, nullable=False),  # the file it stands in
    Column("area", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("region", Text),  # of a figure
    Column("regional", Boolean, nullable=False),
    Column("review_by", Date),
    Column("effective_to", Date),
    Column("search", Text, nullable=False),
    # draft | in_review | approved | published | retired | dropped
    Column("state", Text, nullable=False),
    Column("head", Integer, nullable=False),
    Column("live", Integer),  # the version that citizens get
    moment("publish_at", nullable=True),
    moment("changed_at"),
)
Index("ix_entries_kind_state", entries.c.kind, entries.c.state)

entry_versions = Table(
    "entry_versions",
    metadata,
    _of_entry(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", JSONB, nullable=False),
    Column("author", Text, nullable=False),
    # Everybody who wrote since the version that is live: none of them may approve.
    Column("authors", ARRAY(Text), nullable=False),
    Column("note", Text, nullable=False),
    Column("approver", Text),
    moment("at"),
)

entry_comments = Table(
    "entry_comments",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("entry", Text, ForeignKey("entries.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("staff", Text, nullable=False),
    Column("text", Text, nullable=False),
    moment("at"),
)

# Each publication and each way back; `written_at` says that the files have it.
snapshots = Table(
    "snapshots",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # start | publish | rollback
    Column("staff", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("back_to", Integer),
    moment("at"),
    moment("written_at", nullable=True),
)

snapshot_changes = Table(
    "snapshot_changes",
    metadata,
    Column("snapshot", Integer, ForeignKey("snapshots.number"), primary_key=True, nullable=False),
    _of_entry(),
    Column("before", Integer),
    Column("after", Integer),
)
Index("ix_snapshot_changes_entry", snapshot_changes.c.entry)

# What somebody wants to publish, or only checked, and what the gate says of it.
candidates = Table(
    "candidates",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("want", Text, nullable=False),  # check | publish | pilot
    Column("staff", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("versions", JSONB, nullable=False),  # entry → version
    Column("sites", ARRAY(Text), nullable=False),  # of a pilot
    # checking | passed | refused | failed | published | piloting | ended
    Column("state", Text, nullable=False),
    Column("progress", JSONB(none_as_null=True)),  # step, done, of
    Column("verdict", JSONB(none_as_null=True)),  # names questions of citizens by number alone
    Column("snapshot", Integer),  # the publication that came of it
    moment("at"),
    moment("changed_at"),
)
Index("ix_candidates_state", candidates.c.state)

# How far an import is, what its dry run found, how it ended; not the file.
imports = Table(
    "imports",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("staff", Text, nullable=False),
    Column("state", Text, nullable=False),  # running | tried | done | refused | broken
    Column("progress", JSONB(none_as_null=True)),  # step, done, of
    Column("outcome", JSONB(none_as_null=True)),  # counts, bad rows, or why not
    moment("at"),
    moment("changed_at"),
)
