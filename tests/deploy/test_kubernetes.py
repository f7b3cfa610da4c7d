"""The manifests: valid by Kubernetes' own schemas, restricted, closed but for what is needed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml

from tests.deploy.reading import (
    KUBERNETES,
    STORES,
    compose,
    kustomization,
    manifests,
    objects,
    workloads,
)

# The oldest that has what we name (a pause before the end), and the newest that is known here.
VERSIONS = ("1.30", "1.37")
PODS = workloads()
ENGINES = ("engine-a", "engine-b")
# Who is let in where; a namespace of yours in brackets.
WAYS_IN = {
    "gateway": {("(ingress-nginx)", 8000), ("(monitoring)", 9100)},
    "console": {("(ingress-nginx)", 8001)},
    "engine": {("gateway", 6005)},
    "actions": {("engine", 6055)},
    "indexer": {("console", 6040)},
    "valkey": {("gateway", 6379), ("engine", 6379)},
    "postgres": {
        (name, 5432)
        for name in ("gateway", "actions", "console", "courier", "prepare", "retention", "anchor")
    },
}
NO_WAY_OUT = {"engine", "indexer", "prepare", "retention", "anchor", *STORES}


def every(name: str) -> Any:
    """The test, once for each workload."""
    return pytest.mark.parametrize(name, sorted(PODS))


def container(name: str) -> dict[str, Any]:
    """The one container of a workload."""
    [only] = PODS[name]["spec"]["containers"]
    return dict(only)


def kind_of(selector: dict[str, Any]) -> str:
    """Whom a selector of ours means."""
    [value] = selector["matchLabels"].values()
    return str(value)


def rules(way: str) -> set[tuple[str, str, int]]:
    """Every (policy's pods, the other side, port) of one direction."""
    side = "from" if way == "ingress" else "to"
    return {
        (kind_of(policy["spec"]["podSelector"]), _peer(peer), port["port"])
        for policy in objects("NetworkPolicy").values()
        if policy["metadata"]["name"] not in ("nobody", "names")
        for rule in policy["spec"].get(way, ())
        for peer in rule[side]
        for port in rule["ports"]
    }


def _peer(peer: dict[str, Any]) -> str:
    if "ipBlock" in peer:
        return "outside"
    if "namespaceSelector" in peer:
        return f"({kind_of(peer['namespaceSelector'])})"
    return kind_of(peer["podSelector"])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_as_kubernetes_says(version: str) -> None:
    for one in manifests():
        kubernetes_validate.validate(one, version, strict=True)
    gateway = yaml.safe_load(yaml.safe_dump(objects("Deployment")["gateway"]))
    gateway["spec"]["template"]["spec"]["containers"][0]["readOnly"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(gateway, version, strict=True)


def test_every_file_is_sent_and_every_object_is_in_our_namespace() -> None:
    files = {file.name for file in KUBERNETES.iterdir()}
    sent = {*kustomization()["resources"], "kustomization.yaml"}
    sent |= {name for one in kustomization()["configMapGenerator"] for name in one["files"]}
    assert files == sent
    named = [(one["kind"], one["metadata"]["name"]) for one in manifests()]
    assert len(named) == len(set(named))
    assert all(
        one["metadata"].get("namespace") == "wenbao"
        for one in manifests()
        if one["kind"] != "Namespace"
    )
    assert objects("Secret") == {}


@every("name")
def test_a_pod_is_restricted_and_asks_kubernetes_nothing(name: str) -> None:
    pod, only = PODS[name]["spec"], container(name)
    assert pod["automountServiceAccountToken"] is False
    # Kubernetes would set CONSOLE_PORT and the like to addresses, which our settings would read.
    assert pod["enableServiceLinks"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.keys()
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert only["resources"]["limits"].keys() == {"memory"}
    assert only["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "command" not in only, "the entry point gives the secrets"
    assert not any("hostPath" in volume for volume in pod["volumes"])


@every("name")
def test_what_a_pod_names_is_there(name: str) -> None:
    pod, only = PODS[name]["spec"], container(name)
    claims = {*objects("PersistentVolumeClaim"), "data"}
    made = {*objects("ConfigMap"), *(one["name"] for one in kustomization()["configMapGenerator"])}
    volumes = {volume["name"] for volume in pod["volumes"]}
    volumes |= {"data"} if name in STORES else set()
    assert {mount["name"] for mount in only["volumeMounts"]} == volumes
    for volume in pod["volumes"]:
        assert volume.get("persistentVolumeClaim", {"claimName": "data"})["claimName"] in claims
        assert volume.get("configMap", {"name": "settings"})["name"] in made
    ports = {port["name"] for port in only.get("ports", ())}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = only.get(probe, {})
        for way in ("httpGet", "tcpSocket"):
            assert asked.get(way, {"port": None})["port"] in {None, *ports}


@pytest.mark.parametrize("name", sorted({*PODS} - {"courier", "prepare", "retention", "anchor"}))
def test_what_serves_is_asked_whether_it_is_well(name: str) -> None:
    probes = {"readinessProbe", "livenessProbe"} & container(name).keys()
    assert len(probes) == (0 if name.startswith("indexer") else 2)


@pytest.mark.parametrize("name", ["gateway", "actions", "engine-a", "console"])
def test_a_probe_asks_what_compose_asks_which_is_tried(name: str) -> None:
    """`test_running.py` has a health check answered by the running process."""
    tried = urlsplit(compose()["services"][name]["healthcheck"]["test"][-1])
    numbers = {port["name"]: port["containerPort"] for port in container(name)["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container(name)[probe].get("httpGet")
        if asked and asked["path"] != "/readyz":
            assert (asked["path"], numbers[asked["port"]]) == (tried.path, tried.port)


def test_a_gateway_takes_over_once_it_answers_and_stays_when_the_engine_is_away() -> None:
    gateway = container("gateway")
    assert gateway["startupProbe"]["httpGet"]["path"] == "/readyz"
    assert gateway["readinessProbe"]["httpGet"]["path"] == "/healthz"


def test_a_conversation_is_at_one_engine() -> None:
    for name, many in (("engine-a", 1), ("engine-b", 0), ("indexer-a", 1), ("indexer-b", 0)):
        spec = objects("Deployment")[name]["spec"]
        assert (spec["replicas"], spec["strategy"]) == (many, {"type": "Recreate"})
        assert not any(name.startswith(one) for one in objects("PodDisruptionBudget"))


def test_the_two_engines_differ_in_their_name_and_in_who_serves() -> None:
    one, other = ((KUBERNETES / f"{name}.yaml").read_text(encoding="utf-8") for name in ENGINES)
    lines = list(zip(one.splitlines()[2:], other.splitlines()[2:], strict=True))
    differing = {pair for pair in lines if pair[0] != pair[1]}
    assert {
        pair
        for pair in differing
        if pair[0].replace("engine-a", "engine-b").replace("indexer-a", "indexer-b") != pair[1]
    } == {("  replicas: 1", "  replicas: 0")}


def test_nobody_reaches_anybody_but_along_the_lines() -> None:
    nobody = objects("NetworkPolicy")["nobody"]["spec"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for policy in objects("NetworkPolicy").values():
        assert policy["spec"]["podSelector"] != {} or policy["metadata"]["name"] == "nobody"
    ins: dict[str, set[tuple[str, int]]] = {}
    for who, other, port in rules("ingress"):
        ins.setdefault(who, set()).add((other, port))
    assert ins == WAYS_IN


def test_whoever_may_go_is_let_in_and_the_engine_goes_nowhere_else() -> None:
    out = rules("egress")
    inner = {(other, who, port) for who, other, port in rules("ingress") if other[0] != "("}
    assert {one for one in out if one[1] != "outside"} == inner
    assert {port for _, other, port in out if other == "outside"} == {443}
    assert {who for who, other, _ in out if other == "outside"} & NO_WAY_OUT == set()


def test_every_workload_has_its_policy_and_every_port_in_it_is_one_of_its_own() -> None:
    kinds = {
        kind_of(p["spec"]["podSelector"])
        for p in objects("NetworkPolicy").values()
        if "matchLabels" in p["spec"]["podSelector"]
    }
    for name, template in PODS.items():
        labels = template["metadata"]["labels"]
        kind = labels.get("app.kubernetes.io/component", labels["app.kubernetes.io/name"])
        assert kind in kinds
        own = {port["containerPort"] for port in container(name).get("ports", ())}
        assert {port for _, port in WAYS_IN.get(kind, ())} == own


def test_a_service_leads_to_a_port_and_never_to_the_figures() -> None:
    for name, service in objects("Service").items():
        chosen = service["spec"]["selector"].items()
        pods = [one for one, pod in PODS.items() if chosen <= pod["metadata"]["labels"].items()]
        assert pods, name
        for port in service["spec"]["ports"]:
            assert port["targetPort"] != "figures"
            for pod in pods:
                assert port["targetPort"] in {one["name"] for one in container(pod)["ports"]}
    assert all("type" not in service["spec"] for service in objects("Service").values())


def test_the_world_reaches_the_two_applications_by_tls_alone() -> None:
    led = {}
    for ingress in objects("Ingress").values():
        [rule] = ingress["spec"]["rules"]
        [path] = rule["http"]["paths"]
        assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
        led[path["backend"]["service"]["name"]] = path["backend"]["service"]["port"]["name"]
    assert led == {"gateway": "public", "console": "staff"}
