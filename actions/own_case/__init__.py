"""What a rule comes to for the numbers that somebody told: "缴了31年领了12年，抚恤金几个月".

Which item counts by which rule, and in which words, stands in `data/knowledge/calculators.yml`.
"""

from __future__ import annotations

from actions.own_case.answer import own_case, own_case_by_rule, own_minimum, own_product

__all__ = ["own_case", "own_case_by_rule", "own_minimum", "own_product"]
