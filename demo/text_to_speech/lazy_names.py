"""Names of a package that are imported from its modules when they are first used (PEP 562).

A program then pays only for the parts that it needs. The `__getattr__` of a package calls `first_use`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any


def first_use(name: str, homes: Mapping[str, str], package: dict[str, Any]) -> Any:
    """Import an exported name from its module, and keep it in the package.

    Args:
        name: What is asked for.
        homes: Each name with the module that has it, relative to the package.
        package: The names of the package, its `globals()`.

    Raises:
        AttributeError: The package exports no such name.
    """
    if name not in homes:
        raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
    value = package[name] = getattr(import_module(f".{homes[name]}", package["__name__"]), name)
    return value
