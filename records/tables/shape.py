"""What all tables share: their names, and the columns that come again."""

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Uuid

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    """A column with a point in time."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def of_conversation(*, primary_key: bool = False, index: bool = False) -> Column[object]:
    """A column that ties a row to its conversation, and ends it with it."""
    return Column(
        "conversation",
        Uuid,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=primary_key,
        index=index,  # where no other index starts with it: wiping follows this key
        nullable=False,
    )
