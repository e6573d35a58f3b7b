import gzip
import hashlib
import os
import sys
import threading
import tracemalloc

import pytest

from local_server import Served, serve
from text_to_speech.errors import ChecksumError, ModelError, OutputError
from text_to_speech.omz import fetch
from text_to_speech.omz.fetch import address, fetch_file
from text_to_speech.omz.transfer import MAX_REDIRECTS, PIECE, TransferError, transfer
from text_to_speech.store.model_yml import GoogleDriveSource, HttpSource, ModelFile

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
    with pytest.raises(ModelError, match=r"broke off; \d+ of 512000 bytes are kept"):
        fetch_file(published(server), target)
    assert left(target) == ["weights.bin.part"]
    have = target.with_name("weights.bin.part").stat().st_size
    assert 10 * PIECE <= have <= 10 * PIECE + 5
    fetch_file(published(server), target)
    assert server.asked == [None, f"bytes={have}-"]
    assert target.read_bytes() == CONTENT
    assert left(target) == ["weights.bin"]


def test_attempts_continue_within_a_run(server, target):
    server.break_after = [PIECE, 3 * PIECE + 1, 5]
    fetch_file(published(server), target, attempts=4)
    starts = [int(asked[6:-1]) for asked in server.asked[1:]]
    assert server.asked[0] is None
    assert [start // PIECE for start in starts] == [1, 4, 4]
    assert target.read_bytes() == CONTENT


def test_attempts_come_to_an_end(server, target):
    server.break_after = [PIECE] * 3
    with pytest.raises(ModelError, match=f"{2 * PIECE} of 512000 bytes"):
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


def test_an_empty_file_needs_no_server(server, target):
    fetch_file(published(server, b""), target)
    assert server.asked == []
    assert target.read_bytes() == b""
    assert left(target) == ["weights.bin"]


@pytest.mark.parametrize(
    "location", [b"/other", b"//127.0.0.1:%d/x", b"http://127.0.0.1:%d/a b", b"\xc3\xbc"]
)
def test_redirections_are_followed(server, target, location):
    with serve(Served(CONTENT)) as origin:
        file = published(origin)
        port = int(server.url.split(":")[2].split("/")[0])
        elsewhere = location % port if b"%d" in location else server.url.encode()
        origin.location = elsewhere
        if b"%d" not in location:
            origin.location = server.url.encode() + location
        fetch_file(file, target)
    assert target.read_bytes() == CONTENT
    assert (len(origin.asked), len(server.asked)) == (1, 1)


@pytest.mark.parametrize(
    "location",
    [
        b"http://[::1",
        b"http://[::1]:x/",
        b"\xff\xfe",
        b"http://" + b"a" * 300 + b".example/",
        b"http://a..example/",
        b"http://example.org:99999/",
        b"http://",
        b"file:///etc/passwd",
        b"ftp://127.0.0.1/file",
        b"data:,x",
        b"javascript:x",
        b"gopher://127.0.0.1/",
        b"http:// /",
        b"http://%00/",
        b"http://127.0.0.1/" + b"a" * 5000,
        b"http://127.0.0.1:1/\x1b[2J\x1b]0;x",
    ],
)
def test_hostile_redirections_are_one_line(server, target, location):
    server.location = location
    with pytest.raises(ModelError, match=r"weights\.bin cannot be fetched from 127\.0\.0\.1") as error:
        fetch_file(published(server), target)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 400
    assert left(target) == []


@pytest.mark.parametrize("location", [b"/{n}", b"http://user:word@127.0.0.1:1/"])
def test_redirections_come_to_an_end(server, target, location):
    server.location = location
    with pytest.raises(ModelError) as error:
        fetch_file(published(server), target, attempts=3)
    if b"{n}" in location:
        assert f"more than {MAX_REDIRECTS} redirections" in str(error.value)
        assert len(server.asked) == MAX_REDIRECTS + 1  # the next attempt would bring the same
    assert "word" not in str(error.value)


def test_a_redirection_never_leaves_encryption():
    from text_to_speech.omz.transfer import _redirected

    assert _redirected("https://a.example/x", "//b.example/y") == "https://b.example/y"
    assert _redirected("http://a.example/x", "https://b.example/y") == "https://b.example/y"
    with pytest.raises(TransferError, match="not encrypted"):
        _redirected("https://a.example/x", "http://a.example/x")


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://a b/", "http://" + "a" * 300 + ".example/", "http://:80/"]
)
def test_malformed_addresses_of_a_file_are_one_line(target, url):
    file = ModelFile("weights.bin", 5, "0" * 96, HttpSource(url))
    with pytest.raises(ModelError, match=r"weights\.bin cannot be fetched"):
        fetch_file(file, target, attempts=2)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_a_packed_answer_is_unpacked(server, target, encoding, chunked):
    file = published(server)
    server.content, server.encoding, server.chunked = gzip.compress(CONTENT), encoding, chunked
    fetch_file(file, target)
    assert target.read_bytes() == CONTENT
    assert server.encodings == ["identity"]


def test_a_packed_answer_that_breaks_off_is_said_to(server, target):
    file = published(server)
    server.content, server.encoding = gzip.compress(os.urandom(300_000) + CONTENT), "gzip"
    server.break_after = [100_000]
    with pytest.raises(ModelError, match="broke off"):
        fetch_file(file, target)
    server.content, server.chunked = gzip.compress(CONTENT)[:-9], True
    with pytest.raises(ModelError, match="broke off"):
        fetch_file(file, target)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate", "x" * 10_000])
def test_other_packings_are_named(server, target, encoding):
    server.encoding = encoding
    with pytest.raises(ModelError, match="packed as") as error:
        fetch_file(published(server), target)
    assert len(str(error.value)) < 200


def test_what_is_packed_wrongly_is_one_line(server, target):
    server.encoding = "gzip"
    with pytest.raises(ModelError, match="packed wrongly"):
        fetch_file(published(server), target)


@pytest.mark.slow
def test_a_bomb_takes_neither_memory_nor_disk(server, target):
    file = published(server)
    server.content, server.encoding = gzip.compress(bytes(300_000_000), 9), "gzip"
    tracemalloc.start()
    with pytest.raises(ChecksumError, match="512001 bytes, expected 512000"):
        fetch_file(file, target)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert left(target) == []


def test_a_body_without_end_is_cut(server, target):
    file = published(server)
    server.endless, server.content = True, CONTENT[::-1]
    with pytest.raises(ModelError, match="512001 bytes, expected 512000"):
        fetch_file(file, target)
    assert left(target) == []


def test_nothing_packed_without_end_is_given_up(server, target):
    """Empty blocks of deflate: something arrives for ever, and is nothing."""
    with serve(Served(b"\x00\x00\x00\xff\xff" * 100_000)) as endless:
        file = published(endless)
        head = gzip.compress(b"")[:10]
        endless.content = head + endless.content * 5
        endless.encoding = "gzip"
        with pytest.raises(ModelError, match="0 bytes, expected 512000"):
            fetch_file(file, target)


@pytest.mark.parametrize("drip_headers", [False, True])
def test_a_server_that_drips_is_given_up(server, target, monkeypatch, drip_headers):
    monkeypatch.setattr("text_to_speech.omz.transfer.STALL", 0.5)
    server.drip, server.drip_headers = 0.05, drip_headers
    with pytest.raises(ModelError, match="very slow"):
        fetch_file(published(server), target)
    assert len(server.asked) == 1


def test_a_continued_answer_that_is_packed_is_asked_for_whole(server, target):
    file = published(server)
    server.content, server.encoding = gzip.compress(CONTENT), "gzip"
    target.parent.mkdir(parents=True)
    target.with_name("weights.bin.part").write_bytes(CONTENT[:1000])
    fetch_file(file, target)
    assert server.asked == ["bytes=1000-", None]
    assert target.read_bytes() == CONTENT


def test_a_server_cannot_write_to_the_terminal(server, target):
    server.status = 499
    with pytest.raises(ModelError, match=r"the server answers 499$"):
        fetch_file(published(server), target)


# Links and special files in the place of what is written


@pytest.fixture
def precious(tmp_path):
    """A file elsewhere, which nothing may change."""
    path = tmp_path / "precious"
    path.write_bytes(b"keep me")
    yield path
    assert path.read_bytes() == b"keep me"


@pytest.mark.parametrize("name", ["weights.bin.part", "weights.bin"])
@pytest.mark.parametrize("kind", ["symbolic", "hard", "dangling", "folder", "pipe"])
def test_what_is_no_file_of_its_own_is_neither_followed_nor_replaced(server, target, precious, name, kind):
    if kind == "pipe" and sys.platform == "win32":
        pytest.skip("pipes with names are POSIX")
    target.parent.mkdir(parents=True)
    place = target.with_name(name)
    {
        "symbolic": lambda: place.symlink_to(precious),
        "hard": lambda: place.hardlink_to(precious),
        "dangling": lambda: place.symlink_to(precious.with_name("planted")),
        "folder": place.mkdir,
        "pipe": lambda: os.mkfifo(place),
    }[kind]()
    before = place.lstat()
    with pytest.raises(OutputError, match=f"{name} cannot be written: it is"):
        fetch_file(published(server), target)
    assert place.lstat().st_mode == before.st_mode
    assert server.asked == []
    assert not precious.with_name("planted").exists()


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system cannot refuse to follow")
def test_a_link_that_is_put_there_in_between_is_not_followed(server, target, precious, monkeypatch):
    """The check of the name has passed; the link appears before the file is opened."""
    part = target.with_name("weights.bin.part")

    def check(path):
        if path == part and not part.is_symlink():
            part.symlink_to(precious)
        return 0

    monkeypatch.setattr(fetch, "regular_size", check)
    with pytest.raises(OutputError, match="cannot be written"):
        fetch_file(published(server), target)


def test_an_abandoned_transfer_ends_its_thread(server):
    server.endless = True
    before = set(threading.enumerate())
    pieces = transfer(server.url, start=0, size=10**9)
    assert next(pieces) == 0
    assert next(pieces)
    (thread,) = (new for new in set(threading.enumerate()) - before if new.name == "transfer")
    pieces.close()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_addresses():
    assert address(HttpSource("https://example.org/a")) == "https://example.org/a"
    assert address(GoogleDriveSource("a_b-1")).startswith(
        "https://drive.usercontent.google.com/download?id=a_b-1&"
    )
