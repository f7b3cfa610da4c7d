"""The settings of the action server, all from environment variables; nothing else reads them."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from records.vault import AUDIT, INDEX, Keyring, hash_key, read_key

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name in capitals.

    Must be set:
        DATABASE_URL: PostgreSQL, ``postgresql://…``.
        VAULT_KEY: base64url of 32 random bytes, or versions of it; opens who is signed in.
        INDEX_KEY, AUDIT_KEY: the like, for blind indexes and for the audit chain; needed as soon
            as VAULT_KEY has versions, else made of it.

    Where things are:
        REGISTRY_URL: the back offices; a region's stands under its code.
        REGISTRY_TOKEN: our bearer token there.
        ACTIONS_HOST, ACTIONS_PORT: where we listen; only the engine may reach it.
        KNOWLEDGE_DIR: the folder `data/knowledge`.
        PILOT_DIR: where the console puts what some sites know first; unset, nobody does.
        SIGNING_DIR: where our keys for signatures are, made at the first start.
        PUBLIC_URL: the address under which citizens reach the gateway, for links in documents.

    How often, how much:
        LOOKUPS_PER_MINUTE: look-ups of the own record in one conversation.
        ACTIONS_DATABASE_CONNECTIONS: connections kept open to PostgreSQL.
        LOG_LEVEL: debug, info, warning or error.
    """

    # An error must not repeat the settings: there are secrets among them.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    vault_key: SecretStr
    index_key: SecretStr = SecretStr("")
    audit_key: SecretStr = SecretStr("")
    registry_url: str = "http://127.0.0.1:8020"
    registry_token: SecretStr = SecretStr("")
    actions_host: str = "127.0.0.1"
    actions_port: int = 5055
    knowledge_dir: Path = ROOT / "data/knowledge"
    pilot_dir: Path | None = None
    signing_dir: Path = ROOT / ".data/signing"
    public_url: str = "http://127.0.0.1:8000"
    lookups_per_minute: int = 5
    actions_database_connections: int = 5
    log_level: str = "info"

    @field_validator("actions_host")
    @classmethod
    def only_loopback(cls, host: str) -> str:
        """Whoever reaches us can claim any conversation, so nobody but the engine may."""
        if not ip_address(host).is_loopback:
            raise ValueError("must be a loopback address")
        return host

    @property
    def key(self) -> Keyring:
        """The vault's keys."""
        return read_key(self.vault_key.get_secret_value())

    @property
    def index_hash_key(self) -> bytes:
        """The key of blind indexes."""
        return hash_key(self.index_key.get_secret_value(), self.key, INDEX)

    @property
    def audit_hash_key(self) -> bytes:
        """The key of the audit chain."""
        return hash_key(self.audit_key.get_secret_value(), self.key, AUDIT)
