"""YAML files that describe models, read within bounds: a small file may describe no large value and take no long time.

PyYAML's parser takes time that is quadratic in the depth of brackets, and an alias (*name) or a merge of aliases can
multiply a value at each level. These files need neither: depth, size and the length of numbers are bounded here,
and aliases are refused. A key that occurs twice in a mapping is refused too: PyYAML would silently keep the last one.
"""

from __future__ import annotations

import functools
import stat
from pathlib import Path
from typing import Any

from ..errors import ModelError

# The largest model.yml of the Open Model Zoo has about a quarter of this size.
MAX_BYTES = 2**17
# Levels of mappings and lists in one another.
MAX_DEPTH = 20
# Characters of a number or a date. Numbers in base 60, which YAML 1.1 knows, take quadratic time.
MAX_NUMBER = 100


def read_yaml(path: Path) -> dict[str, object]:
    """Read a file that holds a mapping with texts as keys.

    Raises:
        ModelError: The file cannot be read, is no YAML, or holds something else.
    """
    content = parse_yaml(_text_of(path), str(path))
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ModelError(f"{path}: expected keys and values at its top")
    return content


def parse_yaml(text: str, where: str) -> object:
    """Return what a text in YAML describes, with the tags of safe YAML only.

    Args:
        text: The whole text.
        where: Name of the file, for the message.

    Raises:
        ModelError: The text is no YAML, or goes beyond the bounds of this module.
    """
    import yaml

    try:
        loader = _loader()(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ModelError(f"{where} cannot be read as YAML{place}: {_short(error.problem)}") from error
    # Values that are well formed and impossible, such as the 31st of February, raise errors of Python.
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise ModelError(f"{where} cannot be read as YAML: {_short(error)}") from error


def _text_of(path: Path) -> str:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise ModelError(f"{path} cannot be read: expected a regular file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise ModelError(f"{path} is larger than {MAX_BYTES} bytes: expected a description of a model")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path} is not UTF-8 (byte {error.start}): save it in UTF-8") from error


def _short(reason: object) -> str:
    return " ".join(str(reason).split())[:200]


@functools.cache
def _loader() -> Any:
    """Return PyYAML's safe loader with the bounds of this module."""
    import yaml

    base: Any = yaml.SafeLoader

    class BoundedLoader(base):  # type: ignore[misc]
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()
            if self.check_event(yaml.AliasEvent):
                raise _refused("an alias is not read here: write the value out", event)
            if self.depth >= MAX_DEPTH:
                raise _refused(f"more than {MAX_DEPTH} levels", event)
            self.depth += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

        def compose_scalar_node(self, anchor: Any) -> Any:
            node = super().compose_scalar_node(anchor)
            if node.tag != "tag:yaml.org,2002:str" and len(node.value) > MAX_NUMBER:
                raise _refused(f"a number or date of more than {MAX_NUMBER} characters", node)
            return node

        def compose_mapping_node(self, anchor: Any) -> Any:
            node = super().compose_mapping_node(anchor)
            known = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if (key.tag, key.value) in known:
                        raise _refused(f"the key {key.value[:40]!r} occurs twice: leave one", key)
                    known.add((key.tag, key.value))
            return node

    return BoundedLoader


def _refused(problem: str, thing: Any) -> Exception:
    from yaml.composer import ComposerError

    error: Exception = ComposerError(None, None, problem, thing.start_mark)
    return error
