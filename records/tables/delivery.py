"""The tables of messengers: accounts there, threads, what is on its way, who is linked."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from records.tables.shape import metadata, moment, of_conversation


def _of_account(*, primary_key: bool = False, index: bool = False) -> Column[object]:
    return Column(
        "account",
        Text,
        ForeignKey("channel_accounts.id", ondelete="CASCADE"),
        primary_key=primary_key,
        index=index,
        nullable=False,
    )


# An account of ours at a messenger; there may be several for each channel.
channel_accounts = Table(
    "channel_accounts",
    metadata,
    Column("id", Text, primary_key=True),  # stands in the address that the provider calls
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("site", Text, ForeignKey("sites.key"), nullable=False),
    Column("settings", JSONB, nullable=False, server_default="{}"),
    Column("sealed_secrets", LargeBinary, nullable=False),
    # What was valid before the last rotation, for as long as the provider may still use it.
    Column("sealed_earlier", LargeBinary),
    Column("earlier_until", DateTime(timezone=True)),
    Column("enabled", Boolean, nullable=False, server_default="true"),
    moment("updated_at"),
)

# What an account's provider gave us to call it with, shared by all gateways.
channel_tokens = Table(
    "channel_tokens",
    metadata,
    _of_account(primary_key=True),
    Column("sealed_token", LargeBinary),
    moment("expires_at"),
    moment("fetched_at"),
    moment("forced_at", nullable=True),
)

# How far a provider's list has been read, by the list's name there.
channel_cursors = Table(
    "channel_cursors",
    metadata,
    _of_account(primary_key=True),
    Column("name", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    moment("at"),
)

# Which conversation is whose at a messenger. The id there is kept sealed, and as a keyed digest.
threads = Table(
    "threads",
    metadata,
    of_conversation(primary_key=True),
    _of_account(),
    Column("external_index", LargeBinary, nullable=False),  # HMAC-SHA-256
    Column("sealed_external", LargeBinary, nullable=False),
    moment("opened_at"),
    moment("ended_at", nullable=True),
    # How many messages the provider still takes from us, and until when.
    Column("window_left", Integer),
    moment("window_until", nullable=True),
    # The process that sends this conversation's events, and how long nobody else may.
    Column("holder", Uuid),
    moment("held_until", nullable=True),
    # Until then a waiting request may answer; workers leave the events to it.
    moment("reply_until", nullable=True),
)
Index(
    "ix_threads_active",
    threads.c.account,
    threads.c.external_index,
    unique=True,
    postgresql_where=threads.c.ended_at.is_(None),
)

# The way of an event to the citizen's messenger; the row is stored with the event.
deliveries = Table(
    "deliveries",
    metadata,
    of_conversation(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the event
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("bundle", Integer),  # the first seq of those that are sent as one
    Column("done", Integer, nullable=False, server_default="0"),  # messages of it that are through
    moment("created_at"),
    moment("next_at"),
    moment("settled_at", nullable=True),
    Column("cause", Text),  # why it failed last
    Column("via", Text),  # push | reply
    Column("reply_to", BigInteger),  # the message whose request it answered
    # An event that is wiped is not brought any more.
    ForeignKeyConstraint(
        ["conversation", "seq"], ["events.conversation", "events.seq"], ondelete="CASCADE"
    ),
)
Index(
    "ix_deliveries_waiting",
    deliveries.c.conversation,
    deliveries.c.seq,
    postgresql_where=deliveries.c.state == "waiting",
)
for _state in ("parked", "dead"):
    Index(
        f"ix_deliveries_{_state}",
        deliveries.c.conversation,
        postgresql_where=deliveries.c.state == _state,
    )
Index(
    "ix_deliveries_reply_to",
    deliveries.c.reply_to,
    postgresql_where=deliveries.c.reply_to.is_not(None),
)

# That a chat account belongs to a citizen: it identifies, it never authenticates.
links = Table(
    "links",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _of_account(),
    Column("external_index", LargeBinary, nullable=False),
    Column("citizen", Text, nullable=False, index=True),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("acr", Text, nullable=False),
    moment("linked_at"),
    moment("used_at"),
    moment("ended_at", nullable=True),
    Column("cause", Text),  # why it ended
)
Index(
    "ix_links_active",
    links.c.account,
    links.c.external_index,
    unique=True,
    postgresql_where=links.c.ended_at.is_(None),
)

# A link on its way: sent into the chat, opened in one browser, proven, signed in, confirmed.
link_attempts = Table(
    "link_attempts",
    metadata,
    Column("link_hash", LargeBinary, primary_key=True),
    of_conversation(index=True),
    moment("expires_at"),
    moment("opened_at", nullable=True),
    Column("browser_hash", LargeBinary),
    Column("state", LargeBinary, unique=True),
    Column("code_hash", LargeBinary),
    Column("code_tries", Integer, nullable=False, server_default="0"),
    moment("proven_at", nullable=True),
    moment("finished_at", nullable=True),
)

# Which notices a citizen lets us send them when the window for answers is closed.
notice_consents = Table(
    "notice_consents",
    metadata,
    _of_account(primary_key=True),
    Column("external_index", LargeBinary, primary_key=True),
    Column("template", Text, primary_key=True),
    Column("accepted", Boolean, nullable=False),
    moment("at"),
)
