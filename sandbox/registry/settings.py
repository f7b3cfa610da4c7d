"""The settings of the sandbox registry, all from environment variables."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PEOPLE = Path(__file__).resolve().parent.parent / "people.yml"


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name in capitals.

    REGISTRY_TOKEN: the bearer token that callers must have; must be set.
    PORT: where it listens, on 127.0.0.1 only.
    LOG_LEVEL: debug, info, warning or error.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    registry_token: SecretStr = Field(min_length=8)
    port: int = 8020
    log_level: str = "info"
