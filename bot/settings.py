"""The only reader of the environment: one frozen object with every setting."""

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

APP_NAME = "qbo-sync"


def data_folder() -> Path:
    return Path(platformdirs.user_data_dir(APP_NAME))


class Settings(BaseSettings):
    """Names are the environment's, in lower case; README and .env.example say what each is for."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    database_url: str = ""
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    slack_channel: str = ""
    slack_operators: str = ""
    slack_table_form: Literal["data_table", "table", "sections"] = "data_table"
    slack_table_rows: int = 201
    slack_table_characters: int = 20_000
    released_api_url: str = ""
    released_api_key: SecretStr = SecretStr("")
    released_key_header: str = "X-Api-Key"
    released_page_size: Annotated[int, Field(ge=1, le=500)] = 200
    released_web_url: str = ""
    qbo_client_id: str = ""
    qbo_client_secret: SecretStr = SecretStr("")
    qbo_redirect_uri: str = ""
    qbo_environment: Literal["production", "sandbox"] = "production"
    qbo_api_url: str = ""
    qbo_discovery_url: str = ""
    qbo_web_url: str = ""
    qbo_batches_per_minute: Annotated[int, Field(ge=1, le=120)] = 40
    qbo_writes: Literal["batches", "mixed"] = "batches"
    token_encryption_key: SecretStr = SecretStr("")
    sync_schedule: str = "0 * * * *"
    port: int = 3000

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{data_folder() / 'qbo-sync.sqlite3'}"

    @property
    def quickbooks_api(self) -> str:
        sandbox = "sandbox-" if self.qbo_environment == "sandbox" else ""
        return (self.qbo_api_url or f"https://{sandbox}quickbooks.api.intuit.com").rstrip("/")

    @property
    def quickbooks_web(self) -> str:
        sandbox = "sandbox." if self.qbo_environment == "sandbox" else ""
        return (self.qbo_web_url or f"https://{sandbox}qbo.intuit.com").rstrip("/")

    @property
    def discovery(self) -> str:
        return self.qbo_discovery_url or self.qbo_environment
