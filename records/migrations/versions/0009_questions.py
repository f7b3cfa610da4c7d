"""What citizens asked: how it was understood, grouped, labelled, counted."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _many(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _floats(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Float()) for name in names]


def _of(table: str, name: str) -> list[SchemaItem]:
    """The columns that tie a row to its message and conversation."""
    kinds: dict[str, Any] = {"message": sa.BigInteger(), "conversation": sa.Uuid()}
    return [
        sa.Column(name, kinds[name], nullable=False),
        sa.ForeignKeyConstraint(
            [name], [f"{name}s.id"], name=f"fk_{table}_{name}", ondelete="CASCADE"
        ),
    ]


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "clusters",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *(_text("state"), _text("entry", nullable=True), _text("staff", nullable=True)),
        *(_moment("opened_at"), _moment("decided_at", nullable=True)),
        sa.PrimaryKeyConstraint("id", name="pk_clusters"),
    )
    _understandings()
    _labels()
    _counts()


def _understandings() -> None:
    op.create_table(
        "understandings",
        *(*_of("understandings", "message"), *_of("understandings", "conversation")),
        *(_moment("at"), _text("decision"), _text("intent")),
        *(_text("item", nullable=True), *_floats("score")),
        *(_text("runner_up", nullable=True), *_floats("runner_up_score")),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        *(_text("way", nullable=True), _text("version"), _text("trouble", nullable=True)),
        sa.Column("cluster", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cluster"], ["clusters.id"], name="fk_understandings_cluster", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("message", name="pk_understandings"),
    )
    op.create_index("ix_understandings_conversation", "understandings", ["conversation"])
    op.create_index("ix_understandings_at", "understandings", ["at"])
    op.create_index("ix_understandings_item", "understandings", ["item", "at"])
    op.create_index(
        "ix_understandings_new",
        "understandings",
        ["message"],
        postgresql_where=sa.text("cluster IS NULL AND trouble IS NOT NULL"),
    )
    op.create_index(
        "ix_understandings_cluster",
        "understandings",
        ["cluster", "at"],
        postgresql_where=sa.text("cluster IS NOT NULL"),
    )


def _labels() -> None:
    op.create_table(
        "sample_questions",
        *(*_of("sample_questions", "message"), *_of("sample_questions", "conversation")),
        sa.Column("week", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_sample_questions"),
    )
    op.create_index("ix_sample_questions_conversation", "sample_questions", ["conversation"])
    op.create_index("ix_sample_questions_week", "sample_questions", ["week"])
    op.create_table(
        "labels",
        *(*_of("labels", "message"), _text("staff"), *_of("labels", "conversation")),
        *(_text("label"), _moment("at")),
        sa.PrimaryKeyConstraint("message", "staff", name="pk_labels"),
    )
    op.create_index("ix_labels_conversation", "labels", ["conversation"])


def _counts() -> None:
    op.create_table(
        "quality_weeks",
        sa.Column("week", sa.Date(), nullable=False),
        *_many("sampled", "judged", "topical", "covered", "answered", "hits", "pairs", "alike"),
        *_floats("kappa"),
        sa.PrimaryKeyConstraint("week", name="pk_quality_weeks"),
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.Date(), nullable=False),
        *(_text("region"), _text("channel"), _text("decision"), _text("item")),
        *_many("questions", "helpful", "unhelpful", "repeats"),
        sa.PrimaryKeyConstraint("day", "region", "channel", "decision", "item", name="pk_tallies"),
    )
    op.create_table(
        "days",
        sa.Column("day", sa.Date(), nullable=False),
        *_many("conversations", "handovers"),
        *_floats("answer_median", "answer_p95", "person_median", "person_p95"),
        sa.PrimaryKeyConstraint("day", name="pk_days"),
    )
