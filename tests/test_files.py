"""Files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from text_to_speech.errors import InputError, OutputError
from text_to_speech.files import whole_file


def write(path: Path, content: str, error: Exception | None = None) -> None:
    with whole_file(path) as temporary:
        assert temporary.parent == path.parent
        assert temporary.suffix == path.suffix
        temporary.write_text(content, encoding="utf-8")
        if error:
            raise error


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "one")
    write(tmp_path / "a.txt", "two")
    assert [(p.name, p.read_text(encoding="utf-8")) for p in tmp_path.iterdir()] == [("a.txt", "two")]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (InputError("bad text"), InputError),
        (OSError(28, "No space left on device"), OutputError),
        (ZeroDivisionError(), ZeroDivisionError),
    ],
)
def test_a_failure_leaves_what_was_there(error: Exception, expected: type[Exception], tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "older")
    with pytest.raises(expected):
        write(tmp_path / "a.txt", "newer", error)
    assert [(p.name, p.read_text(encoding="utf-8")) for p in tmp_path.iterdir()] == [("a.txt", "older")]


def test_the_reason_of_the_system_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"a\.txt cannot be written: No space left on device"):
        write(tmp_path / "a.txt", "x", OSError(28, "No space left on device"))
