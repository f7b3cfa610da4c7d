"""Runs Rasa's component graph one node after the other.

Rasa hands its few nodes to Dask, which plans and schedules them anew for each message; on one
core that is overhead alone. Here the order is worked out once for each target, and a component is
called itself, not through the node that looks for its inputs, hooks and settings each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

# A node's name, what it does, and its parameters with the nodes that give them.
_Step = tuple[str, Callable[..., Any], tuple[tuple[str, str], ...]]


class StepRunner(GraphRunner):
    """A graph whose nodes run in the order of their needs."""

    def __init__(
        self,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> None:
        self._schema = graph_schema
        self._nodes = {
            name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
            for name, node in graph_schema.nodes.items()
        }
        self._steps: dict[tuple[str, ...], list[_Step]] = {}
        self._given: dict[str, Any] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> StepRunner:
        """Creates the runner (see parent class)."""
        return cls(graph_schema, model_storage, execution_context, hooks)

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Give each target's result."""
        wanted = tuple(targets or self._schema.target_names)
        steps = self._steps.get(wanted)
        if steps is None:
            steps = self._steps[wanted] = self._ordered(wanted)
        results: dict[str, Any] = {**self._given, **(inputs or {})}
        for name, act, needs in steps:
            results[name] = act(**{parameter: results[need] for parameter, need in needs})
        return {name: results[name] for name in wanted}

    def _ordered(self, targets: tuple[str, ...]) -> list[_Step]:
        steps: list[_Step] = []
        done: set[str] = set()

        def visit(name: str) -> None:
            if name in done or name not in self._nodes:
                return
            done.add(name)
            needs = tuple(self._schema.nodes[name].needs.items())
            for _, need in needs:
                visit(need)
            act = _act(self._nodes[name])
            if needs:
                steps.append((name, act, needs))
            else:
                # What a trained model holds, such as its domain: the same at each message.
                self._given[name] = act()

        for target in targets:
            visit(target)
        return steps


def _act(node: GraphNode) -> Callable[..., Any]:
    """The component's own method, where the node has nothing to add to it."""
    if node._eager and not node._hooks:
        return getattr(node._component, node._fn_name)  # type: ignore[no-any-return]
    # A node takes (name, value) pairs and gives one, as it does under Dask.
    return lambda **given: node(*((node._inputs[name], it) for name, it in given.items()))[1]
