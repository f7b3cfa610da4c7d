"""What deployment says, read into one shape: the processes of Compose and those of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
# Other people's images; their settings are theirs.
STORES = {"postgres", "valkey"}
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?::?[-?]([^}]*))?\}")
_KINDS_WITH_PODS = {"Deployment", "StatefulSet", "Job", "CronJob"}


@dataclass(frozen=True)
class Process:
    """One process as it is deployed."""

    name: str
    image: str
    command: tuple[str, ...]
    settings: Mapping[str, str]
    secrets: tuple[str, ...]
    user: int


@cache
def compose() -> dict[str, Any]:
    """The Compose file, its variables as they are written."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def filled_in(text: str, given: Mapping[str, str]) -> str:
    """With each `${NAME:-default}` as Compose fills it in; `$$` is a dollar."""
    filled = _VARIABLE.sub(lambda found: given.get(found[1]) or found[2] or "", text)
    return filled.replace("$$", "$")


def variables(text: str) -> set[str]:
    """The names that a text takes from `.env`."""
    return {found[1] for found in _VARIABLE.finditer(text)}


def of_compose() -> dict[str, Process]:
    """The processes that Compose starts, by name."""
    return {name: _service(name, told) for name, told in compose()["services"].items()}


def _service(name: str, told: dict[str, Any]) -> Process:
    return Process(
        name,
        told["image"],
        tuple(told["command"]),
        {key: str(value) for key, value in told.get("environment", {}).items()},
        tuple(told.get("secrets", ())),
        int(str(told["user"]).split(":")[0]),
    )


@cache
def manifests() -> tuple[dict[str, Any], ...]:
    """Every object that is sent to Kubernetes."""
    listed = kustomization()["resources"]
    texts = [(KUBERNETES / name).read_text(encoding="utf-8") for name in listed]
    return tuple(one for text in texts for one in yaml.safe_load_all(text))


def kustomization() -> dict[str, Any]:
    """What `kubectl apply -k` reads first."""
    text = (KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def objects(kind: str) -> dict[str, dict[str, Any]]:
    """The objects of one kind, by name."""
    return {one["metadata"]["name"]: one for one in manifests() if one["kind"] == kind}


def workloads() -> dict[str, dict[str, Any]]:
    """The pod template of whatever runs, by its name."""
    return {
        one["metadata"]["name"]: _template(one)
        for one in manifests()
        if one["kind"] in _KINDS_WITH_PODS
    }


def _template(one: dict[str, Any]) -> dict[str, Any]:
    inner = one["spec"]["jobTemplate"] if one["kind"] == "CronJob" else one
    template: dict[str, Any] = inner["spec"]["template"]
    return template


def of_kubernetes() -> dict[str, Process]:
    """The processes that Kubernetes starts, by the name of their workload."""
    return {name: _pod(name, template["spec"]) for name, template in workloads().items()}


def _pod(name: str, pod: dict[str, Any]) -> Process:
    [container] = pod["containers"]
    given = {one["name"]: _value(one) for one in container.get("env", ())}
    secrets = [
        item["key"]
        for volume in pod["volumes"]
        if "secret" in volume
        for item in volume["secret"]["items"]
    ]
    user = pod["securityContext"]["runAsUser"]
    command = tuple(container["args"])
    return Process(name, container["image"], command, given, tuple(secrets), user)


def _value(one: dict[str, Any]) -> str:
    if "value" in one:
        return str(one["value"])
    named = one["valueFrom"]["configMapKeyRef"]
    return str(objects("ConfigMap")[named["name"]]["data"][named["key"]])


@dataclass(frozen=True)
class Step:
    """One instruction of the Dockerfile."""

    word: str
    rest: str


def stages() -> dict[str, list[Step]]:
    """The Dockerfile's stages by name, each with its base first; "" has what stands before."""
    found: dict[str, list[Step]] = {"": []}
    stage = ""
    for step in _steps((DEPLOY / "Dockerfile").read_text(encoding="utf-8")):
        if step.word == "FROM":
            stage = step.rest.split(" AS ")[1]
            found[stage] = []
        found[stage].append(step)
    return found


def _steps(text: str) -> Iterator[Step]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        yield Step(word, rest.strip())
