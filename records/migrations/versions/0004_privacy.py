"""Keys, audit chain, certificates and exchange."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# An audit entry is written once. Retention says so in its own transaction before it removes.
_WRITTEN_ONCE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('wenbao.audit_retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit entries are never changed';
END $$
"""
_TRIGGER = """
CREATE TRIGGER audit_entries_written_once BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
"""


def upgrade() -> None:
    """Create the tables."""
    _audit()
    _citizens_files()
    _certificates()
    _exchange()


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        _moment("at"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_actor", "audit_entries", ["log", "actor"])
    op.create_table(
        "audit_heads",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), nullable=False),
        sa.Column("from_mac", sa.LargeBinary(), nullable=False),
        _moment("at"),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", name="pk_audit_heads"),
    )
    op.execute(_WRITTEN_ONCE)
    op.execute(_TRIGGER)


def _citizens_files() -> None:
    op.create_table(
        "filled_forms",
        *_of_conversation("filled_forms"),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("conversation", "payload", name="pk_filled_forms"),
    )
    op.create_table(
        "downloads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *_of_conversation("downloads"),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("id", name="pk_downloads"),
        sa.UniqueConstraint("token_hash", name="uq_downloads_token_hash"),
    )
    op.create_index("ix_downloads_conversation", "downloads", ["conversation"])
    op.create_table(
        "erasure_receipts",
        sa.Column("number", sa.Text(), nullable=False),
        _moment("at"),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_erasure_receipts"),
    )


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=False),
        _moment("issued_at"),
        _moment("valid_until"),
        _moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_certificates"),
        sa.UniqueConstraint("code_index", name="uq_certificates_code_index"),
    )
    op.create_index("ix_certificates_citizen", "certificates", ["citizen"])


def _exchange() -> None:
    op.create_table(
        "exchange_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Uuid(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed_draft", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary()),
        sa.Column("reason", sa.Text()),
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("due_on", sa.Date()),
        _moment("reminded_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exchange_cases"),
        sa.UniqueConstraint("number", name="uq_exchange_cases_number"),
    )
    op.create_index("ix_exchange_cases_conversation", "exchange_cases", ["conversation"])
    op.create_index("ix_exchange_cases_citizen", "exchange_cases", ["citizen"])
    _exchange_steps()
    _exchange_documents()


def _exchange_steps() -> None:
    op.create_table(
        "exchange_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text()),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name="pk_exchange_steps"),
        _of_case("exchange_steps"),
    )
    op.create_index("ix_exchange_steps_case_id", "exchange_steps", ["case_id"])


def _exchange_documents() -> None:
    op.create_table(
        "exchange_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed_xml", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Uuid()),
        _moment("created_at"),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _moment("next_try_at", nullable=True),
        _moment("delivered_at", nullable=True),
        sa.Column("sealed_receipt", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_exchange_documents"),
        _of_case("exchange_documents"),
    )
    op.create_index("ix_exchange_documents_case_id", "exchange_documents", ["case_id"])
    op.create_index(
        "ix_exchange_documents_waiting",
        "exchange_documents",
        ["next_try_at"],
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id"], ["exchange_cases.id"], name=f"fk_{table}_case_id", ondelete="CASCADE"
    )


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


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
