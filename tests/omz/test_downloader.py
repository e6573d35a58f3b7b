import hashlib
import json
import shutil

import pytest
import yaml

from local_server import Served, serve
from text_to_speech.omz.downloader import main
from tiny_zoo import CHECKPOINT

NAME = "generator.pth.tar"


@pytest.fixture
def content():
    return CHECKPOINT.read_bytes()


@pytest.fixture
def server(zoo, content, monkeypatch):
    """The server that tiny's model.yml names; no package carries the file."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("text_to_speech.store.sources.PACKAGES", ())
    with serve(Served(content)) as served:
        change(zoo / "tiny", lambda model: model["files"][0].update(source=served.url))
        yield served


def change(folder, edit):
    model = yaml.safe_load((folder / "model.yml").read_text())
    edit(model)
    (folder / "model.yml").write_text(yaml.safe_dump(model))


def another(zoo, name, **changes):
    """Put a copy of tiny beside it."""
    folder = zoo / name
    folder.mkdir()
    model = yaml.safe_load((zoo / "tiny" / "model.yml").read_text())
    (folder / "model.yml").write_text(yaml.safe_dump(model | changes))


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def run(zoo, tmp_path, capsys):
    """Run the command on the zoo; return its status and both streams."""

    def run(*arguments):
        status = main(["--model_root", str(zoo), "-o", str(tmp_path / "out"), *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


def test_what_came_with_pip_is_used_before_the_network(run, site, tmp_path, content):
    status, out, err = run("--name", "tiny")
    assert (status, err) == (0, "")
    assert "package" in out
    assert files(tmp_path / "out") == [f"public/tiny/{NAME}"]
    assert (tmp_path / "out" / "public" / "tiny" / NAME).read_bytes() == content


def test_a_second_run_does_nothing(run, server, tmp_path):
    assert run("--all")[0] == 0
    path = tmp_path / "out" / "public" / "tiny" / NAME
    before = path.stat().st_mtime_ns
    status, out, _ = run("--all")
    assert status == 0
    assert "is there already" in out
    assert path.stat().st_mtime_ns == before
    assert len(server.asked) == 1


def test_a_wrong_file_in_the_output_folder_is_replaced(run, server, tmp_path, content):
    path = tmp_path / "out" / "public" / "tiny" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(b"wrong")
    assert run("--name", "tiny")[0] == 0
    assert path.read_bytes() == content


def test_the_cache_is_filled_and_used_in_the_layout_of_the_stock_tools(run, server, tmp_path, content):
    cache, digest = tmp_path / "cache", hashlib.sha384(content).hexdigest()
    assert run("--name", "tiny", "--cache_dir", cache)[0] == 0
    assert files(cache) == [f"1/{digest[:2]}/{digest[2:]}"]
    (tmp_path / "out" / "public" / "tiny" / NAME).unlink()
    status, out, _ = run("--name", "tiny", "--cache_dir", cache)
    assert status == 0
    assert "from the cache" in out
    assert len(server.asked) == 1


def test_a_damaged_file_in_the_cache_is_not_used(run, server, tmp_path, content):
    digest = hashlib.sha384(content).hexdigest()
    shelf = tmp_path / "cache" / "1" / digest[:2] / digest[2:]
    shelf.parent.mkdir(parents=True)
    shelf.write_bytes(content[::-1])
    assert run("--name", "tiny", "--cache_dir", tmp_path / "cache")[0] == 0
    assert (tmp_path / "out" / "public" / "tiny" / NAME).read_bytes() == content
    assert shelf.read_bytes() == content


def test_a_cache_that_cannot_be_written_stops_nothing(run, server, tmp_path):
    (tmp_path / "cache").touch()
    status, out, _ = run("--name", "tiny", "--cache_dir", tmp_path / "cache")
    assert status == 0
    assert "downloaded" in out


def test_a_failure_is_one_line_and_stops_no_other_model(run, zoo, server, tmp_path):
    another(zoo, "absent", files=[{"name": "a", "size": 1, "checksum": "0" * 96, "source": server.url}])
    another(zoo, "broken", files=3)
    status, out, err = run("--all")
    assert status == 1
    lines = err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("omz_downloader: error: absent: ")
    assert "does not give the published a" in lines[0]
    assert "broken" in lines[1]
    assert "files: expected a list" in lines[1]
    assert lines[2] == "omz_downloader: error: 2 of 3 models failed: absent, broken"
    assert files(tmp_path / "out") == [f"public/tiny/{NAME}"]
    assert "downloaded" in out


def test_attempts(run, server, monkeypatch):
    monkeypatch.setattr("text_to_speech.omz.fetch.RETRY_DELAY", 0.0)
    server.break_after = [10, 10]
    assert run("--name", "tiny")[0] == 1
    assert run("--name", "tiny", "--num_attempts", "2")[0] == 0
    assert len(server.asked) == 3


def test_programs_get_the_events_of_the_stock_tool(run, server, content):
    status, out, err = run("--name", "tiny", "--progress_format=json")
    events = [json.loads(line) for line in out.splitlines()]
    place = {"model": "tiny", "model_file": NAME}
    assert (status, err) == (0, "")
    assert events == [
        {"$type": "model_download_begin", "model": "tiny", "num_files": 1},
        {"$type": "model_file_download_begin", **place, "size": len(content)},
        {"$type": "model_file_download_progress", **place, "size": len(content)},
        {"$type": "model_file_download_end", **place, "successful": True},
        {"$type": "model_download_end", "model": "tiny", "successful": True},
    ]


def test_programs_learn_of_failures(run, server):
    server.status = 404
    status, out, err = run("--name", "tiny", "--progress_format=json")
    ends = [json.loads(line) for line in out.splitlines()][-2:]
    assert status == 1
    assert [event["successful"] for event in ends] == [False, False]
    assert "404" in err


def test_precisions_choose_among_the_folders_of_an_ir(run, zoo, server, content, tmp_path):
    digest = hashlib.sha384(content).hexdigest()
    entries = [
        {"name": f"{folder}/ir.{end}", "size": len(content), "checksum": digest, "source": server.url}
        for folder in ("FP16", "FP32")
        for end in ("xml", "bin")
    ]
    another(zoo, "ir", files=entries, framework="dldt")
    assert run("--name", "ir", "--precisions", "FP16")[0] == 0
    assert files(tmp_path / "out") == ["public/ir/FP16/ir.bin", "public/ir/FP16/ir.xml"]
    status, out, _ = run("--name", "ir", "--precisions", "FP16-INT8")
    assert status == 0
    assert "skipped" in out


def test_files_that_must_be_changed_afterwards_are_refused(run, zoo, server):
    change(zoo / "tiny", lambda model: model.update(postprocessing=[{"$type": "unpack_archive"}]))
    status, _, err = run("--name", "tiny")
    assert status == 1
    assert "changed after download" in err


def test_a_model_without_files(run, zoo):
    another(zoo, "own", files=[])
    status, out, _ = run("--name", "own")
    assert status == 0
    assert "nothing to download" in out


# Hostile descriptions, servers and folders: one line each, and the other models go on.


def test_hostile_descriptions_stop_no_other_model(run, zoo, server, tmp_path, content):
    entry = {"name": "a", "size": 9, "checksum": "0" * 96, "source": server.url}
    hostile = {
        "b-nul": {"name": "a\0b"},
        "b-above": {"name": "../../../a"},
        "b-absolute": {"name": "/tmp/a"},
        "b-windows": {"name": "..\\a"},
        "b-device": {"name": "aux"},
        "b-surrogate": {"name": "\ud800"},
        "b-bracket": {"source": "http://[::1"},
        "b-label": {"source": "http://" + "a" * 300 + "/"},
        "b-file": {"source": "file:///etc/passwd"},
        "b-empty": {"size": 0},
    }
    for name, changes in hostile.items():
        another(zoo, name, files=[entry | changes])
    for name, text in {"c-bomb": "[" * 20_000, "c-bytes": "\xff", "c-twice": "files: []\nfiles: []"}.items():
        (zoo / name).mkdir()
        (zoo / name / "model.yml").write_text(text, encoding="latin-1")
    status, _, err = run("--all")
    failed = [*hostile, "c-bomb", "c-bytes", "c-twice"]
    lines = err.splitlines()
    assert status == 1
    assert len(lines) == len(failed) + 1
    assert sorted(line.split(": ")[2] for line in lines[:-1]) == sorted(failed)
    assert all(line.startswith("omz_downloader: error: ") and len(line) < 500 for line in lines[:-1])
    assert files(tmp_path / "out") == [f"public/tiny/{NAME}"]
    assert (tmp_path / "out" / "public" / "tiny" / NAME).read_bytes() == content


@pytest.mark.parametrize(
    "location", [b"http://[::1", b"\xff", b"http://" + b"a" * 300 + b"/", b"file:///etc/passwd"]
)
def test_hostile_servers_stop_no_other_model(run, zoo, server, tmp_path, location):
    with serve(Served(b"", location=location)) as hostile:
        file = {"name": "a", "size": 9, "checksum": "0" * 96, "source": hostile.url}
        another(zoo, "redirected", files=[file])
        status, _, err = run("--all", "--num_attempts", "3")
    assert status == 1
    assert len(err.splitlines()) == 2
    assert err.startswith("omz_downloader: error: redirected: a cannot be fetched from 127.0.0.1")
    assert files(tmp_path / "out") == [f"public/tiny/{NAME}"]


@pytest.mark.parametrize("origin", ["network", "package", "cache"])
@pytest.mark.parametrize(
    "place", ["public", "public/tiny", f"public/tiny/{NAME}", f"public/tiny/{NAME}.part"]
)
def test_links_lead_nothing_out_of_the_folder(request, run, zoo, tmp_path, content, origin, place):
    if origin != "network" and place.endswith(".part"):
        pytest.skip("a partial file comes from the network only")
    cache = tmp_path / "kept"
    request.getfixturevalue("site" if origin == "package" else "server")
    if origin == "cache":
        assert run("--name", "tiny", "--cache_dir", cache)[0] == 0
        shutil.rmtree(tmp_path / "out")
    elsewhere = tmp_path / "elsewhere"
    link = tmp_path / "out" / place
    link.parent.mkdir(parents=True)
    if NAME in place:
        elsewhere.write_bytes(b"keep me")
    else:
        elsewhere.mkdir()
    link.symlink_to(elsewhere)
    status, _, err = run("--name", "tiny", "--cache_dir", cache)
    assert status == 1
    assert "symbolic link" in err
    assert link.is_symlink()
    assert elsewhere.read_bytes() == b"keep me" if NAME in place else not list(elsewhere.iterdir())


def test_links_that_stay_in_the_folder_are_taken(run, server, tmp_path, content):
    (tmp_path / "out" / "disk").mkdir(parents=True)
    (tmp_path / "out" / "public").symlink_to(tmp_path / "out" / "disk")
    assert run("--name", "tiny")[0] == 0
    assert (tmp_path / "out" / "disk" / "tiny" / NAME).read_bytes() == content


def test_a_link_to_the_right_file_is_as_good_as_the_file(run, server, tmp_path, content):
    path = tmp_path / "out" / "public" / "tiny" / NAME
    path.parent.mkdir(parents=True)
    path.symlink_to(CHECKPOINT)
    status, out, _ = run("--name", "tiny")
    assert status == 0
    assert "is there already" in out
    assert path.is_symlink()


def test_a_cache_whose_place_is_a_link_is_not_used(run, server, tmp_path, content):
    digest = hashlib.sha384(content).hexdigest()
    shelf = tmp_path / "kept" / "1" / digest[:2] / digest[2:]
    shelf.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").write_bytes(b"keep me")
    shelf.symlink_to(tmp_path / "elsewhere")
    assert run("--name", "tiny", "--cache_dir", tmp_path / "kept")[0] == 0
    assert (tmp_path / "elsewhere").read_bytes() == b"keep me"
