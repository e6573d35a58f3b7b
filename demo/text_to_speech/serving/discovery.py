"""The Wyoming address announced in the local network, where Home Assistant finds it."""

from __future__ import annotations

import contextlib
import importlib
import ipaddress
import socket
from collections.abc import AsyncIterator
from typing import Any

from ..errors import InputError

SERVICE = "_wyoming._tcp.local."


@contextlib.asynccontextmanager
async def announced(name: str, host: str, port: int) -> AsyncIterator[None]:
    """Announce an address until the block ends.

    Args:
        name: Under which people see it.
        host: Address that the server listens on; for all of them, the one towards the network is announced.
        port: Of it.

    Raises:
        InputError: The package zeroconf is missing, or the address is none that others can reach.
    """
    try:
        zeroconf: Any = importlib.import_module("zeroconf")
        asynchronous: Any = importlib.import_module("zeroconf.asyncio")
    except ImportError:
        raise InputError(
            "--zeroconf needs the package zeroconf: pip install 'text-to-speech-demo[discovery]'"
        ) from None
    address = reachable(host)
    entry = zeroconf.ServiceInfo(
        SERVICE, f"{name}.{SERVICE}", addresses=[socket.inet_aton(address)], port=port
    )
    async with asynchronous.AsyncZeroconf() as announcer:
        await announcer.async_register_service(entry)
        try:
            yield
        finally:
            await announcer.async_unregister_service(entry)


def reachable(host: str) -> str:
    """Return the IPv4 address under which others reach a server that listens on `host`.

    Raises:
        InputError: It can only be reached from this machine, or has no such address.
    """
    try:
        address = socket.gethostbyname(host)
    except OSError as error:
        raise InputError(f"--zeroconf with {host}: {error}; expected an IPv4 address") from None
    if ipaddress.ip_address(address).is_loopback:
        raise InputError(
            f"--zeroconf with {host}: no other machine reaches it; expected --wyoming tcp://0.0.0.0:10200"
        )
    if not ipaddress.ip_address(address).is_unspecified:
        return address
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.connect(
                ("192.0.2.1", 9)
            )  # nothing is sent: the system chooses the address towards the network
        return str(probe.getsockname()[0])
