"""What the environment says. Read by `app.wiring` and nobody else; `.env.example` lists all of it."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    """Where this runs; production refuses to start without its secrets."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Spectrum's environment; every name has the prefix SPECTRUM_, an empty value counts as unset."""

    model_config = SettingsConfigDict(env_prefix="SPECTRUM_", env_file=".env", env_ignore_empty=True, extra="ignore")

    env: Environment = Environment.DEVELOPMENT
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    owner_database_url: SecretStr | None = None
    batch_database_url: SecretStr | None = None
    reports_database_url: SecretStr | None = None
    state_dir: Path = Path(".spectrum")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    auth_secret: SecretStr | None = None
    auth_jwks_url: str | None = None
    master_key: SecretStr | None = None
    master_key_command: SecretStr | None = None
    previous_master_keys: SecretStr | None = None
    raw_retention_days: int = Field(default=30, ge=1, le=3650)
    tombstones_dir: Path | None = None
    backup_days: int = Field(default=30, ge=0, le=3650)
    analyser: str = Field(default="encoder", pattern="^(encoder|small)$")
    models_file: Path | None = None
    experiments_file: Path | None = None
    push_contact: str | None = Field(default=None, pattern=r"^(mailto:.+@.+|https://.+)$")
    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://\S+$")
    trace_ratio: float = Field(default=1.0, ge=0, le=1)
    default_plan: str | None = Field(default=None, pattern="^(FREE|TRIAL|PLUS)$")
