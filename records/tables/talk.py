"""The tables of conversations: who talks where, what came in, what both sides see."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from records.tables.shape import metadata, moment, of_conversation

# A service centre's page that embeds the chat.
sites = Table(
    "sites",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("region", Text),  # GB/T 2260 code, where the centre is
    Column("greeting", Text),
    Column("origins", ARRAY(Text), nullable=False, server_default="{}"),  # that may embed the chat
    # A hall behind one address asks more than one household: its own figures a minute, if any.
    Column("messages_per_minute", Integer),
    Column("openings_per_minute", Integer),
    # What its pages show, also when all else is down; shapes: records/places/shapes.py.
    Column("phone", Text, nullable=False, server_default="12333"),
    Column("place", Text),  # the nearest hall
    Column("address", Text),
    Column("hours", JSONB, nullable=False, server_default="[]"),
    Column("holidays", JSONB, nullable=False, server_default="[]"),
    Column("notice", JSONB),
    Column("theme", JSONB, nullable=False, server_default="{}"),
    Column("features", JSONB, nullable=False, server_default="{}"),
    moment("created_at"),
)

# One citizen's thread with Wenbao. `last_seq` numbers its events without gaps.
conversations = Table(
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("site", Text, ForeignKey("sites.key"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),  # SHA-256 of the bearer token
    Column("locale", Text, nullable=False),
    Column("region", Text),
    Column("last_seq", Integer, nullable=False, server_default="0"),
    # Its events are brought to a messenger: each becomes a delivery as it is stored.
    Column("pushed", Boolean, nullable=False, server_default="false"),
    # How often earlier events were rewritten or removed: whoever shows them reads them anew.
    Column("rewritten", Integer, nullable=False, server_default="0"),
    moment("created_at"),
)

# The inbox: what a citizen said, kept before it is acknowledged, answered once.
messages = Table(
    "messages",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    of_conversation(),
    Column("delivery", Text, nullable=False),  # the sender's own id of this message
    Column("fingerprint", LargeBinary, nullable=False),  # HMAC-SHA-256 of what was sent
    Column("seq", Integer, nullable=False),  # the event that shows it
    Column("text", Text, nullable=False),  # masked
    Column("choice", Text),  # a payload that we issued
    Column("attempts", Integer, nullable=False, server_default="0"),  # left over by a dead process
    moment("received_at"),
    moment("answered_at", nullable=True),
    Column("outcome", Text),  # answered | told | outage | person
    UniqueConstraint("conversation", "delivery"),
)
Index(
    "ix_messages_waiting",
    messages.c.conversation,
    messages.c.id,
    postgresql_where=messages.c.answered_at.is_(None),
)

# The outbox: everything both sides see, numbered per conversation.
events = Table(
    "events",
    metadata,
    of_conversation(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    moment("at"),
    Column("from", Text, key="sender", nullable=False),  # citizen | bot | agent | system
    Column("text", Text, nullable=False),
    Column("card", JSONB),
    Column("message", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), index=True),
)

# Conversations that were wiped here and that the engine has still to forget.
erasures = Table(
    "erasures",
    metadata,
    Column("conversation", Uuid, primary_key=True),
    moment("at"),
)

# The latest word of a citizen on one answer.
feedback = Table(
    "feedback",
    metadata,
    of_conversation(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text),
    moment("at"),
)

# A citizen's wish to speak with a person: it waits, is with a person, waits again, or is closed.
handovers = Table(
    "handovers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    of_conversation(index=True),
    Column("reason", Text, nullable=False),  # asked | unclear | outage | distress
    Column("region", Text),
    moment("opened_at"),
    moment("closed_at", nullable=True),
    Column("taken_by", Text),  # the member of staff who talks with them
    moment("taken_at", nullable=True),
    moment("spoken_at", nullable=True),  # when that person last spoke
)
Index(
    "ix_handovers_open",
    handovers.c.opened_at,
    handovers.c.id,
    postgresql_where=handovers.c.closed_at.is_(None),
)

# The engines that conversations were moved over to; the latest row is the one in use.
engines = Table(
    "engines",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("model", Text, nullable=False),  # the file that it serves
    moment("since"),
)
