"""What a sign-in left behind: in the tables, and with the engine."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.stand_ins.engine import StandInEngine


class Behind:
    """The places where a refused sign-in must leave nothing."""

    def __init__(self, database_url: str, engine: StandInEngine) -> None:
        self.engine = engine
        self._db = psycopg.connect(database_url, autocommit=True)

    def close(self) -> None:
        """Look no more."""
        self._db.close()

    def identities(self) -> list[tuple[Any, ...]]:
        """Every identity, with all that is kept of it."""
        return self.rows("SELECT * FROM identities ORDER BY conversation")

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a statement finds."""
        found = self._db.execute(statement.encode(), values)
        return found.fetchall() if found.description else []

    def is_untouched(self) -> bool:
        """Whether nobody is bound, nothing was said, and the engine heard nothing."""
        kept = self.rows(
            "SELECT 1 FROM messages UNION ALL SELECT 1 FROM events UNION ALL "
            "SELECT 1 FROM identities"
        )
        return (kept, self.engine.heard) == ([], [])
