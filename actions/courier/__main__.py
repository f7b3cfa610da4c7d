"""Runs the courier: ``python -m actions.courier``. Several may run; the queue keeps them apart."""

from __future__ import annotations

import asyncio
import logging
import signal

from sqlalchemy.exc import SQLAlchemyError

from actions.courier.desk import Desk
from actions.courier.node import Node, NodeRefused, NodeUnavailable
from actions.courier.receiving import take_in_all
from actions.courier.sending import remind_overdue, send_next
from actions.courier.settings import Settings
from actions.exchange.documents import our_pair
from records.database import open_database
from records.watch.logs import begin, set_up

log = logging.getLogger(__name__)


async def carry(desk: Desk, stopped: asyncio.Event, pause: float) -> None:
    """Go round until told to stop; what fails is tried in the next round."""
    while not stopped.is_set():
        try:
            while await send_next(desk) and not stopped.is_set():
                pass
            await take_in_all(desk)
            await remind_overdue(desk)
        except (NodeUnavailable, NodeRefused, SQLAlchemyError, OSError) as problem:
            log.warning("round cut short: %s", type(problem).__name__)
        try:
            await asyncio.wait_for(stopped.wait(), pause)
        except TimeoutError:
            continue


def desk_of(settings: Settings) -> Desk:
    """The desk that these settings name."""
    return Desk(
        database=open_database(settings.database_url.get_secret_value(), pool_size=2),
        key=settings.key,
        node=Node(
            settings.exchange_url,
            settings.exchange_token.get_secret_value(),
            settings.exchange_seconds,
        ),
        pair=our_pair(settings.signing_dir),
        partner_certificate=settings.exchange_partner_certificate,
    )


async def run(settings: Settings) -> None:
    """Carry until a signal comes."""
    desk, stopped = desk_of(settings), asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    try:
        await carry(desk, stopped, settings.exchange_poll_seconds)
    finally:
        await desk.node.close()
        await desk.database.dispose()


def main() -> None:
    """Read the settings and run."""
    begin("courier")
    settings = Settings()  # type: ignore[call-arg]  # the environment has them
    set_up(settings.log_level, "courier")
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
