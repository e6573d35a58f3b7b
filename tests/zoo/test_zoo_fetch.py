import hashlib
import sys

import pytest
from local_server import Served, serve

from text_to_speech.errors import ChecksumError, ModelError, OutputError
from text_to_speech.zoo import fetch
from text_to_speech.zoo.fetch import address, fetch_file
from text_to_speech.zoo.model_yml import GoogleDriveSource, HttpSource, ModelFile

PIECE = 2**14  # bytes; of a broken connection whole pieces are kept
CONTENT = bytes(range(256)) * 2000


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy, and no waiting."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetch, "RETRY_DELAY", 0.0)


@pytest.fixture
def server():
    with serve(Served(CONTENT)) as served:
        yield served


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "folder" / "weights.bin"


def published(server, content=CONTENT):
    digest = hashlib.sha384(content).hexdigest()
    return ModelFile("weights.bin", len(content), digest, HttpSource(server.url))


def left(target):
    """Return the names beside the target."""
    return sorted(path.name for path in target.parent.iterdir())


def test_a_file_is_fetched_whole(server, target):
    seen = []
    fetch_file(published(server), target, progress=seen.append)
    assert target.read_bytes() == CONTENT
    assert left(target) == ["weights.bin"]
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)


def test_a_broken_connection_leaves_what_arrived_and_the_next_run_continues(server, target):
    server.break_after = [10 * PIECE + 5]
    with pytest.raises(ModelError, match=r"broke off; 163840 of 512000 bytes are kept"):
        fetch_file(published(server), target)
    assert left(target) == ["weights.bin.part"]
    fetch_file(published(server), target)
    assert server.asked == [None, "bytes=163840-"]
    assert target.read_bytes() == CONTENT
    assert left(target) == ["weights.bin"]


def test_attempts_continue_within_a_run(server, target):
    server.break_after = [PIECE, 3 * PIECE + 1, 5]
    fetch_file(published(server), target, attempts=4)
    assert server.asked == [None, "bytes=16384-", "bytes=65536-", "bytes=65536-"]
    assert target.read_bytes() == CONTENT


def test_attempts_come_to_an_end(server, target):
    server.break_after = [PIECE] * 3
    with pytest.raises(ModelError, match="32768 of 512000 bytes"):
        fetch_file(published(server), target, attempts=2)
    assert len(server.asked) == 2


@pytest.mark.parametrize("ranges", ["no", "wrong", "refused"])
def test_a_server_that_cannot_continue_sends_the_whole(server, target, ranges):
    server.ranges = ranges
    target.parent.mkdir(parents=True)
    target.with_name("weights.bin.part").write_bytes(CONTENT[:1000])
    fetch_file(published(server), target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("have", [b"other bytes", CONTENT[:-1] + b"x", CONTENT + b"more"])
def test_remains_of_another_file_are_fetched_anew(server, target, have):
    target.parent.mkdir(parents=True)
    target.with_name("weights.bin.part").write_bytes(have)
    fetch_file(published(server), target)
    assert target.read_bytes() == CONTENT


def test_remains_that_are_whole_need_no_server(server, target):
    target.parent.mkdir(parents=True)
    target.with_name("weights.bin.part").write_bytes(CONTENT)
    fetch_file(published(server), target)
    assert server.asked == []
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"x", CONTENT[::-1]])
def test_another_file_is_refused_and_nothing_of_it_kept(server, target, content, chunked):
    file = published(server)
    server.content, server.chunked = content, chunked
    with pytest.raises(ChecksumError, match=r"does not give the published weights\.bin"):
        fetch_file(file, target, attempts=3)
    assert len(server.asked) == 1  # another attempt would bring the same
    assert left(target) == []


@pytest.mark.parametrize("status", [403, 404, 500])
def test_the_answer_of_the_server_is_named(server, target, status):
    server.status = status
    with pytest.raises(ModelError, match=rf"from 127\.0\.0\.1:\d+: the server answers {status}"):
        fetch_file(published(server), target)
    assert left(target) == []


def test_no_network(target):
    with serve(Served(b"")) as server:
        file = published(server)
    with pytest.raises(ModelError, match="no connection"):
        fetch_file(file, target)
    assert left(target) == []


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        fetch_file(published(server), tmp_path / "file" / "weights.bin")
    assert server.asked == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a thing of POSIX")
def test_a_full_disk_leaves_nothing(server, target):
    import resource
    import signal

    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            fetch_file(published(server), target, attempts=3)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert left(target) == []


def test_addresses():
    assert address(HttpSource("https://example.org/a")) == "https://example.org/a"
    assert address(GoogleDriveSource("a_b-1")).startswith(
        "https://drive.usercontent.google.com/download?id=a_b-1&"
    )
