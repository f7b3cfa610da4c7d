"""The tables of Wenbao, as SQLAlchemy Core sees them; migrations create them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _of_conversation(*, primary_key: bool = False) -> Column[object]:
    return Column(
        "conversation",
        Uuid,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


# A service centre's page that embeds the chat.
sites = Table(
    "sites",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("region", Text),  # GB/T 2260 code, where the centre is
    Column("greeting", Text),
    _moment("created_at"),
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
    _moment("created_at"),
)

# The inbox: what a citizen said, kept before it is acknowledged, answered once.
messages = Table(
    "messages",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _of_conversation(),
    Column("delivery", Text, nullable=False),  # the sender's own id of this message
    Column("fingerprint", LargeBinary, nullable=False),  # SHA-256 of what was sent
    Column("seq", Integer, nullable=False),  # the event that shows it
    Column("text", Text, nullable=False),  # masked
    Column("choice", Text),  # a payload that we issued
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("received_at"),
    _moment("answered_at", nullable=True),
    Column("outcome", Text),  # answered | outage
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
    _of_conversation(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _moment("at"),
    Column("from", Text, key="sender", nullable=False),  # citizen | bot | agent | system
    Column("text", Text, nullable=False),
    Column("card", JSONB),
    Column("message", BigInteger, ForeignKey("messages.id", ondelete="CASCADE")),
)

# The latest word of a citizen on one answer.
feedback = Table(
    "feedback",
    metadata,
    _of_conversation(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text),
    _moment("at"),
)

# ID, phone and card numbers lifted out of a text, encrypted, until an action needs them.
sealed_values = Table(
    "sealed_values",
    metadata,
    _of_conversation(primary_key=True),
    Column("placeholder", Text, primary_key=True),  # 〔身份证号1〕
    Column("kind", Text, nullable=False),  # resident_id | phone | bank_card
    Column("sealed", LargeBinary, nullable=False),
    _moment("at"),
)

# A sign-in on its way: one-time link, then the browser's trip to the identity provider.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("link_hash", LargeBinary, primary_key=True),  # SHA-256 of the link's token
    _of_conversation(),
    _moment("expires_at"),
    _moment("opened_at", nullable=True),
    _moment("finished_at", nullable=True),
    Column("browser_hash", LargeBinary),  # SHA-256 of the cookie of the browser that opened it
    Column("state", Text, unique=True),
    Column("nonce", Text),
    Column("sealed_verifier", LargeBinary),  # PKCE code_verifier, encrypted
)

# Who is signed in to a conversation. At most one citizen, ever.
identities = Table(
    "identities",
    metadata,
    _of_conversation(primary_key=True),
    Column("citizen", Text, nullable=False),  # the provider's `sub`
    Column("sealed_id_number", LargeBinary, nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("acr", Text, nullable=False),
    _moment("authenticated_at"),
    _moment("used_at"),  # idle expiry counts from here
    _moment("expires_at"),
    _moment("signed_out_at", nullable=True),
)

# The audit row of each look-up in a registry. Never the looked-up values.
lookups = Table(
    "lookups",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    # No foreign key: the audit outlives the conversation.
    Column("conversation", Uuid, nullable=False),
    Column("citizen", Text, nullable=False),
    Column("service", Text, nullable=False),  # contributions …
    Column("region", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # found | unknown_person | unavailable
    _moment("at"),
)

# A citizen's wish to speak with a person.
handovers = Table(
    "handovers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _of_conversation(),
    Column("reason", Text, nullable=False),  # asked | unclear | outage
    Column("region", Text),
    _moment("opened_at"),
    _moment("closed_at", nullable=True),
)
