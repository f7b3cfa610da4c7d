"""Runs Rasa's component graph one node after the other.

Rasa hands its few nodes to Dask, which plans and schedules them anew for each message; on one
core that is overhead alone. Here the order is worked out once for each target.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

_Step = tuple[str, GraphNode, tuple[str, ...]]


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
        # A node takes (name, value) pairs and gives one, as it does under Dask.
        results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in steps:
            results[name] = node(*(results[need] for need in needs))
        return {name: results[name][1] for name in wanted}

    def _ordered(self, targets: tuple[str, ...]) -> list[_Step]:
        steps: list[_Step] = []
        done: set[str] = set()

        def visit(name: str) -> None:
            if name in done or name not in self._nodes:
                return
            done.add(name)
            needs = tuple(self._schema.nodes[name].needs.values())
            for need in needs:
                visit(need)
            steps.append((name, self._nodes[name], needs))

        for target in targets:
            visit(target)
        return steps
