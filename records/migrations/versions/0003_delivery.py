"""Messengers: accounts, threads, and what is on its way to a provider."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WAITING = "state = 'waiting'"


def upgrade() -> None:
    """Add accounts, threads, deliveries and links."""
    op.add_column(
        "conversations",
        sa.Column("pushed", sa.Boolean(), server_default="false", nullable=False),
    )
    _accounts()
    _beside_accounts()
    _threads()
    _deliveries()
    _links()


def _accounts() -> None:
    op.create_table(
        "channel_accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("sealed_secrets", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_earlier", sa.LargeBinary()),
        _moment("earlier_until", nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        _moment("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_channel_accounts"),
        sa.ForeignKeyConstraint(["site"], ["sites.key"], name="fk_channel_accounts_site"),
    )
    op.create_table(
        "channel_tokens",
        *_of_account("channel_tokens"),
        sa.Column("sealed_token", sa.LargeBinary()),
        _moment("expires_at"),
        _moment("fetched_at"),
        _moment("forced_at", nullable=True),
        sa.PrimaryKeyConstraint("account", name="pk_channel_tokens"),
    )


def _beside_accounts() -> None:
    op.create_table(
        "channel_cursors",
        *_of_account("channel_cursors"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("account", "name", name="pk_channel_cursors"),
    )
    op.create_table(
        "notice_consents",
        *_of_account("notice_consents"),
        sa.Column("external_index", sa.LargeBinary(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("account", "external_index", "template", name="pk_notice_consents"),
    )


def _threads() -> None:
    op.create_table(
        "threads",
        *_of_conversation("threads"),
        *_of_account("threads"),
        sa.Column("external_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_external", sa.LargeBinary(), nullable=False),
        _moment("opened_at"),
        _moment("ended_at", nullable=True),
        sa.Column("window_left", sa.Integer()),
        _moment("window_until", nullable=True),
        sa.Column("holder", sa.Uuid()),
        _moment("held_until", nullable=True),
        _moment("reply_until", nullable=True),
        sa.PrimaryKeyConstraint("conversation", name="pk_threads"),
    )
    op.create_index(
        "ix_threads_active",
        "threads",
        ["account", "external_index"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        *_of_conversation("deliveries"),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bundle", sa.Integer()),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        _moment("created_at"),
        _moment("next_at"),
        _moment("settled_at", nullable=True),
        sa.Column("cause", sa.Text()),
        sa.Column("via", sa.Text()),
        sa.Column("reply_to", sa.BigInteger()),
        sa.PrimaryKeyConstraint("conversation", "seq", name="pk_deliveries"),
        sa.ForeignKeyConstraint(
            ["conversation", "seq"],
            ["events.conversation", "events.seq"],
            name="fk_deliveries_conversation_seq",
            ondelete="CASCADE",
        ),
    )
    for name, columns, where in (
        ("ix_deliveries_waiting", ["conversation", "seq"], _WAITING),
        ("ix_deliveries_parked", ["conversation"], "state = 'parked'"),
        ("ix_deliveries_dead", ["conversation"], "state = 'dead'"),
        ("ix_deliveries_reply_to", ["reply_to"], "reply_to IS NOT NULL"),
    ):
        op.create_index(name, "deliveries", columns, postgresql_where=sa.text(where))


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *_of_account("links"),
        sa.Column("external_index", sa.LargeBinary(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("acr", sa.Text(), nullable=False),
        _moment("linked_at"),
        _moment("used_at"),
        _moment("ended_at", nullable=True),
        sa.Column("cause", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
    )
    op.create_index("ix_links_citizen", "links", ["citizen"])
    op.create_index(
        "ix_links_active",
        "links",
        ["account", "external_index"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "link_attempts",
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        *_of_conversation("link_attempts"),
        _moment("expires_at"),
        _moment("opened_at", nullable=True),
        sa.Column("browser_hash", sa.LargeBinary()),
        sa.Column("state", sa.LargeBinary()),
        sa.Column("code_hash", sa.LargeBinary()),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        _moment("proven_at", nullable=True),
        _moment("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("link_hash", name="pk_link_attempts"),
        sa.UniqueConstraint("state", name="uq_link_attempts_state"),
    )
    op.create_index("ix_link_attempts_conversation", "link_attempts", ["conversation"])


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_conversation(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return _tied(table, "conversation", sa.Uuid(), "conversations.id")


def _of_account(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return _tied(table, "account", sa.Text(), "channel_accounts.id")


def _tied(
    table: str, column: str, kind: sa.types.TypeEngine[Any], to: str
) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column(column, kind, nullable=False),
        sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}", ondelete="CASCADE"),
    )
