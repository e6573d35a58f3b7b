import hashlib
import json

import pytest
import yaml
from local_server import Served, serve
from tiny_zoo import CHECKPOINT

from text_to_speech.zoo.downloader import main

NAME = "generator.pth.tar"


@pytest.fixture
def content():
    return CHECKPOINT.read_bytes()


@pytest.fixture
def server(zoo, content, monkeypatch):
    """The server that tiny's model.yml names; no package carries the file."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("text_to_speech.zoo.sources.PACKAGES", ())
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
    monkeypatch.setattr("text_to_speech.zoo.fetch.RETRY_DELAY", 0.0)
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
