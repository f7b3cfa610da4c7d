"""What is shown of a number or a name where others may look: its first and last character."""

from __future__ import annotations

SHORTEST_NAME_WITH_BOTH = 3


def masked_number(number: str) -> str:
    """The first and the last character; what is between them is as long as before."""
    if len(number) < SHORTEST_NAME_WITH_BOTH:
        return "*" * len(number)
    return number[0] + "*" * (len(number) - 2) + number[-1]


def masked_name(name: str) -> str:
    """The first and the last character; of two, the last alone, for a surname says too much."""
    if len(name) >= SHORTEST_NAME_WITH_BOTH:
        return masked_number(name)
    return "*" + name[-1] if len(name) > 1 else "*"
