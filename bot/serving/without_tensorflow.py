"""Lets Rasa start without TensorFlow, which no component of our pipeline uses.

Rasa imports every component it ships, and with them TensorFlow: eight seconds and 300 MB for
nothing. Importing this module first puts an empty stand-in under TensorFlow's name; whoever
really calls it gets an error that says so. Decision record 0003 has the measurements.
"""

from __future__ import annotations

import sys
from collections.abc import MutableSequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_ABSENT_PACKAGES = frozenset(
    {"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"}
)


class _AbsentType(type):
    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]  # a decorator: the function stays what it is
        if cls is Absent:
            return Absent  # a decorator with options, made at import time
        raise RuntimeError("this engine runs without TensorFlow (bot/without_tensorflow.py)")


class Absent(metaclass=_AbsentType):
    """Whatever Rasa names from TensorFlow while it is being imported."""


class _AbsentModule(ModuleType):
    __path__: MutableSequence[str] = []
    __version__ = "2.12.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent


class _AbsentFinder(MetaPathFinder, Loader):
    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name.split(".", 1)[0] in _ABSENT_PACKAGES:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


if "tensorflow" not in sys.modules:
    sys.meta_path.insert(0, _AbsentFinder())
