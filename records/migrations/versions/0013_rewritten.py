"""How often what was said earlier in a conversation was rewritten or removed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count from nought."""
    op.add_column(
        "conversations",
        sa.Column("rewritten", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    """Count no more."""
    op.drop_column("conversations", "rewritten")
