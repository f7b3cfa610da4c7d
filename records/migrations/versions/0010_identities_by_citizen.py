"""An index for finding a citizen's sign-ins: export, erasure and sign-outs told by the provider."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    op.create_index("ix_identities_citizen", "identities", ["citizen"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_identities_citizen", "identities")
