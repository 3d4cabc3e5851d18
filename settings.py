"""Every environment variable, read once."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent


class Settings(BaseSettings):
    """What an operator may set; a name here in capitals is the variable's name."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    database_url: str | None = Field(None, description="A PostgreSQL + PostGIS server; none: the private one under var/")
    pack: str = Field("newyork", description="The city pack, a folder of packs/")
    host: str = Field("127.0.0.1", description="The address that the screen listens on")
    port: int = Field(8050, description="The screen's port")
    door_port: int = Field(8051, description="The port of the ingest process that `run` starts for the simulator")
    var: Path = Field(ROOT / "var", description="Where the private database, tokens and logs live")
    statement_timeout_ms: int = Field(5000, description="How long a read may take")
    ingest_timeout_ms: int = Field(60000, description="How long one statement of a batch may take")
    simulate: bool = Field(True, description="Whether `run` starts the simulator")
    seed: int = Field(20261, description="The simulator's seed")
