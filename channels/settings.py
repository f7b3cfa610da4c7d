"""The settings of the gateway, all from environment variables; nothing else reads them."""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from records.own.assurance import LADDER
from records.vault import AUDIT, INDEX, Keyring, hash_key, read_key

ROOT = Path(__file__).resolve().parent.parent
Network = IPv4Network | IPv6Network
Listed = Annotated[tuple[str, ...], NoDecode]
LEVELS = ("urn:wenbao:acr:loa2", "urn:wenbao:acr:loa3", "urn:wenbao:acr:loa4")


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name in capitals.

    Must be set:
        DATABASE_URL: PostgreSQL, ``postgresql://…``.
        REDIS_URL: a Redis-protocol server, ``redis://…``.
        VAULT_KEY: base64url of 32 random bytes; seals what identifies someone. With versions,
            ``2=…,1=…``, the first seals and all of them open (docs/privacy.md, "Turning keys").
        INDEX_KEY, AUDIT_KEY: the like, for blind indexes and for the audit chain; needed as soon
            as VAULT_KEY has versions, else made of it.
        IDENTITY_CLIENT_SECRET: our secret at the identity provider (only sign-in needs it).

    Where things are:
        ENGINE_URL: the engine; only loopback may reach it.
        READINESS_MESSAGE: what `/readyz` has the engine answer when no citizen asked lately.
        IDENTITY_ISSUER, IDENTITY_CLIENT_ID: the identity provider and our name there. It takes
            citizens back to ``PUBLIC_URL/sign-in/callback`` and tells sign-outs to
            ``PUBLIC_URL/sign-in/backchannel-logout``.
        PUBLIC_URL: the address under which citizens reach us; its host is the one we answer to.
        HOST, PORT: where `python -m channels` listens.
        KNOWLEDGE_DIR, WEB_DIR: the folders `data/knowledge` and `web`.
        SIGNING_DIR: where the public half of the key of certificates is.
        METRICS_PORT: serve `/metrics` on this port of METRICS_HOST instead of the public one.
        METRICS_HOST: the address for METRICS_PORT.

    Who may come, and how often (a minute):
        TRUSTED_HOSTS: more host names we answer to, separated by commas.
        TRUSTED_PROXIES: networks whose X-Forwarded-For is believed, separated by commas.
        MESSAGES_PER_MINUTE: messages of one conversation.
        ADDRESS_MESSAGES_PER_MINUTE: messages from one address (a site may have its own figure).
        ADDRESS_OPENINGS_PER_MINUTE: new conversations from one address (likewise).
        SIGN_IN_LINKS_PER_MINUTE: sign-in links of one conversation.
        ADDRESS_SIGN_IN_PAGES_PER_MINUTE: pages of the sign-in from one address.
        ADDRESS_PAPER_PAGES_PER_MINUTE: downloads, and checks of certificates, from one address.

    Codes by SMS:
        SMS_PROVIDER: sandbox, aliyun or none.
        SMS_URL, SMS_TOKEN: the sandbox's page and what we prove ourselves with there.
        SMS_ENDPOINT: Aliyun's host, or a whole address for a test.
        SMS_ACCESS_KEY_ID, SMS_ACCESS_KEY_SECRET: our key there.
        SMS_SIGNATURE, SMS_TEMPLATE_SIGN_IN, SMS_TEMPLATE_REGISTER: as approved there; each
            template has one place, ``code``.
        SMS_SECONDS: how long sending may take.

    How surely a citizen must be known:
        IDENTITY_LEVELS: the provider's levels (`acr`), the lowest first, separated by commas;
            each one of `records/own/assurance.py`.
        IDENTITY_LEVEL: the one of these that is needed at least.
        STEP_UP_LEVEL: the one that documents and access for somebody else need.
        IDENTITY_MAX_AGE: seconds that a citizen's sign-in at the provider may lie back.
        IDENTITY_SECONDS: how long the provider may take for one answer.

    How long, how much:
        ENGINE_SECONDS: how long the engine may take for one message.
        ENGINE_OUTAGE_SECONDS: how long a message waits for the engine to come back.
        DRAIN_SECONDS: how long a stopping gateway goes on with what it has begun.
        SWEEP_SECONDS: how often messages of dead processes are looked for.
        AGENT_SECONDS: how long a citizen waits for a person who has taken over and says nothing.
        CONVERSATIONS_AT_ONCE: conversations that are answered at the same time.
        WAITING_AT_ONCE: requests that wait for news at the same time.
        DELIVERIES_AT_ONCE: conversations whose messages are brought to messengers at a time.
        ACCOUNTS_SECONDS: how often changed accounts of messengers are looked for.
        DATABASE_CONNECTIONS: connections kept open to PostgreSQL.
        LOG_LEVEL: debug, info, warning or error.
    """

    # An error must not repeat the settings: there are secrets among them.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    redis_url: SecretStr
    vault_key: SecretStr
    index_key: SecretStr = SecretStr("")
    audit_key: SecretStr = SecretStr("")
    identity_client_secret: SecretStr = SecretStr("")

    engine_url: str = "http://127.0.0.1:5005"
    readiness_message: str = "/greet"
    identity_issuer: str = "http://127.0.0.1:8010"
    identity_client_id: str = "wenbao"
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    knowledge_dir: Path = ROOT / "data/knowledge"
    web_dir: Path = ROOT / "web"
    signing_dir: Path = ROOT / ".data/signing"
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"

    trusted_hosts: Listed = ()
    trusted_proxies: Listed = ()
    messages_per_minute: int = Field(20, gt=0)
    address_messages_per_minute: int = Field(60, gt=0)
    address_openings_per_minute: int = Field(30, gt=0)

    sign_in_links_per_minute: int = Field(5, gt=0)
    address_sign_in_pages_per_minute: int = Field(120, gt=0)
    address_paper_pages_per_minute: int = Field(60, gt=0)

    identity_levels: Listed = LEVELS
    identity_level: str = "urn:wenbao:acr:loa2"
    step_up_level: str = "urn:wenbao:acr:loa3"
    identity_max_age: int = Field(300, gt=0)
    identity_seconds: float = Field(5.0, gt=0)

    sms_provider: Literal["sandbox", "aliyun", "none"] = "none"
    sms_url: str = ""
    sms_token: SecretStr = SecretStr("")
    sms_endpoint: str = "dysmsapi.aliyuncs.com"
    sms_access_key_id: str = ""
    sms_access_key_secret: SecretStr = SecretStr("")
    sms_signature: str = ""
    sms_template_sign_in: str = ""
    sms_template_register: str = ""
    sms_seconds: float = Field(5.0, gt=0)

    engine_seconds: float = Field(8.0, gt=0)
    engine_outage_seconds: float = Field(12.0, ge=0)
    drain_seconds: float = Field(25.0, ge=0)
    sweep_seconds: float = Field(2.0, gt=0)
    agent_seconds: float = Field(300.0, gt=0)
    conversations_at_once: int = Field(64, gt=0)
    waiting_at_once: int = Field(2000, gt=0)
    database_connections: int = Field(10, gt=0)
    deliveries_at_once: int = Field(32, gt=0)
    accounts_seconds: float = Field(2.0, gt=0)
    log_level: str = "info"

    @field_validator("trusted_hosts", "trusted_proxies", "identity_levels", mode="before")
    @classmethod
    def _separated(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        return given

    @model_validator(mode="after")
    def _level_is_known(self) -> Settings:
        """Acts need a rung of one ladder: elsewhere all, or nobody, would be sure enough."""
        for name in ("identity_level", "step_up_level"):
            if getattr(self, name) not in self.identity_levels:
                raise ValueError(f"{name.upper()} is none of IDENTITY_LEVELS")
        if strange := [one for one in self.identity_levels if one not in LADDER]:
            named = f"{', '.join(strange)}, none of {', '.join(LADDER)}"
            raise ValueError(f"IDENTITY_LEVELS has {named}: have the provider name its levels so")
        return self

    @cached_property
    def acceptable_levels(self) -> tuple[str, ...]:
        """The levels that are high enough, the lowest first."""
        return self.identity_levels[self.identity_levels.index(self.identity_level) :]

    def levels_from(self, level: str | None) -> tuple[str, ...]:
        """The levels that are high enough where `level` is needed; the usual ones without."""
        if level is None or level not in self.acceptable_levels:
            return self.acceptable_levels
        return self.identity_levels[self.identity_levels.index(level) :]

    @cached_property
    def key(self) -> Keyring:
        """The vault's keys."""
        return read_key(self.vault_key.get_secret_value())

    @cached_property
    def index_hash_key(self) -> bytes:
        """The key of blind indexes."""
        return hash_key(self.index_key.get_secret_value(), self.key, INDEX)

    @cached_property
    def audit_hash_key(self) -> bytes:
        """The key of the audit chain."""
        return hash_key(self.audit_key.get_secret_value(), self.key, AUDIT)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Every host name that we answer to."""
        own = urlsplit(self.public_url).hostname or ""
        return frozenset({own.lower(), *(host.lower() for host in self.trusted_hosts)})

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        """The networks of our own proxies."""
        return tuple(ip_network(network) for network in self.trusted_proxies)

    @cached_property
    def public_origin(self) -> str:
        """The origin of our own pages."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


def read_settings() -> Settings:
    """The settings of the environment."""
    return Settings()  # type: ignore[call-arg]
