"""The settings of the sandbox node, all from environment variables."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name in capitals.

    EXCHANGE_TOKEN: the bearer token that callers must have; must be set.
    EXCHANGE_NODE_DIR: where the node keeps its key, made at its first start.
    EXCHANGE_OUR_CERTIFICATE: the file with the certificate of the platform; no other counts.
    PORT: where it listens, on 127.0.0.1 only.
    EXCHANGE_PACE: seconds between the steps of the institution behind the node.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    exchange_token: SecretStr = Field(min_length=8)
    exchange_node_dir: Path = ROOT / ".data/exchange"
    exchange_our_certificate: Path = ROOT / ".data/signing/exchange.crt.pem"
    port: int = 8030
    exchange_pace: float = Field(8.0, ge=0)
