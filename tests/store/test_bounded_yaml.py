import contextlib
import os
import re
import sys
import time

import pytest

from fuzzing.yamls import bombs, long_ones
from text_to_speech.errors import ModelError
from text_to_speech.store.bounded_yaml import MAX_BYTES, read_yaml
from text_to_speech.store.model_yml import read_composite_model, read_model
from text_to_speech.store.quantization_yml import read_quantization

READERS = {
    "model.yml": read_model,
    "composite-model.yml": read_composite_model,
    "quantization.yml": read_quantization,
}


def refused(tmp_path, content, name="model.yml", read=read_model):
    """Return the message with which a file is refused, and the CPU seconds that it took."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    begin = time.process_time()
    with pytest.raises(ModelError) as error:
        read(tmp_path)
    seconds = time.process_time() - begin
    assert str(path) in str(error.value)
    assert len(str(error.value)) < len(str(path)) + 400
    assert "\n" not in str(error.value)
    return str(error.value), seconds


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("bomb", bombs(), ids=lambda bomb: bomb[0])
def test_bombs_are_refused_before_they_unfold(tmp_path, name, bomb):
    _, seconds = refused(tmp_path, bomb[1], name, READERS[name])
    assert seconds < 1


@pytest.mark.parametrize("long", long_ones(1), ids=lambda long: long[0])
def test_time_is_linear_in_the_file(tmp_path, long):
    kind, _ = long

    def seconds(size):
        content = dict(long_ones(size))[kind].encode()
        (tmp_path / "model.yml").write_bytes(content)
        begin = time.process_time()
        with contextlib.suppress(ModelError):
            read_yaml(tmp_path / "model.yml")
        return time.process_time() - begin

    seconds(2000)
    assert seconds(100_000) < 12 * seconds(20_000) + 0.3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * (MAX_BYTES + 1), "larger than 131072 bytes"),
        ("a: Übung".encode("latin-1"), "UTF-8"),
        ("a: b".encode("utf-16"), "UTF-8"),
        (b"a: \x00", "YAML"),
        ("a: 1\nb: 2\na: 3", r"line 3, column 1.*'a' occurs twice"),
        ("files: [{name: a, name: b}]", "'name' occurs twice"),
        ("a: &x b\nc: *x", r"line 2, column 4.*alias"),
        ("<<: {a: b}\nfiles: []", "description"),
        ("? [a]\n: b", "YAML"),
        ("a: 2020-02-31", "YAML"),
        ("a: !!python/name:os.system", "YAML"),
        ("a: !!binary x", "YAML"),
        ("a: b\n---\nc: d", "YAML"),
        ("files: [", "line 1"),
        ("\ud800".encode("utf-8", "surrogatepass"), "UTF-8"),
    ],
)
def test_what_is_no_plain_yaml_is_named(tmp_path, content, said):
    message, _ = refused(tmp_path, content)
    assert re.search(said, message)


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    (tmp_path / "model.yml").write_bytes(b"\xef\xbb\xbfa: b")
    assert read_yaml(tmp_path / "model.yml") == {"a": "b"}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are POSIX")
def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "model.yml")
    with pytest.raises(ModelError, match="regular file"):
        read_yaml(tmp_path / "model.yml")


@pytest.mark.parametrize("pattern", ["(" * 5000, "a{99999999999999999999}", "[", "(?P<n>a)(?P<n>b)"])
def test_patterns_that_cannot_be_compiled_are_named(tmp_path, pattern):
    message, _ = refused(tmp_path, f"ignored_layers: ['{pattern}']", "quantization.yml", read_quantization)
    assert "ignored_layers[0]" in message
    assert "regular expression" in message
