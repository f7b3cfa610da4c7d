"""The tables of what citizens asked: how it was understood, grouped, labelled, counted."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from records.tables.shape import metadata, moment, of_conversation


def _of_message() -> Column[object]:
    return Column(
        "message",
        BigInteger,
        ForeignKey("messages.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    )


# Questions of the same meaning that staff should look at; its words are those of its questions.
clusters = Table(
    "clusters",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("state", Text, nullable=False),  # open | settled | dismissed
    Column("entry", Text),  # the item that they were given to
    Column("staff", Text),
    moment("opened_at"),
    moment("decided_at", nullable=True),
)

# What the engine decided about a message, kept for as long as the message.
understandings = Table(
    "understandings",
    metadata,
    _of_message(),
    of_conversation(index=True),
    moment("at"),
    Column("decision", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("item", Text),
    Column("score", Float),
    Column("runner_up", Text),
    Column("runner_up_score", Float),
    Column("answers", JSONB, nullable=False),
    Column("way", Text),  # heart | words | vectors | context | rule
    Column("version", Text, nullable=False),  # of the answer index
    Column("trouble", Text),  # rejected | asked_back | unsure | unhelpful
    Column("cluster", BigInteger, ForeignKey("clusters.id", ondelete="SET NULL")),
)
Index("ix_understandings_at", understandings.c.at)
Index("ix_understandings_item", understandings.c.item, understandings.c.at)
Index(
    "ix_understandings_new",
    understandings.c.message,
    postgresql_where=understandings.c.cluster.is_(None) & understandings.c.trouble.is_not(None),
)
Index(
    "ix_understandings_cluster",
    understandings.c.cluster,
    understandings.c.at,
    postgresql_where=understandings.c.cluster.is_not(None),
)

# A week's random sample, and what people say its questions are about.
sample_questions = Table(
    "sample_questions",
    metadata,
    _of_message(),
    of_conversation(index=True),
    Column("week", Date, nullable=False, index=True),  # its Monday
)
labels = Table(
    "labels",
    metadata,
    _of_message(),
    Column("staff", Text, primary_key=True),
    of_conversation(index=True),
    Column("label", Text, nullable=False),  # an item's id, or what else it is
    moment("at"),
)

# Numbers without a person in them; they stay when conversations go.
quality_weeks = Table(
    "quality_weeks",
    metadata,
    Column("week", Date, primary_key=True),
    *(
        Column(name, Integer, nullable=False)
        for name in (
            "sampled",
            "judged",
            "topical",
            "covered",
            "answered",
            "hits",
            "pairs",
            "alike",
        )
    ),
    Column("kappa", Float),
)
tallies = Table(
    "tallies",
    metadata,
    Column("day", Date, primary_key=True),
    *(
        Column(name, Text, primary_key=True, nullable=False)
        for name in ("region", "channel", "decision", "item")
    ),
    *(
        Column(name, Integer, nullable=False)
        for name in ("questions", "helpful", "unhelpful", "repeats")
    ),
)
days = Table(
    "days",
    metadata,
    Column("day", Date, primary_key=True),
    *(Column(name, Integer, nullable=False) for name in ("conversations", "handovers")),
    # Seconds: until the answer, and until a person was there; half and 95 of 100 wait less.
    *(
        Column(name, Float)
        for name in ("answer_median", "answer_p95", "person_median", "person_p95")
    ),
)
