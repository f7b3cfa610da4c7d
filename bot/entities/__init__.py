"""Finds what a citizen's question is about: place, period, amount, age, worker, insurance."""

from __future__ import annotations

from bot.entities.component import EntityRules
from bot.entities.places import region_names

__all__ = ["EntityRules", "region_names"]
