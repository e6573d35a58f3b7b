"""Lookup tables: a dictionary in one file."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.text.lookup_table import LookupTable, table_bytes

VALUES = st.one_of(st.text(), st.dictionaries(st.text(), st.one_of(st.text(), st.none(), st.integers())))
KEYS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(KEYS, VALUES), st.lists(st.text()))
def test_a_table_answers_as_the_dictionary_does(entries: dict[str, object], others: list[str]) -> None:
    table = LookupTable(table_bytes(entries))
    assert len(table) == len(entries)
    for key in [*entries, *others, *entries]:
        assert (key in table) == (key in entries)
        assert table.get(key) == entries.get(key)
        assert table.get(key, "other") == entries.get(key, "other")


def test_keys_of_one_hash_are_told_apart() -> None:
    # "plumless" and "buckeroo" have the same CRC-32.
    table = LookupTable(table_bytes({"plumless": 1, "buckeroo": 2}))
    assert (table["plumless"], table["buckeroo"], table.get("plumles")) == (1, 2, None)


def test_a_missing_key_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="word"):
        LookupTable(table_bytes({}))["word"]


def test_a_key_that_was_found_before_is_looked_up_by_its_own_value() -> None:
    table = LookupTable(table_bytes({"one": "1", "two": "2"}))
    assert [table["two"], table["one"], table["two"], table.get("one")] == ["2", "1", "2", "1"]


def test_half_a_character_is_in_no_table() -> None:
    assert "\ud83d" not in LookupTable(table_bytes({"a": 1}))


def test_a_memory_map_serves(tmp_path: Path) -> None:
    path = tmp_path / "words.table"
    path.write_bytes(table_bytes({"word": "wˈɜɹd"}))
    with path.open("rb") as file:
        table = LookupTable(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    assert table["word"] == "wˈɜɹd"


@pytest.mark.parametrize("place", [0, 9, 13, 17, 25, 60, -1])
def test_damage_is_noticed(place: int) -> None:
    data = bytearray(table_bytes({"word": "wˈɜɹd", "live": {"VERB": "lˈɪv"}}))
    data[place] ^= 0x10
    with pytest.raises(ValueError, match=r"header|damaged"):
        LookupTable(bytes(data))


@pytest.mark.parametrize("length", [0, 7, 20, 40])
def test_a_short_table_is_noticed(length: int) -> None:
    with pytest.raises(ValueError, match=r"header|damaged"):
        LookupTable(table_bytes({"word": "wˈɜɹd"})[:length])
