"""What is kept in the cache: where, by whom, for how long, and what is done when it is damaged."""

import json
import logging
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openvino
import pytest

from text_to_speech.errors import OutputError
from text_to_speech.store import cache_folder, ensure_ir, kept
from text_to_speech.store.kept import RECORD, Entry, keep, store

ROOT = Path(__file__).parents[2]
ENTRY = Entry("models", "voice-FP32-0123456789abcdef")


def write(work):
    (work / "a.bin").write_bytes(b"weights" * 100)


def age(folder, days):
    then = time.time() - days * 86_400
    os.utime(folder / RECORD if (folder / RECORD).exists() else folder, (then, then))


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content)


def replace_by_folder(path):
    path.unlink()
    path.mkdir()


DAMAGES = {
    "a bit": flip,
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "garbage": lambda path: path.write_bytes(b"garbage"),
    "empty": lambda path: path.write_bytes(b""),
    "missing": Path.unlink,
    "a folder": replace_by_folder,
}


@pytest.mark.parametrize("name", ["voice-regression.xml", "voice-regression.bin", RECORD])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_told_once_and_made_again(onnx_zoo, cache, caplog, damage, name):
    path = ensure_ir("voice-regression", models=onnx_zoo)
    DAMAGES[damage](path.parent / name)
    for _ in range(2):
        assert ensure_ir("voice-regression", models=onnx_zoo) == path
    model = openvino.Core().read_model(path)
    np.testing.assert_array_equal(openvino.Core().compile_model(model, "CPU")(np.ones((1, 2, 3)))[0], 2)
    assert len(caplog.records) == 1
    assert "made again" in caplog.text
    assert list((cache / "models").iterdir()) == [path.parent]


@pytest.mark.parametrize(
    "record", ["[]", "{}", '{"files": []}', '{"files": {"../a.bin": [1, 2]}}', '{"files": {"a.bin": 3}}']
)
def test_a_record_is_not_believed_blindly(cache, record):
    folder = store(ENTRY, write)
    (folder / RECORD).write_text(record)
    assert not kept.intact(folder)


def test_a_file_in_the_place_of_a_model_is_replaced(cache):
    (cache / "models").mkdir(parents=True)
    ENTRY.folder.write_text("a file where a folder should be")
    assert kept.intact(keep(ENTRY, write))


def test_a_damaged_model_that_is_in_use_keeps_its_bytes(cache):
    with (store(ENTRY, write) / "a.bin").open("rb") as user:
        flip(ENTRY.folder / RECORD)
        keep(ENTRY, lambda work: (work / "a.bin").write_bytes(b"other"))
        assert user.read() == b"weights" * 100


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o755), (0o002, 0o775), (0o077, 0o700)])
def test_the_umask_decides_who_may_read(cache, mask, mode):
    before = os.umask(mask)
    try:
        folder = store(ENTRY, write)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == mode
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {mode & 0o666}


OTHER_USER = """
import os, sys
from pathlib import Path
import openvino
from text_to_speech.store.kept import Entry, keep
os.setgid(65534); os.setuid(65534)  # when all is imported: this user may not read the packages of every installation
for key in sys.argv[1:]:
    folder = keep(Entry("models", "voice-FP32-" + key), lambda work: (work / "a.bin").write_bytes(b"own"))
    print(folder, (folder / "a.bin").read_bytes().decode()[:7])
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may be another user")
@pytest.mark.parametrize(("mode", "shared"), [(0o755, True), (0o700, False)])
def test_another_user_reads_what_it_may_and_writes_nothing(cache, mode, shared, tmp_path):
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if not parent.stat().st_mode & 0o005:
            parent.chmod(parent.stat().st_mode | 0o055)
    folder = store(ENTRY, write)
    folder.chmod(mode)
    command = [sys.executable, "-c", OTHER_USER, "0123456789abcdef", "fedcba9876543210"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "demo"), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    first, second = (line.split() for line in result.stdout.splitlines())
    assert first == [str(folder), "weights"] if shared else first[1] == "own"
    assert second[1] == "own"
    assert not Path(second[0]).exists()
    assert len(result.stderr.splitlines()) == 1
    assert list((cache / "models").iterdir()) == [folder]


def a_file(cache, monkeypatch):
    cache.write_text("a file where a folder should be")


def no_home(cache, monkeypatch):
    def home():
        raise RuntimeError("no home")

    monkeypatch.delenv("TTS_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", home)


def home_of_nobody(cache, monkeypatch):
    monkeypatch.setenv("TTS_CACHE_DIR", "~a-user-that-there-is-not/cache")


def below_a_file(cache, monkeypatch):
    cache.write_text("")
    monkeypatch.setenv("TTS_CACHE_DIR", str(cache / "folder"))


@pytest.mark.parametrize("obstacle", [a_file, no_home, home_of_nobody, below_a_file])
def test_without_a_cache_models_are_made_for_this_run(onnx_zoo, cache, monkeypatch, caplog, obstacle):
    obstacle(cache, monkeypatch)
    monkeypatch.setattr(kept, "_complained", set())
    monkeypatch.setattr(kept, "_temporary", {})
    path = ensure_ir("voice-regression", models=onnx_zoo)
    assert ensure_ir("voice-regression", models=onnx_zoo) == path
    ensure_ir("voice-regression", precision="FP16", models=onnx_zoo)
    openvino.Core().read_model(path)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "TTS_CACHE_DIR" in caplog.text
    with pytest.raises(OutputError, match="TTS_CACHE_DIR"):
        store(ENTRY, write)


# What is cleared away. 60 days unused, 7 where another version made it, and a bounded size.


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
    monkeypatch.setattr(kept, "LARGEST_CACHE", 3 * size)
    store(entry(4), write)
    assert made(cache) == [entry(number).name for number in (0, 3, 4)]
    monkeypatch.setattr(kept, "LARGEST_CACHE", 0)
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


# Where it is.


def test_the_cache_folder_can_be_chosen(monkeypatch):
    monkeypatch.setenv("TTS_CACHE_DIR", "somewhere")
    assert cache_folder() == Path("somewhere").absolute()


@pytest.mark.parametrize(
    ("platform", "variable", "value", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "/caches", "/caches/text-to-speech-demo"),
        ("linux", "XDG_CACHE_HOME", "relative", "/home/me/.cache/text-to-speech-demo"),
        ("linux", "XDG_CACHE_HOME", "", "/home/me/.cache/text-to-speech-demo"),
        ("darwin", "XDG_CACHE_HOME", "/caches", "/home/me/Library/Caches/text-to-speech-demo"),
        ("win32", "LOCALAPPDATA", "/local", "/local/text-to-speech-demo"),
        ("win32", "LOCALAPPDATA", "", "/home/me/AppData/Local/text-to-speech-demo"),
    ],
)
def test_the_cache_folder_of_each_system(monkeypatch, platform, variable, value, expected):
    monkeypatch.delenv("TTS_CACHE_DIR", raising=False)
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(expected)


def test_a_user_without_a_home(monkeypatch):
    def home():
        raise RuntimeError("no home")

    monkeypatch.delenv("TTS_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", home)
    with pytest.raises(OutputError, match="TTS_CACHE_DIR"):
        cache_folder()
