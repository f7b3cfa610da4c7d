"""The tables of one person's affairs: sealed numbers, sign-ins, identities, look-ups."""

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, Table, Text, Uuid

from records.tables.shape import metadata, moment, of_conversation

# ID, phone and card numbers lifted out of a text, encrypted, until an action needs them.
sealed_values = Table(
    "sealed_values",
    metadata,
    of_conversation(primary_key=True),
    Column("placeholder", Text, primary_key=True),  # 〔身份证号1〕
    Column("kind", Text, nullable=False),  # resident_id | phone | bank_card
    Column("sealed", LargeBinary, nullable=False),
    moment("at"),
)

# A sign-in on its way: one-time link, then the browser's trip to the identity provider.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("link_hash", LargeBinary, primary_key=True),  # SHA-256 of the link's token
    of_conversation(index=True),
    moment("expires_at"),
    moment("opened_at", nullable=True),
    moment("finished_at", nullable=True),
    Column("browser_hash", LargeBinary),  # SHA-256 of the cookie of the browser that opened it
    Column("state", Text, unique=True),
    Column("nonce", Text),
    Column("sealed_verifier", LargeBinary),  # PKCE code_verifier, encrypted
    Column("level", Text),  # that the provider must vouch for, above the usual one
)

# Who is signed in to a conversation. At most one citizen, ever.
identities = Table(
    "identities",
    metadata,
    of_conversation(primary_key=True),
    Column("citizen", Text, nullable=False, index=True),  # the provider's `sub`
    Column("sealed_id_number", LargeBinary, nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("acr", Text, nullable=False),
    moment("authenticated_at"),
    moment("used_at"),  # idle expiry counts from here
    moment("expires_at"),
    moment("signed_out_at", nullable=True),
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
    moment("at"),
)
Index("ix_lookups_conversation", lookups.c.conversation, lookups.c.at)
