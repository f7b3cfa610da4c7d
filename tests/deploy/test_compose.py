"""The Compose file: valid by Compose's own schema, hardened, with no way but the needed ones."""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.deploy.reading import DEPLOY, STORES, compose, variables

# As the authors of the specification publish it; importing the package would import its command.
SCHEMA = "check_jsonschema/builtin_schemas/vendor/compose-spec.json"
SERVICES: dict[str, dict[str, Any]] = compose()["services"]
# Whom a neighbour believes without any proof, and who may therefore share a network with it.
BELIEVERS = {
    "engine-a": {"engine-b", "gateway", "valkey", "actions"},
    "engine-b": {"engine-a", "gateway", "valkey", "actions"},
    "actions": {"engine-a", "engine-b", "postgres"},
    "indexer-a": {"indexer-b", "console"},
    "indexer-b": {"indexer-a", "console"},
    "postgres": {
        *("gateway", "actions", "courier", "console"),
        *("prepare", "retention", "anchor"),
    },
    "valkey": {"engine-a", "engine-b", "gateway"},
}
OPEN = {"gateway": "127.0.0.1:8000}:8000", "console": "127.0.0.1:8001}:8001"}


def every(name: str) -> Any:
    """The test, once for each service."""
    return pytest.mark.parametrize(name, sorted(SERVICES))


def errors(written: dict[str, Any]) -> list[str]:
    """What the specification's schema finds."""
    package = Path(str(distribution("check-jsonschema").locate_file(SCHEMA)))
    schema = json.loads(package.read_text(encoding="utf-8"))
    check = jsonschema.validators.validator_for(schema)(schema)
    return [error.message for error in check.iter_errors(written)]


def test_it_is_as_the_specification_says() -> None:
    assert errors(compose()) == []
    wrong = {**compose(), "services": {"gateway": {**SERVICES["gateway"], "memory": "1G"}}}
    assert errors(wrong) != []


@every("name")
def test_a_service_is_hardened_bounded_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all("size=" in mount for mount in service["tmpfs"])
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    limits = service["deploy"]["resources"]["limits"]
    assert limits.keys() == {"memory", "cpus", "pids"}
    once = name in {"prepare", "retention", "anchor"}
    assert service["restart"] == ("no" if once else "unless-stopped")


@every("name")
def test_only_the_two_applications_are_published_and_those_on_loopback(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert len(ports) == (1 if name in OPEN else 0)
    assert all(port.endswith(OPEN[name]) for port in ports)
    assert "network_mode" not in SERVICES[name]


@pytest.mark.parametrize("name", BELIEVERS)
def test_who_believes_its_visitors_shares_networks_with_those_alone(name: str) -> None:
    mine = set(SERVICES[name]["networks"])
    near = {other for other, told in SERVICES.items() if mine & set(told["networks"])} - {name}
    assert near == BELIEVERS[name]


@pytest.mark.parametrize("name", [*STORES, "engine-a", "engine-b", "indexer-a", "indexer-b"])
def test_engines_indexers_and_stores_have_no_way_out(name: str) -> None:
    networks = compose()["networks"]
    assert all(networks[one]["internal"] for one in SERVICES[name]["networks"])


@every("name")
def test_what_a_service_names_is_there(name: str) -> None:
    service, whole = SERVICES[name], compose()
    assert set(service.get("secrets", ())) <= whole["secrets"].keys()
    assert set(service["networks"]) <= whole["networks"].keys()
    assert {mount.split(":")[0] for mount in service.get("volumes", ())} <= whole["volumes"].keys()
    assert {one["source"] for one in service.get("configs", ())} <= whole["configs"].keys()
    assert set(service.get("depends_on", ())) <= SERVICES.keys()


def test_secrets_and_files_are_files() -> None:
    assert all(one == {"file": f"./secrets/{name}"} for name, one in compose()["secrets"].items())
    assert (DEPLOY / compose()["configs"]["postgres-first"]["file"]).is_file()


@pytest.mark.parametrize("kind", ["engine", "indexer"])
def test_the_two_engines_differ_in_their_image_alone(kind: str) -> None:
    one, other = (dict(SERVICES[f"{kind}-{side}"]) for side in "ab")
    assert (one.pop("profiles"), other.pop("profiles")) == (["a"], ["b"])
    assert one.pop("image").replace("_A_", "_B_") == other.pop("image")
    assert str(one).replace("engine-a", "engine-b") == str(other)


def test_the_example_has_every_variable_that_has_no_default() -> None:
    example = (DEPLOY / "settings.example").read_text(encoding="utf-8")
    given = {line.split("=")[0] for line in example.splitlines() if line and line[0] != "#"}
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert given <= variables(text) | {"COMPOSE_PROFILES"}
    assert {name for name in variables(text) if f"${{{name}:?" in text} <= given
