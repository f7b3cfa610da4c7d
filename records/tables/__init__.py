"""The tables of Wenbao, as SQLAlchemy Core sees them; migrations create them."""

from records.tables import delivery, exchange, person, privacy, questions, record, staff, talk
from records.tables.shape import metadata

__all__ = [
    "delivery",
    "exchange",
    "metadata",
    "person",
    "privacy",
    "questions",
    "record",
    "staff",
    "talk",
]
