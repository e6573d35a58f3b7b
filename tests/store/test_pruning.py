"""What is removed from the cache, and what never is."""

import json
import os
import time

import pytest

from cache_entries import ENTRY, age, write
from text_to_speech.store import clear_cache, pruning, results
from text_to_speech.store.kept import keep, store
from text_to_speech.store.locations import KINDS, Entry
from text_to_speech.store.records import RECORD


def entry(number):
    return Entry("models", f"model{number}-FP32-{number:016x}")


def made(folder):
    """Return the names of the folders in the cache, hidden ones too."""
    return sorted(path.name for path in (folder / "models").iterdir())


def of_another_version(folder, key):
    content = json.loads((folder / RECORD).read_text())
    (folder / RECORD).write_text(json.dumps(content | {key: "another"}))


def test_what_was_not_used_for_long_is_removed_when_something_is_added(cache):
    folders = [store(entry(number), write) for number in range(3)]
    for folder, days in zip(folders, (59, 61, 0), strict=True):
        age(folder, days)
    store(entry(3), write)
    assert made(cache) == [entry(number).name for number in (0, 2, 3)]


@pytest.mark.parametrize("key", ["openvino", "package"])
def test_what_another_version_made_goes_sooner_but_not_what_it_uses(cache, key):
    folders = [store(entry(number), write) for number in range(2)]
    for folder, days in zip(folders, (8, 6), strict=True):
        of_another_version(folder, key)
        age(folder, days)
    store(entry(3), write)
    assert made(cache) == [entry(1).name, entry(3).name]


def test_a_use_is_noted(cache):
    folder = store(entry(0), write)
    age(folder, 59)
    keep(entry(0), write)
    assert time.time() - (folder / RECORD).stat().st_mtime < 3600


def test_the_size_is_bounded_and_what_was_used_today_stays(cache, monkeypatch):
    folders = [store(entry(number), write) for number in range(4)]
    for folder, days in zip(folders, (2, 5, 3, 0.5), strict=True):
        age(folder, days)
    size = sum(path.stat().st_size for path in folders[0].iterdir())
    monkeypatch.setattr(pruning, "LARGEST_CACHE", 3 * size)
    store(entry(4), write)
    assert made(cache) == [entry(number).name for number in (0, 3, 4)]
    monkeypatch.setattr(pruning, "LARGEST_CACHE", 0)
    store(entry(5), write)
    assert made(cache) == [entry(number).name for number in (3, 4, 5)]


def test_earlier_layouts_and_the_work_of_killed_processes_are_removed(cache):
    old = [cache / "models" / "hifi-gan-FP32-39244a98bbec0b41", cache / "models" / f".{ENTRY.name}-0a1b2c3d"]
    for folder in old:
        folder.mkdir(parents=True)
        (folder / "hifi-gan.bin").write_bytes(b"1")
        age(folder, 8)
    blob = cache / "compiled" / "13064812011861651714.blob"
    blob.parent.mkdir()
    blob.write_bytes(b"1")
    os.utime(blob, (1, 1))
    store(ENTRY, write)
    assert made(cache) == [ENTRY.name]
    assert not blob.exists()


def test_files_of_the_user_are_never_removed(cache, tmp_path):
    """The cache may be a folder with other things in it, such as a checkout with its own models/."""
    theirs = [
        cache / "models" / "hifi-gan" / "model.yml",
        cache / "models" / "notes.txt",
        cache / "compiled" / "report.pdf",
        cache / "other" / "voice-FP32-0123456789abcdef" / "x",
    ]
    outside = tmp_path / "outside" / "voice-FP32-00000000000000ff" / "x"
    for path in (*theirs, outside):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
        os.utime(path, (1, 1))
        os.utime(path.parent, (1, 1))
    link = cache / "models" / outside.parent.name
    try:
        link.symlink_to(outside.parent)
    except OSError:
        link = outside
    store(ENTRY, write)
    assert all(path.exists() for path in (*theirs, outside, link))


def test_what_lies_in_the_cache_is_listed_and_can_be_cleared(cache):
    theirs = cache / "models" / "notes.txt"
    for number, kind in enumerate(KINDS):
        age(store(Entry.of(kind, "thing", {"number": str(number)}), write), number)
    theirs.write_text("mine")
    found = results()
    assert [result.kind for result in found] == list(KINDS)
    for number, result in enumerate(found):
        assert result.size == sum(path.stat().st_size for path in result.path.iterdir())
        assert result.age == pytest.approx(number * 86_400, abs=600)
    assert clear_cache() == sum(result.size for result in found)
    assert results() == []
    assert theirs.exists()


def test_a_cache_that_is_not_there_is_empty(cache):
    assert results() == []
    assert clear_cache() == 0
    assert not cache.exists()


def test_a_folder_of_a_killed_process_that_cannot_be_emptied_keeps_its_name(cache, monkeypatch):
    """Else no later run would know it for one of this package."""
    work = cache / "models" / f".{ENTRY.name}-0a1b2c3d"
    work.mkdir(parents=True)
    (work / "a.bin").write_bytes(b"1")
    monkeypatch.setattr(pruning.shutil, "rmtree", lambda *_, **__: None)
    pruning.discard(work)
    assert [result.path for result in results()] == [work]


def test_nothing_is_removed_through_a_link_nor_from_a_folder_of_the_users(cache, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    theirs = elsewhere / entry(1).name
    theirs.mkdir(parents=True)
    (theirs / "letter.txt").write_text("mine")
    cache.mkdir(exist_ok=True)
    (cache / "compiled").symlink_to(elsewhere)
    photos = cache / "models" / entry(2).name
    (photos / "holiday").mkdir(parents=True)
    linked = cache / "models" / entry(3).name
    linked.mkdir()
    (linked / "a.bin").symlink_to(theirs / "letter.txt")
    assert results() == []
    assert clear_cache() == 0
    assert (theirs / "letter.txt").read_text() == "mine"
    assert (photos / "holiday").is_dir()
    assert linked.is_dir()


def test_what_another_process_is_making_is_not_cleared(cache):
    making, left = (cache / "models" / f".{entry(number).name}-0a1b2c3d" for number in (1, 2))
    for work in (making, left):
        work.mkdir(parents=True)
        (work / "a.bin").write_bytes(b"1")
    age(left, 0.1)
    clear_cache()
    assert made(cache) == [making.name]
