"""The settings of the courier, all from environment variables; nothing else here reads them."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from records.vault import AUDIT, Keyring, hash_key, read_key

ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name in capitals.

    DATABASE_URL, VAULT_KEY, INDEX_KEY, AUDIT_KEY, SIGNING_DIR, LOG_LEVEL: as the actions have them.
    EXCHANGE_URL: the access point of the other side.
    EXCHANGE_TOKEN: our bearer token there.
    EXCHANGE_PARTNER_CERTIFICATE: the file with its certificate; no other signature counts.
    EXCHANGE_SECONDS: how long it may take for one answer.
    EXCHANGE_POLL_SECONDS: how often we look whether there is something to send or to fetch.
    """

    # An error must not repeat the settings: there are secrets among them.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    vault_key: SecretStr
    index_key: SecretStr = SecretStr("")
    audit_key: SecretStr = SecretStr("")
    signing_dir: Path = ROOT / ".data/signing"
    log_level: str = "info"
    exchange_url: str = "http://127.0.0.1:8030"
    exchange_token: SecretStr = SecretStr("")
    exchange_partner_certificate: Path = ROOT / ".data/exchange/node.crt.pem"
    exchange_seconds: float = Field(5.0, gt=0)
    exchange_poll_seconds: float = Field(1.0, gt=0)

    @property
    def key(self) -> Keyring:
        """The vault's keys."""
        return read_key(self.vault_key.get_secret_value())

    @property
    def audit_hash_key(self) -> bytes:
        """The key of the audit chain."""
        return hash_key(self.audit_key.get_secret_value(), self.key, AUDIT)
