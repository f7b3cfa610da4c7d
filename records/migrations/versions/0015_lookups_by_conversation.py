"""Look-ups are found by their conversation: half a year of everybody's is too much to read."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find them."""
    op.create_index("ix_lookups_conversation", "lookups", ["conversation", "at"])


def downgrade() -> None:
    """Read all."""
    op.drop_index("ix_lookups_conversation", "lookups")
