"""Which kernels OpenBLAS takes: those of the processor's instructions, unless somebody says so."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.blas_kernels import KERNELS, suited

SKYLAKE, HASWELL = (needed for _, needed in KERNELS)
ASKED = (
    "import bot, numpy, threadpoolctl;"
    "print(*{one.get('architecture') for one in threadpoolctl.threadpool_info()})"
)


@pytest.mark.parametrize(
    ("instructions", "kernels"),
    [
        (SKYLAKE | HASWELL, "SkylakeX"),
        (SKYLAKE - {"avx512vl"} | HASWELL, "Haswell"),
        (HASWELL, "Haswell"),
        (frozenset({"sse3", "avx"}), None),
        (frozenset(), None),
    ],
)
def test_the_newest_kernels_that_run(instructions: frozenset[str], kernels: str | None) -> None:
    assert suited(instructions) == kernels


def test_a_choice_that_somebody_made_stays() -> None:
    assert _taken({"OPENBLAS_CORETYPE": "Prescott"}) == "Prescott"


def test_importing_the_engine_is_early_enough() -> None:
    with open("/proc/cpuinfo", encoding="utf-8") as told:
        flags = next((line for line in told if line.startswith("flags")), "").split()
    kernels = suited(frozenset(flags))
    if kernels is None:
        pytest.skip("this processor has but the oldest instructions")
    assert _taken({}) == kernels


def _taken(environment: dict[str, str]) -> str:
    inherited = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    told = subprocess.run(
        [sys.executable, "-c", ASKED], env=inherited | environment, capture_output=True, text=True
    )
    return told.stdout.strip()
