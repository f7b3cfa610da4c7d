"""The tables of the own record: consents, codes by SMS, known phones, access for someone else."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from records.tables.shape import metadata, moment

# What a citizen agreed to, in which words (`version`), until they take it back.
consents = Table(
    "consents",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("citizen", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Text, nullable=False),
    # No foreign key: that somebody agreed outlives where they did.
    Column("conversation", Uuid, nullable=False),
    moment("given_at"),
    moment("withdrawn_at", nullable=True),
)
Index(
    "uq_consents_given",
    consents.c.citizen,
    consents.c.purpose,
    consents.c.version,
    unique=True,
    postgresql_where=consents.c.withdrawn_at.is_(None),
)

# A code by SMS. No foreign key: who wipes a conversation does not wipe the counting.
codes = Table(
    "codes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("conversation", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("phone_index", LargeBinary, nullable=False),  # blind index
    Column("address_index", LargeBinary, nullable=False),  # of the network address
    Column("mac", LargeBinary),  # HMAC of the code; none where nothing was sent
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("sent_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),  # used, void, or followed by a newer one
)
Index("ix_codes_phone", codes.c.phone_index, codes.c.sent_at)
Index("ix_codes_address", codes.c.address_index, codes.c.sent_at)
Index("ix_codes_conversation", codes.c.conversation, codes.c.purpose)

# A telephone whose owner signed in with the identity provider and then proved to hold it.
phones = Table(
    "phones",
    metadata,
    Column("phone_index", LargeBinary, primary_key=True),
    Column("citizen", Text, nullable=False, unique=True),  # reference
    Column("sealed_citizen", LargeBinary, nullable=False),  # the provider's `sub`
    Column("sealed_name", LargeBinary, nullable=False),
    Column("sealed_id_number", LargeBinary, nullable=False),
    moment("registered_at"),
)

# That a citizen lets somebody else see their record (子女代查), for a time.
authorisations = Table(
    "authorisations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("citizen", Text, nullable=False, index=True),  # whose record it is
    Column("delegate_index", LargeBinary, nullable=False, index=True),  # of the other's ID number
    Column("sealed_delegate", LargeBinary, nullable=False),  # the other's name
    Column("sealed_name", LargeBinary, nullable=False),
    Column("sealed_id_number", LargeBinary, nullable=False),
    Column("services", ARRAY(Text), nullable=False),
    moment("given_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
)

# Each time that somebody else looked.
authorised_lookups = Table(
    "authorised_lookups",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column(
        "authorisation",
        Uuid,
        ForeignKey("authorisations.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("service", Text, nullable=False),
    moment("at"),
)

# A defect in a registry's data, once for each person, so that its owner learns how many.
data_findings = Table(
    "data_findings",
    metadata,
    Column("region", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("citizen_index", LargeBinary, primary_key=True),  # blind index of the `sub`
    moment("first_at"),
    moment("last_at"),
)
