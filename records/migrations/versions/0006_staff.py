"""The staff's drafts, reviews and publications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _texts(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False)


def upgrade() -> None:
    """Create the tables."""
    _people()
    _entries()
    _snapshots()


def _people() -> None:
    op.create_table(
        "staff",
        *(_text("id"), _text("name"), _texts("roles"), _moment("seen_at")),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_table(
        "staff_trips",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        *(_text("nonce"), _text("verifier"), _moment("at")),
        sa.PrimaryKeyConstraint("state_hash", name="pk_staff_trips"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *(_text("staff"), _texts("roles"), _text("csrf"), _moment("opened_at"), _moment("used_at")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_sessions_staff"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_sessions"),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        *(_text(name) for name in ("id", "kind", "family", "area", "title", "owner")),
        _text("region", nullable=True),
        sa.Column("regional", sa.Boolean(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        *(_text("search"), _text("state")),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("live", sa.Integer(), nullable=True),
        *(_moment("publish_at", nullable=True), _moment("changed_at")),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
    )
    op.create_index("ix_entries_kind_state", "entries", ["kind", "state"])
    op.create_table(
        "entry_versions",
        _text("entry"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        *(_text("author"), _texts("authors"), _text("note"), _text("approver", nullable=True)),
        _moment("at"),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_entry_versions_entry"),
        sa.PrimaryKeyConstraint("entry", "number", name="pk_entry_versions"),
    )
    op.create_table(
        "entry_comments",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *(_text("entry"), sa.Column("version", sa.Integer(), nullable=False)),
        *(_text("staff"), _text("text"), _moment("at")),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_entry_comments_entry"),
        sa.PrimaryKeyConstraint("id", name="pk_entry_comments"),
    )
    op.create_index("ix_entry_comments_entry", "entry_comments", ["entry"])


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *(_text("kind"), _text("staff"), _text("note")),
        sa.Column("back_to", sa.Integer(), nullable=True),
        *(_moment("at"), _moment("written_at", nullable=True)),
        sa.PrimaryKeyConstraint("number", name="pk_snapshots"),
    )
    op.create_table(
        "snapshot_changes",
        sa.Column("snapshot", sa.Integer(), nullable=False),
        _text("entry"),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["snapshots.number"], name="fk_snapshot_changes_snapshot"
        ),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_snapshot_changes_entry"),
        sa.PrimaryKeyConstraint("snapshot", "entry", name="pk_snapshot_changes"),
    )
    op.create_index("ix_snapshot_changes_entry", "snapshot_changes", ["entry"])
