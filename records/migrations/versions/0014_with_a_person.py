"""Who has taken a citizen's wish for a person, since when, and when they last spoke."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has taken any."""
    op.add_column("handovers", sa.Column("taken_by", sa.Text()))
    op.add_column("handovers", sa.Column("taken_at", sa.DateTime(timezone=True)))
    op.add_column("handovers", sa.Column("spoken_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_handovers_open",
        "handovers",
        ["opened_at", "id"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Nobody can take one."""
    op.drop_index("ix_handovers_open", "handovers")
    for name in ("spoken_at", "taken_at", "taken_by"):
        op.drop_column("handovers", name)
