"""What a backup is made of: the settings that say where everything is."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from records.privacy.settings import Settings as JobSettings
from records.vault import INDEX, hash_key

ROOT = Path(__file__).resolve().parents[2]
# The settings that are keys, in the order in which they are written.
KEYS = ("vault_key", "index_key", "audit_key", "answer_index_key")


class Settings(JobSettings):
    """Each setting is an environment variable of the same name in capitals.

    DATABASE_URL, VAULT_KEY, INDEX_KEY, AUDIT_KEY, ANSWER_INDEX_KEY: as the processes have them.
    LIVE_KNOWLEDGE_DIR, ANSWER_INDEX, OPEN_DATA_DIR, SIGNING_DIR: the folders of the processes.
    ANONYMOUS_DAYS, SIGNED_IN_DAYS, SEALED_HOURS, AUDIT_DAYS, CASE_DAYS: of no account here.
    """

    answer_index_key: SecretStr = SecretStr("")
    live_knowledge_dir: Path = ROOT / ".data/live"
    answer_index: Path = ROOT / ".data/answers"
    open_data_dir: Path = ROOT / ".data/open-data"
    signing_dir: Path = ROOT / ".data/signing"

    @property
    def folders(self) -> dict[str, Path]:
        """What lies in files and holds no secret, by its name in a backup."""
        return {
            "live": self.live_knowledge_dir,
            "answers": self.answer_index,
            "open-data": self.open_data_dir,
        }

    @property
    def index_hash_key(self) -> bytes:
        """The key of blind indexes."""
        return hash_key(self.index_key.get_secret_value(), self.key, INDEX)

    def written_keys(self) -> dict[str, str]:
        """The keys as they are set."""
        told: dict[str, SecretStr] = {name: getattr(self, name) for name in KEYS}
        return {name: value.get_secret_value() for name, value in told.items()}


def read_settings() -> Settings:
    """The settings of the environment."""
    return Settings()  # type: ignore[call-arg]
