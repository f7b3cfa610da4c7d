"""The settings of the console, all from environment variables; nothing else reads them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from records.vault import AUDIT, derived, read_key

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name in capitals.

    Must be set:
        DATABASE_URL: PostgreSQL, ``postgresql://…``.
        AUDIT_KEY: base64url of 32 random bytes; the key of the audit chain.

    Where things are:
        CONSOLE_URL: the address under which staff reach the console.
        CONSOLE_HOST, CONSOLE_PORT: where it listens.
        LIVE_KNOWLEDGE_DIR: the live knowledge folder, which publications are written to.
        CONSOLE_WEB_DIR: templates, words and assets.
        PUBLIC_URL: the gateway's address, for embed codes.

    Judging what is to be published:
        WORKSHOP_URL: the indexer's door, on loopback.
        WORKSHOP_TOKEN: what it wants to be shown.
        WORKSHOP_SECONDS: how long it may be silent while it judges.
        SHADOW_QUESTIONS: how many of the last real questions a check asks again.

    Signing in:
        IDENTITY_ISSUER: the identity provider of the staff.
        CONSOLE_CLIENT_ID, CONSOLE_CLIENT_SECRET: our name and secret there.
        STAFF_LEVELS: values of `acr` that are good enough for staff, separated by spaces.
        IDENTITY_SECONDS: how long the provider may take for an answer.

    How often, how much:
        SCHEDULE_SECONDS: how often scheduled publications are looked for.
        CONSOLE_DATABASE_CONNECTIONS: connections kept open to PostgreSQL.
        OPEN_DATA_DIR: where each month's figures for everybody are written.
        OPEN_DATA_LEAST: conversations that a published figure has to come from at least.
        QUALITY_SAMPLE: questions that are drawn each week for labelling.
        LOG_LEVEL: debug, info, warning or error.
    """

    # An error must not repeat the settings: there are secrets among them.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    audit_key: SecretStr
    console_url: str = "http://127.0.0.1:8001"
    console_host: str = "127.0.0.1"
    console_port: int = 8001
    live_knowledge_dir: Path = ROOT / ".data/live"
    console_web_dir: Path = ROOT / "web/console"
    public_url: str = "http://127.0.0.1:8000"
    workshop_url: str = "http://127.0.0.1:8040"
    workshop_token: SecretStr = SecretStr("")
    workshop_seconds: float = 600.0
    shadow_questions: int = 1000
    identity_issuer: str = "http://127.0.0.1:8010"
    console_client_id: str = "wenbao-console"
    console_client_secret: SecretStr = SecretStr("")
    staff_levels: str = "urn:wenbao:acr:loa3 urn:wenbao:acr:loa4"
    identity_seconds: float = 5.0
    schedule_seconds: float = 5.0
    console_database_connections: int = 5
    open_data_dir: Path = ROOT / ".data/open-data"
    open_data_least: int = 10
    quality_sample: int = 100
    log_level: str = "info"

    @property
    def audit_hash_key(self) -> bytes:
        """The key of the audit chain, the same as everywhere."""
        ring = read_key(self.audit_key.get_secret_value())
        return derived(ring.versions[ring.current], AUDIT)

    @property
    def origin(self) -> str:
        """The console's origin."""
        parts = urlsplit(self.console_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def https(self) -> bool:
        """Whether cookies may insist on it."""
        return self.console_url.startswith("https:")
