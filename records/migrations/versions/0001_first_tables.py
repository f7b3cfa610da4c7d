"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything from nothing."""
    _talk()
    _said()
    _answered()
    _personal()
    _staff()


def _talk() -> None:
    op.create_table(
        "sites",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("greeting", sa.Text()),
        sa.Column("origins", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("messages_per_minute", sa.Integer()),
        sa.Column("openings_per_minute", sa.Integer()),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("key", name="pk_sites"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.ForeignKeyConstraint(["site"], ["sites.key"], name="fk_conversations_site"),
    )
    op.create_table(
        "erasures",
        sa.Column("conversation", sa.Uuid(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("conversation", name="pk_erasures"),
    )


def _said() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *_of_conversation("messages"),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _moment("received_at"),
        _moment("answered_at", nullable=True),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("conversation", "delivery", name="uq_messages_conversation_delivery"),
    )
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["conversation", "id"],
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def _answered() -> None:
    op.create_table(
        "events",
        *_of_conversation("events"),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        _moment("at"),
        sa.Column("from", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("card", postgresql.JSONB()),
        sa.Column("message", sa.BigInteger()),
        sa.PrimaryKeyConstraint("conversation", "seq", name="pk_events"),
        sa.ForeignKeyConstraint(
            ["message"], ["messages.id"], name="fk_events_message", ondelete="CASCADE"
        ),
    )
    # Wiping a conversation looks its events up by message, too.
    op.create_index("ix_events_message", "events", ["message"])
    op.create_table(
        "feedback",
        *_of_conversation("feedback"),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text()),
        _moment("at"),
        sa.PrimaryKeyConstraint("conversation", "seq", name="pk_feedback"),
    )


def _personal() -> None:
    op.create_table(
        "sealed_values",
        *_of_conversation("sealed_values"),
        sa.Column("placeholder", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("conversation", "placeholder", name="pk_sealed_values"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        *_of_conversation("sign_in_attempts"),
        _moment("expires_at"),
        _moment("opened_at", nullable=True),
        _moment("finished_at", nullable=True),
        sa.Column("browser_hash", sa.LargeBinary()),
        sa.Column("state", sa.Text()),
        sa.Column("nonce", sa.Text()),
        sa.Column("sealed_verifier", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("link_hash", name="pk_sign_in_attempts"),
        sa.UniqueConstraint("state", name="uq_sign_in_attempts_state"),
    )
    op.create_index("ix_sign_in_attempts_conversation", "sign_in_attempts", ["conversation"])
    op.create_table(
        "identities",
        *_of_conversation("identities"),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("sealed_id_number", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("acr", sa.Text(), nullable=False),
        _moment("authenticated_at"),
        _moment("used_at"),
        _moment("expires_at"),
        _moment("signed_out_at", nullable=True),
        sa.PrimaryKeyConstraint("conversation", name="pk_identities"),
    )


def _staff() -> None:
    op.create_table(
        "lookups",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("conversation", sa.Uuid(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name="pk_lookups"),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *_of_conversation("handovers"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        _moment("opened_at"),
        _moment("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_conversation", "handovers", ["conversation"])


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_conversation(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column("conversation", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversations.id"],
            name=f"fk_{table}_conversation",
            ondelete="CASCADE",
        ),
    )
