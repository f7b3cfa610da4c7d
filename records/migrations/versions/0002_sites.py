"""What a page of a service centre needs to know about its site."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the pages show."""
    op.add_column("sites", sa.Column("phone", sa.Text(), server_default="12333", nullable=False))
    op.add_column("sites", sa.Column("place", sa.Text()))
    op.add_column("sites", sa.Column("address", sa.Text()))
    for name, empty in (("hours", "[]"), ("holidays", "[]"), ("theme", "{}"), ("features", "{}")):
        column = sa.Column(name, postgresql.JSONB(), server_default=empty, nullable=False)
        op.add_column("sites", column)
    op.add_column("sites", sa.Column("notice", postgresql.JSONB()))
