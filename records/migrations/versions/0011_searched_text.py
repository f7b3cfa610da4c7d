"""The text that lists are searched by, kept as it is: unpacking it took most of a search."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep it unpacked, also what is there."""
    op.execute("ALTER TABLE entries ALTER COLUMN search SET STORAGE EXTERNAL")
    op.execute("UPDATE entries SET search = search || ''")


def downgrade() -> None:
    """Pack what comes from now on; what is there can be read as it is."""
    op.execute("ALTER TABLE entries ALTER COLUMN search SET STORAGE EXTENDED")
