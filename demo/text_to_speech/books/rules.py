"""Which texts of a book are left out, by the names that people give them."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import InputError
from ..script.document import ROLES
from .book import NONLINEAR

# What a listener may call the roles of `script.document`, besides their own names.
_PLURALS = {
    "footnotes": "footnote",
    "endnotes": "footnote",
    "noterefs": "noteref",
    "pagebreaks": "pagebreak",
    "pages": "pagebreak",
    "contents": "toc",
    "backlinks": "backlink",
}


def all_roles() -> dict[str, str]:
    """Return the roles, each with what a message calls such texts."""
    return {**ROLES, NONLINEAR: "documents outside the order of reading"}


def role_lines() -> Iterator[str]:
    """Yield a line for each role."""
    for role, noun in sorted(all_roles().items()):
        yield f"{role:12} {noun}"


def parse_roles(written: str) -> frozenset[str]:
    """Return the roles that a list such as "footnotes,code" names.

    Raises:
        InputError: One of them is none.
    """
    found = set()
    for part in written.split(","):
        name = part.strip().lower()
        if not name:
            continue
        role = _PLURALS.get(name, name)
        if role not in all_roles():
            raise InputError(f"--speak {name!r}: expected one of {', '.join(sorted(all_roles()))}")
        found.add(role)
    return frozenset(found)
