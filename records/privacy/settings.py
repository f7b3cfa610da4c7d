"""The settings of the jobs that look after citizens' data; nothing else here reads them."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from records.vault import AUDIT, Keyring, hash_key, read_key


class Times(BaseSettings):
    """How long what is kept; no key is among them.

    ANONYMOUS_DAYS, SIGNED_IN_DAYS, SEALED_HOURS, AUDIT_DAYS, CASE_DAYS: see `Settings`.
    """

    # An error must not repeat the settings: there are secrets among them.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    anonymous_days: int = Field(default=90, ge=1)
    signed_in_days: int = Field(default=180, ge=1)
    sealed_hours: int = Field(default=24, ge=1)
    audit_days: int = Field(default=365, ge=180)
    case_days: int = Field(default=730, ge=30)


class Settings(Times):
    """Each setting is an environment variable of the same name in capitals.

    DATABASE_URL, VAULT_KEY, INDEX_KEY, AUDIT_KEY: as the gateway has them.
    ANONYMOUS_DAYS: how long a conversation is kept in which nobody signed in.
    SIGNED_IN_DAYS: how long one is kept in which somebody did.
    SEALED_HOURS: how long a number lifted out of a text, or a filled form, waits for its use.
    AUDIT_DAYS: how long audit rows are kept; the law wants six months at least.
    CASE_DAYS: how long a closed exchange case is kept.
    """

    database_url: SecretStr
    vault_key: SecretStr
    index_key: SecretStr = SecretStr("")
    audit_key: SecretStr = SecretStr("")

    @property
    def key(self) -> Keyring:
        """The vault's keys."""
        return read_key(self.vault_key.get_secret_value())

    @property
    def audit_hash_key(self) -> bytes:
        """The key of the audit chain."""
        return hash_key(self.audit_key.get_secret_value(), self.key, AUDIT)


def read_settings() -> Settings:
    """The settings of the environment."""
    return Settings()  # type: ignore[call-arg]
