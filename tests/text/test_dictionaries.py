"""Dictionaries that are mapped answer as those that are parsed, and whatever happens to their files costs no answer."""

from __future__ import annotations

import gzip
import logging
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from text_to_speech.files import finished_files
from text_to_speech.text import Phonemizer, dictionaries, engine
from text_to_speech.text.lookup_table import LookupTable

HERE = Path(__file__).parent
TEXT = (
    "The lead singer's 3 unpublished ballads, Zyxquorbl! “Read” on 5 May; McDonald's wasn't used to it — OK?"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all tables."""
    folder = tmp_path_factory.mktemp("tables")
    Phonemizer(cache_folder=folder)
    return folder


@pytest.fixture
def cache(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tables, which this process has not opened."""
    monkeypatch.setattr(dictionaries, "_open_tables", {})
    shutil.copytree(made, tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def parsed() -> Phonemizer:
    return Phonemizer()


def large_files_parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which the name of each data file with tables is added when hibari parses it."""
    module, names = engine.hibari_g2p(), []
    parse = module._load_json
    monkeypatch.setattr(
        module, "_load_json", lambda name: (name.endswith(".gz") and names.append(name), parse(name))[1]
    )
    return names


def test_mapped_dictionaries_answer_as_parsed_ones(made: Path, parsed: Phonemizer) -> None:
    mapped = Phonemizer(cache_folder=made)
    tables = (
        HERE / "normalization_cases.tsv",
        HERE.parents[1] / "accuracy_checker" / "text" / "heteronyms.tsv",
    )
    lines = [line for table in tables for line in table.read_text(encoding="utf-8").splitlines()]
    texts = [line.split("\t")[1] for line in lines if "\t" in line]
    assert [text for text in texts if mapped.words(text) != parsed.words(text)] == []
    assert all(mapped.is_word(word) == parsed.is_word(word) for word in ("lead", "Lead", "zyx", "\ud83d", ""))


def test_the_second_start_parses_nothing_large(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = large_files_parsed(monkeypatch)
    g2p = dictionaries.new_g2p(str, cache_folder=cache)
    assert names == []
    kinds = {type(part) for part in (g2p.lexicon.golds.d, g2p.lexicon.silvers.d, g2p.tagger.weights)}
    assert {*kinds, type(g2p.tagger.tagdict), type(g2p.tagger.vocab)} == {LookupTable}


def test_hibaris_own_function_is_put_back(cache: Path) -> None:
    before = engine.hibari_g2p()._load_json
    Phonemizer(cache_folder=cache)
    assert engine.hibari_g2p()._load_json is before


def test_the_phonemizers_of_a_process_share_their_tables(cache: Path) -> None:
    one, other = (dictionaries.new_g2p(str, cache_folder=cache) for _ in range(2))
    assert one.tagger.weights is other.tagger.weights


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "changed", "folder"])
def test_a_damaged_table_is_made_again(
    damage: str, cache: Path, parsed: Phonemizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = large_files_parsed(monkeypatch)
    (path,) = cache.glob("tagger.weights-*")
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        shutil.rmtree(cache)
    elif damage != "missing":
        changed = whole[:-1] + bytes([whole[-1] ^ 1])
        path.write_bytes({"empty": b"", "cut": whole[:-1], "changed": changed}[damage])
    assert Phonemizer(cache_folder=cache).words(TEXT) == parsed.words(TEXT)
    assert "tagger.json.gz" in names
    assert path.read_bytes() == whole


@pytest.mark.parametrize("hindrance", ["file", "pipe"])
def test_where_no_table_can_be_kept_the_dictionaries_are_parsed_and_one_line_says_so(
    hindrance: str, cache: Path, parsed: Phonemizer, caplog: pytest.LogCaptureFixture
) -> None:
    if hindrance == "pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    for path in cache.iterdir():
        path.unlink()
        if hindrance == "pipe":
            os.mkfifo(path)
    if hindrance == "file":
        cache.rmdir()
        cache.write_text("no folder")
    began = time.monotonic()
    with caplog.at_level(logging.INFO):
        phonemizer = Phonemizer(cache_folder=cache)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "parsed at each start" in caplog.text
    assert time.monotonic() - began < 30, "a pipe was waited for"
    assert phonemizer.words(TEXT) == parsed.words(TEXT)
    assert (
        cache.read_text() == "no folder" if hindrance == "file" else all(p.is_fifo() for p in cache.iterdir())
    )


def test_another_version_of_a_data_file_has_tables_of_its_own(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = Path(engine.hibari_g2p().ASSETS)
    (tmp_path / "assets").mkdir()
    for path in assets.glob("*.json*"):
        shutil.copy(path, tmp_path / "assets")
    # A gzip file may have a second, empty member.
    with (tmp_path / "assets" / "lexicon_us_gold.json.gz").open("ab") as file:
        file.write(gzip.compress(b""))
    monkeypatch.setattr(engine.hibari_g2p(), "ASSETS", str(tmp_path / "assets"))
    names = large_files_parsed(monkeypatch)
    dictionaries.new_g2p(str, cache_folder=cache)
    assert names == ["lexicon_us_gold.json.gz"]
    assert len(list(cache.glob("lexicon_us_gold.*"))) == 2


def test_tables_that_nobody_used_for_months_are_removed_and_other_files_stay(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "notes.txt").touch()
    old = cache / f"lexicon_us_gold.words-{'0' * 16}.table01"
    recent = cache / f"lexicon_us_gold.words-{'1' * 16}.table01"
    for path in (old, recent):
        path.touch()
    days = dictionaries.UNUSED_DAYS
    for path, age in ((old, days + 1), (recent, days - 1), (cache / "notes.txt", 10 * days)):
        os.utime(path, (time.time() - 86_400 * age,) * 2)
    (damaged,) = cache.glob("tagger.settings-*")
    damaged.write_bytes(b"")
    dictionaries.new_g2p(str, cache_folder=cache)
    assert not old.exists()
    assert recent.exists()
    assert (cache / "notes.txt").exists()


def test_using_a_table_is_noted_so_that_it_stays(cache: Path) -> None:
    for path in cache.iterdir():
        os.utime(path, (0, 0))
    dictionaries.new_g2p(str, cache_folder=cache)
    assert all(time.time() - path.stat().st_mtime < 3600 for path in cache.iterdir())


def test_tables_are_none_of_the_files_that_a_command_reports(tmp_path: Path) -> None:
    finished = finished_files()
    dictionaries._write({"words": tmp_path / "words.table01"}, {"words": {"a": "b"}})
    assert (tmp_path / "words.table01").exists()
    assert finished == []


def test_threads_that_start_at_an_empty_folder_all_get_their_dictionaries(
    tmp_path: Path, parsed: Phonemizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionaries, "_open_tables", {})
    answers = []
    barrier = threading.Barrier(4)

    def read() -> None:
        barrier.wait()
        answers.append(Phonemizer(cache_folder=tmp_path / "new" / "folder").words(TEXT))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [parsed.words(TEXT)] * 4
