"""What is kept in the cache: where, by whom, for how long, and what is done when it is damaged."""

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import openvino
import pytest

from cache_entries import ENTRY, write
from text_to_speech.errors import OutputError
from text_to_speech.store import Entry, ensure_ir, kept, records
from text_to_speech.store.kept import keep, store
from text_to_speech.store.records import RECORD

ROOT = Path(__file__).parents[2]


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
    assert not records.intact(folder)


def test_a_file_in_the_place_of_a_model_is_replaced(cache):
    (cache / "models").mkdir(parents=True)
    ENTRY.folder.write_text("a file where a folder should be")
    assert records.intact(keep(ENTRY, write))


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
from text_to_speech import openvino_import
# The converter would start a process that reports its import, and that cannot read the packages either.
openvino_import.leave_converter_out()
from text_to_speech.openvino_import import openvino
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


def test_data_of_another_room_is_made_once_and_again_when_it_is_damaged(cache):
    entry = Entry.of("tables", "words", {"package": "1.0"})
    made = []

    def make(work):
        made.append(work)
        write(work)

    for _ in range(3):
        assert keep(entry, make) == entry.folder
    assert len(made) == 1
    flip(entry.folder / "a.bin")
    keep(entry, make)
    assert len(made) == 2
    assert records.intact(entry.folder)
