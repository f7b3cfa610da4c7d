"""Work in forked processes: they see what lies in memory as it is, and only results are copied."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

Told = TypeVar("Told")
Result = TypeVar("Result")

# Fewer than so many are done before another process has started.
_WORTH_IT = 4_000


@contextmanager
def forked(work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """What `work` gives, computed in another process whatever is done meanwhile."""
    fork = get_context("fork")
    with ProcessPoolExecutor(1, fork, initializer=_take, initargs=(work,)) as beside:
        yield beside.submit(_do)


def halved(work: Callable[[Sequence[Told]], list[Result]], told: Sequence[Told]) -> list[Result]:
    """What `work` makes of them, where each result hangs on its own part alone."""
    if len(told) < _WORTH_IT:
        return work(told)
    middle = len(told) // 2
    with forked(lambda: work(told[middle:])) as second:
        return work(told[:middle]) + second.result()


_work: Callable[[], Any]


def _take(work: Callable[[], Any]) -> None:
    global _work
    _work = work
    # What ends with its process need not be looked through for what can be thrown away.
    gc.disable()


def _do() -> Any:
    return _work()
