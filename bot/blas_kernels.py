"""Lets OpenBLAS use what this processor can do, where it does not know the processor.

The versions that come with numpy 1.22 and scipy (0.3.20, 0.3.18) know no processor made after
them and take kernels of 2004 there: products of matrices take three to five times as long. A
name in OPENBLAS_CORETYPE forces the kernels; it is read once, when numpy is imported.
"""

from __future__ import annotations

import os
from collections.abc import Set
from pathlib import Path

# Kernels by their processor, the newest first, and the instructions that they use.
KERNELS = (
    ("SkylakeX", frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "fma"})),
    ("Haswell", frozenset({"avx2", "fma"})),
)


def choose() -> None:
    """Name the kernels in the environment, unless somebody has."""
    best = suited(_instructions())
    if best:
        os.environ.setdefault("OPENBLAS_CORETYPE", best)


def suited(instructions: Set[str]) -> str | None:
    """The newest kernels that a processor with these instructions runs; None: let it choose."""
    return next((name for name, needed in KERNELS if needed <= instructions), None)


def _instructions() -> frozenset[str]:
    """What the kernel says of the first processor; nothing on other systems than Linux."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return frozenset()
    flags = (line for line in told.splitlines() if line.startswith("flags"))
    return frozenset(next(flags, "").partition(":")[2].split())
