"""Codes, consents and authorisations of the own record."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.add_column("sign_in_attempts", sa.Column("level", sa.Text()))
    _consents()
    _codes()
    _authorisations()
    _data_findings()


def _consents() -> None:
    op.create_table(
        "consents",
        _number(),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Uuid(), nullable=False),
        _moment("given_at"),
        _moment("withdrawn_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index(
        "uq_consents_given",
        "consents",
        ["citizen", "purpose", "version"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _codes() -> None:
    op.create_table(
        "codes",
        _number(),
        sa.Column("conversation", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary()),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _moment("sent_at"),
        _moment("expires_at"),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
    )
    op.create_index("ix_codes_phone", "codes", ["phone_index", "sent_at"])
    op.create_index("ix_codes_address", "codes", ["address_index", "sent_at"])
    op.create_index("ix_codes_conversation", "codes", ["conversation", "purpose"])
    op.create_table(
        "phones",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("sealed_citizen", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_id_number", sa.LargeBinary(), nullable=False),
        _moment("registered_at"),
        sa.PrimaryKeyConstraint("phone_index", name="pk_phones"),
        sa.UniqueConstraint("citizen", name="uq_phones_citizen"),
    )


def _authorisations() -> None:
    op.create_table(
        "authorisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("delegate_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_delegate", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_id_number", sa.LargeBinary(), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=False),
        _moment("given_at"),
        _moment("expires_at"),
        _moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_authorisations"),
    )
    op.create_index("ix_authorisations_citizen", "authorisations", ["citizen"])
    op.create_index("ix_authorisations_delegate_index", "authorisations", ["delegate_index"])
    op.create_table(
        "authorised_lookups",
        _number(),
        sa.Column("authorisation", sa.Uuid(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name="pk_authorised_lookups"),
        sa.ForeignKeyConstraint(
            ["authorisation"],
            ["authorisations.id"],
            name="fk_authorised_lookups_authorisation",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_authorised_lookups_authorisation", "authorised_lookups", ["authorisation"])


def _data_findings() -> None:
    op.create_table(
        "data_findings",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("citizen_index", sa.LargeBinary(), nullable=False),
        _moment("first_at"),
        _moment("last_at"),
        sa.PrimaryKeyConstraint("region", "kind", "citizen_index", name="pk_data_findings"),
    )


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
