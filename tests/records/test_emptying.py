"""The tables are emptied once nothing of the test before goes on in them."""

from __future__ import annotations

import threading
import uuid

import psycopg

from tests.conftest import TABLES
from tests.emptying import Emptier


def test_what_still_runs_is_over_first(database_url: str, emptier: Emptier) -> None:
    held, problems = threading.Event(), list[Exception]()

    def goes_on() -> None:
        try:
            with psycopg.connect(database_url) as db:
                db.execute("INSERT INTO erasures VALUES (%s, now())", (uuid.uuid4(),))
                db.commit()
                db.execute("SELECT * FROM erasures FOR UPDATE")
                held.set()
                db.execute("SELECT pg_sleep(0.5)")
                db.execute("UPDATE sites SET name = name")
        except psycopg.Error as problem:
            problems.append(problem)

    other = threading.Thread(target=goes_on)
    other.start()
    assert held.wait(10)
    left = emptier.empty(TABLES).execute("SELECT (SELECT count(*) FROM sites)").fetchone()
    other.join(10)
    assert (left, problems) == ((0,), [])
