"""Names of files: safe on every system, and one for each id."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.batch.names import folded, hashed_name, safe_name

RESERVED = ("con", "CON", "prn", "aux.x", "nul", "com1", "COM9.tar", "lpt0", "com¹", "CONIN$")


@pytest.mark.parametrize("unit", ["LJ001-0001", "a.b", "x_y-z", "größe", "日本", "7", "a" * 120])
def test_a_safe_id_is_the_name(unit: str) -> None:
    assert safe_name(unit) == unit


@pytest.mark.parametrize(
    "unit",
    ["../a", "/etc/passwd", "a/b", "a\\b", "C:x", ".hidden", "-o", "a.", "a ", " a", "", ".", "..", "a\nb", "a\0b",
     "\ud800", "a*?", "a" * 121, "é" * 100, *RESERVED],
)  # fmt: skip
def test_every_other_id_gets_a_part_of_its_hash(unit: str) -> None:
    name = safe_name(unit)
    assert name != unit
    assert name == hashed_name(unit)
    assert name.rpartition("-")[2].isalnum()


@given(st.text(max_size=300) | st.sampled_from(RESERVED))
def test_a_name_is_safe_everywhere(unit: str) -> None:
    name = safe_name(unit)
    assert Path(name).name == name
    assert name[0] not in ".-"
    assert name[-1] not in ". "
    assert len(name.encode()) < 200
    assert not set(name) & set('<>:"/\\|?*\0\n')
    stem = name.partition(".")[0].casefold()
    assert stem not in {"con", "prn", "aux", "nul", "com1", "lpt1"}
    assert unicodedata.normalize("NFC", name) == name


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_ids_have_different_long_names(one: str, other: str) -> None:
    assert (hashed_name(one, digits=64) == hashed_name(other, digits=64)) == (one == other)


def test_what_a_file_system_may_take_for_one_is_one() -> None:
    assert folded("Straße.WAV") == folded("STRASSE.wav")
    assert folded("e\u0301") == folded("\u00c9")
    assert folded("a") != folded("b")
