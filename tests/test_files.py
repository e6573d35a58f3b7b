"""Files that appear whole or not at all, special files that are left what they are, and what killed runs leave."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from text_to_speech import files
from text_to_speech.errors import DeviceError, InputError, OutputError
from text_to_speech.files import (
    check_output,
    finished_files,
    open_output,
    reader_has_gone,
    temporary,
    write_output,
)

DEMO = Path(__file__).parents[1] / "demo"
posix = pytest.mark.skipif(os.name != "posix", reason="named pipes, modes and file size limits are POSIX")


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


@contextmanager
def newer(path: Path) -> Iterator[None]:
    with open_output(path) as file:
        file.write(b"newer")
        yield


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    with newer(tmp_path / "a.txt"):
        assert not (tmp_path / "a.txt").exists()
    assert content(tmp_path) == {"a.txt": "newer"}
    (tmp_path / "a.txt").write_text("older and longer", encoding="utf-8")
    with newer(tmp_path / "a.txt"):
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "older and longer"
    assert content(tmp_path) == {"a.txt": "newer"}


@pytest.mark.parametrize(
    "error",
    [
        InputError("bad text"),
        OSError(errno.ENOSPC, "No space left on device"),
        ConnectionResetError(errno.ECONNRESET, "client went away"),
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        FileNotFoundError(errno.ENOENT, "No such file", "model.xml"),
        DeviceError("GPU hung"),
        OutputError("other.wav cannot be written"),
        ValueError("embedded null byte"),
        StopIteration(),
        KeyboardInterrupt(),
        SystemExit(143),
        GeneratorExit(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_caller_raises_passes_through_unchanged(error: BaseException, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("older", encoding="utf-8")
    cause, context = RuntimeError("the cause"), RuntimeError("the context")
    error.__cause__, error.__context__ = cause, context
    with pytest.raises(type(error)) as caught, newer(tmp_path / "a.txt"):
        raise error
    assert caught.value is error
    assert (error.__cause__, error.__context__) == (cause, context)
    assert content(tmp_path) == {"a.txt": "older"}


FILL = """
import resource, signal, sys
from text_to_speech.errors import OutputError
from text_to_speech.files import temporary, open_output
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with open_output(sys.argv[1]) as file:
        for _ in range(100):
            file.write(bytes(99))
except OutputError as error:
    print(error)
"""


def python(code: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(DEMO)},
        **options,
    )


@posix
def test_a_full_disk_is_an_error_of_the_file(tmp_path: Path) -> None:
    process = python(FILL, tmp_path / "a.txt")
    out, err = process.communicate(timeout=60)
    assert (out, err) == (f"{tmp_path / 'a.txt'} cannot be written: File too large\n", "")
    assert content(tmp_path) == {}


def test_a_disk_that_is_full_at_the_end_is_noticed_before_the_file_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    (tmp_path / "a.txt").write_text("older", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match=r"a\.txt cannot be written: Disk quota exceeded"):
        write_output(tmp_path / "a.txt", b"newer")
    assert content(tmp_path) == {"a.txt": "older"}


def names_that_cannot_be_written() -> dict[str, tuple[str, str]]:
    return {
        "nothing": ("", "'' cannot be written: expected a file name"),
        "this folder": (".", "it is a folder"),
        "the folder above": ("..", "it is a folder"),
        "the root": ("/", "it is a folder"),
        "a folder": ("folder", "it is a folder"),
        "a link to a folder": ("link to folder", "it is a folder"),
        "a folder that is not there": ("none/", "it is a folder"),
        "in a folder that is not there": ("none/a.txt", "there is no folder none"),
        "in a file": ("file/a.txt", "there is no folder file"),
        "a link into no folder": ("link to none", "there is no folder .*none"),
        "a link to itself": ("loop", "symbolic links"),
        "NUL": ("a\0b", "no NUL character"),
        "half of a surrogate pair": ("a\ud83d", "cannot be written"),
        "a long name": ("a" * 256, "File name too long"),
    }


@posix
@pytest.mark.parametrize("case", names_that_cannot_be_written())
def test_a_name_that_cannot_be_written_is_refused(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for link, target in {
        "link to folder": "folder",
        "link to none": "none/a.txt",
        "loop": "loop",
    }.items():
        (tmp_path / link).symlink_to(target)
    before = sorted(path.name for path in tmp_path.iterdir())
    name, message = names_that_cannot_be_written()[case]
    with pytest.raises(OutputError, match=message):
        check_output(name)
    with pytest.raises(OutputError, match=message):
        write_output(name, b"newer")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@posix
@pytest.mark.parametrize("length", [200, 255])
@pytest.mark.parametrize("letter", ["a", "ü", "東"])
def test_the_longest_names_can_be_written(letter: str, length: int, tmp_path: Path) -> None:
    stem = letter * ((length - 4) // len(letter.encode()))
    for name in (f"{stem}.txt", f"a.{stem}"):
        write_output(tmp_path / name, b"newer")
    assert len(content(tmp_path)) == 2


@posix
def test_symbolic_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "there" / "old.txt").write_text("older", encoding="utf-8")
    links = {
        "a.txt": "../there/old.txt",
        "chain.txt": "a.txt",
        "dangling.txt": "../there/new.txt",
        "absolute.txt": str(tmp_path / "there" / "third.txt"),
    }
    for name, target in links.items():
        (tmp_path / "here" / name).symlink_to(target)
    for name, target in (
        ("chain.txt", "old.txt"),
        ("dangling.txt", "new.txt"),
        ("absolute.txt", "third.txt"),
    ):
        write_output(tmp_path / "here" / name, name.encode())
        assert (tmp_path / "there" / target).read_text(encoding="utf-8") == name
    assert all((tmp_path / "here" / name).is_symlink() for name in links)
    assert len(content(tmp_path / "there")) == 3


@posix
def test_modes_are_those_of_the_user(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_output(tmp_path / "new.txt", b"newer")
        for mode in (0o600, 0o664, 0o755):
            path = tmp_path / f"{mode}.txt"
            path.touch()
            path.chmod(mode)
            write_output(path, b"newer")
            assert stat.S_IMODE(path.stat().st_mode) == mode
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == 0o640


def special_file(path: Path, kind: int, device: tuple[int, int] = (0, 0)) -> Path:
    try:
        os.mknod(path, kind | 0o600, os.makedev(*device))
        if kind in (stat.S_IFCHR, stat.S_IFBLK):
            path.open("wb").close()
    except PermissionError:
        pytest.skip("this user may not make or open device nodes")
    except OSError:
        assert kind == stat.S_IFBLK, "a device without a driver cannot be opened"
    return path


@posix
def test_a_device_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    null = special_file(tmp_path / "null", stat.S_IFCHR, (1, 3))
    (tmp_path / "link").symlink_to("null")
    for path in (null, tmp_path / "link"):
        check_output(path)
        write_output(path, b"newer")
        with open_output(path) as file:
            assert not file.seekable()
        with (
            pytest.raises(OutputError, match="it is a device, and tables are mapped"),
            open_output(path, needs_file="tables are mapped into memory"),
        ):
            pass
    assert stat.S_ISCHR(null.stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "null"]


@posix
def test_a_full_device_is_an_error_of_the_file(tmp_path: Path) -> None:
    full = special_file(tmp_path / "full", stat.S_IFCHR, (1, 7))
    with pytest.raises(OutputError, match="full cannot be written: No space left on device"):
        write_output(full, b"newer")
    assert stat.S_ISCHR(full.stat().st_mode)


@posix
@pytest.mark.parametrize(("kind", "message"), [(stat.S_IFBLK, "a block device"), (stat.S_IFSOCK, "a socket")])
def test_what_could_destroy_a_disk_is_refused(kind: int, message: str, tmp_path: Path) -> None:
    path = special_file(tmp_path / "node", kind, (240, 0))
    for refuse in (check_output, lambda name: write_output(name, b"newer")):
        with pytest.raises(OutputError, match=f"it is {message}"):
            refuse(path)
    assert stat.S_IFMT(path.stat().st_mode) == kind


@posix
def test_a_named_pipe_is_fed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    data = bytes(range(256)) * 1000  # more than a pipe holds
    write_output(tmp_path / "pipe", data)
    reader.join(timeout=60)
    assert heard == [data]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@posix
def test_a_named_pipe_without_a_reader_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(files, "READER_WAIT", 0.1)
    check_output(tmp_path / "pipe")
    with pytest.raises(OutputError, match=r"nothing has read this pipe for 0\.1 s"):
        write_output(tmp_path / "pipe", b"newer")


@posix
def test_a_reader_that_leaves_a_named_pipe_is_a_broken_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = threading.Thread(target=lambda: (tmp_path / "pipe").open("rb").close())
    reader.start()

    def write() -> None:
        with open_output(tmp_path / "pipe") as file:
            reader.join(timeout=60)
            file.write(bytes(1_000_000))

    with pytest.raises(BrokenPipeError, match=r"the reader of .*pipe has gone"):
        write()


def test_windows_calls_a_reader_that_has_gone_an_invalid_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not reader_has_gone(OSError(errno.EINVAL, "Invalid argument"))
    monkeypatch.setattr(files, "_ON_WINDOWS", True)
    assert reader_has_gone(OSError(errno.EINVAL, "Invalid argument"))
    assert not reader_has_gone(OSError(errno.ENOSPC, "No space left on device"))


def test_finished_files_are_counted_and_others_are_not(tmp_path: Path) -> None:
    finished = finished_files()
    write_output(tmp_path / "a.txt", b"newer")
    with pytest.raises(KeyError), open_output(tmp_path / "b.txt"):
        raise KeyError
    assert finished == [tmp_path / "a.txt"]


WRITE_AND_WAIT = """
import sys
from text_to_speech.files import temporary, open_output
with open_output(sys.argv[1]) as file:
    file.write(b"half")
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextmanager
def writers(path: Path, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes that have written half of a file and wait."""
    processes = [python(WRITE_AND_WAIT, path, stdin=subprocess.PIPE) for _ in range(count)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate(timeout=60)


@posix
def test_what_killed_runs_left_is_removed_by_the_next_and_what_others_write_is_not(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    for mine in (".speech.deadbeef.wav", ".speech.part.wav", ".other.000000-0.part.wav"):
        (tmp_path / mine).write_text("mine", encoding="utf-8")
    own = content(tmp_path)
    with writers(path, 4) as processes:
        assert len(content(tmp_path)) == len(own) + 4
        for killed in (processes[0], processes[1], processes[3]):
            killed.kill()
            killed.wait(timeout=60)
        assert len(content(tmp_path)) == len(own) + 4
        write_output(path, b"whole")
        assert sorted(content(tmp_path).values()) == ["half", "mine", "mine", "mine", "whole"]
        assert processes[2].communicate("", timeout=60)[1] == ""
        assert content(tmp_path) == {**own, "speech.wav": "half"}


@pytest.mark.parametrize("number", range(temporary.NUMBERED))
def test_a_leftover_is_found_at_every_number(number: int, tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    temporary.temporary_name(path, str(number)).write_text("half", encoding="utf-8")
    write_output(path, b"whole")
    assert content(tmp_path) == {"speech.wav": "whole"}


@posix
def test_what_may_belong_to_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "speech.wav"
    first, second, third = (temporary.temporary_name(path, str(number)) for number in range(3))
    first.write_text("two names", encoding="utf-8")
    (tmp_path / "another name").hardlink_to(first)
    os.mkfifo(second)
    third.symlink_to("another name")
    write_output(path, b"whole")
    assert {entry.name for entry in tmp_path.iterdir()} == {
        *(entry.name for entry in (path, first, second, third)),
        "another name",
    }
    assert first.read_text(encoding="utf-8") == "two names"


@posix
def test_where_files_cannot_be_locked_nothing_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    path = tmp_path / "speech.wav"
    left = temporary.temporary_name(path, "0")
    left.write_text("left", encoding="utf-8")
    monkeypatch.setattr(fcntl, "flock", refuse)
    write_output(path, b"whole")
    assert content(tmp_path) == {path.name: "whole", left.name: "left"}


def test_another_host_is_another_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "speech.wav"
    monkeypatch.setattr(temporary, "host_tag", lambda: "abcdef")
    left = temporary.temporary_name(path, "0")
    left.write_text("left", encoding="utf-8")
    monkeypatch.undo()
    write_output(path, b"whole")
    assert content(tmp_path) == {path.name: "whole", left.name: "left"}


def test_many_threads_write_one_name(tmp_path: Path) -> None:
    path, barrier = tmp_path / "a.txt", threading.Barrier(24)
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with open_output(path) as file:
                barrier.wait(timeout=60)
                file.write(b"%d" % number * 100)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(10, 34)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    (left,) = content(tmp_path).values()
    assert left in {str(number) * 100 for number in range(10, 34)}


INTERRUPTED_BETWEEN_LINES = """
import os, sys
from text_to_speech import files
opened = os.open
def open_and_interrupt(path, *rest, **options):
    descriptor = opened(path, *rest, **options)
    if ".part" in str(path):
        raise KeyboardInterrupt
    return descriptor
os.open = open_and_interrupt
try:
    files.write_output(sys.argv[1], b"newer")
except KeyboardInterrupt:
    os.open = opened
"""


@posix
def test_an_interrupt_between_two_lines_leaves_nothing_at_the_end(tmp_path: Path) -> None:
    out, err = python(INTERRUPTED_BETWEEN_LINES, tmp_path / "a.txt").communicate(timeout=60)
    assert (out, err) == ("", "")
    assert content(tmp_path) == {}


def test_an_error_has_the_number_of_the_systems_reason(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught, open_output(tmp_path / ("x" * 300)):
        pass
    assert caught.value.errno == errno.ENAMETOOLONG
    assert str(caught.value).startswith(str(tmp_path))
