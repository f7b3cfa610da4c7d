"""Where a request comes from: the peer, or what our own proxies say about it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import HTTPConnection

from channels.settings import Network

IPV6_HOUSEHOLD = 64  # bits that a household or a hall gets; below, addresses change freely


def client_address(request: HTTPConnection, proxies: Sequence[Network]) -> str:
    """The citizen's address for counting; X-Forwarded-For counts only from our proxies."""
    peer = _read(request.client.host if request.client else "")
    if peer is None:
        return "unknown"
    named = request.headers.getlist("x-forwarded-for")
    hops = [hop.strip() for hop in ",".join(named).split(",") if hop.strip()]
    while hops and _is_ours(peer, proxies):
        told = _read(hops.pop())
        if told is None:
            break
        peer = told
    return _household(peer)


def _read(written: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(written)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_ours(address: IPv4Address | IPv6Address, proxies: Sequence[Network]) -> bool:
    return any(address in network for network in proxies)


def _household(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        return f"{int(address) >> (128 - IPV6_HOUSEHOLD):x}/{IPV6_HOUSEHOLD}"
    return str(address)
