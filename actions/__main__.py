"""Runs the action server: ``python -m actions``."""

from __future__ import annotations

from actions.knowledge.pilot import Pilot
from actions.knowledge.shelf import Shelf, read_knowledge
from actions.registries.client import Registries
from actions.server import create
from actions.settings import Settings
from actions.talk.parts import Parts
from records.database import open_database
from records.watch.logs import begin, set_up


def main() -> None:
    """Listen on loopback until told to stop."""
    begin("actions")
    settings = Settings()  # type: ignore[call-arg]  # the environment has them
    set_up(settings.log_level, "actions")
    parts: Parts = open_parts(settings)
    app = create(parts)
    app.run(
        host=settings.actions_host,
        port=settings.actions_port,
        single_process=True,
        access_log=False,
        motd=False,
    )


def open_parts(settings: Settings) -> Parts:
    """The parts that these settings name; connections open when they are first needed."""
    return Parts(
        shelf=Shelf(
            settings.knowledge_dir,
            Pilot(settings.pilot_dir, read_knowledge) if settings.pilot_dir else None,
        ),
        database=open_database(
            settings.database_url.get_secret_value(),
            pool_size=settings.actions_database_connections,
        ),
        registries=Registries(settings.registry_url, settings.registry_token.get_secret_value()),
        vault_key=settings.key,
        index_key=settings.index_hash_key,
        audit_key=settings.audit_hash_key,
        signing_dir=settings.signing_dir,
        public_url=settings.public_url,
        lookups_per_minute=settings.lookups_per_minute,
    )


if __name__ == "__main__":
    main()
