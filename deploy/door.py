"""Runs a process that listens on loopback alone, and lets its neighbours in at another port.

`python -m deploy.door OUTER INNER COMMAND …` starts the command and carries whatever arrives at
the port OUTER to INNER on loopback. The engine, the action server and the indexer believe whoever
reaches them; in a container of their own the network decides who that is (decision 0024).
"""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from contextlib import suppress
from functools import partial

LOOPBACK = "127.0.0.1"
BYTES_AT_ONCE = 64 * 1024
USAGE = 2
# What a shell says of a process that a signal ended.
ENDED_BY_SIGNAL = 128


def main(arguments: list[str]) -> int:
    """Run the command behind the door; how it ended."""
    if len(arguments) < 3 or not all(port.isdigit() for port in arguments[:2]):
        sys.stderr.write(f"{__doc__}\n")
        return USAGE
    outer, inner, *command = arguments
    return asyncio.run(run(int(outer), int(inner), command))


async def run(outer: int, inner: int, command: list[str]) -> int:
    """Open the door, run the command, and end with it."""
    server = await asyncio.start_server(partial(_let_in, inner), None, outer)
    child = await asyncio.create_subprocess_exec(*command)
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, _tell_to_end, child)
    ended = await child.wait()
    server.close()
    return ended if ended >= 0 else ENDED_BY_SIGNAL - ended


def _tell_to_end(child: Process) -> None:
    with suppress(ProcessLookupError):  # it has ended already
        child.terminate()


async def _let_in(inner: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One visitor; where nobody listens inside, the connection ends at once."""
    try:
        heard, told = await asyncio.open_connection(LOOPBACK, inner)
    except OSError:
        writer.close()
        return
    asking = asyncio.create_task(_carry(reader, told))
    try:
        await _carry(heard, writer)  # once all is said, nobody asks any more
    except asyncio.CancelledError:
        return  # the process behind the door has ended, and with it every visit
    finally:
        asking.cancel()
        told.close()
        writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one to the other, and that it was everything."""
    with suppress(OSError):
        while piece := await reader.read(BYTES_AT_ONCE):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
