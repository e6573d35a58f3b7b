import json
import os
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzing.pickles import (
    SIX,
    STORED,
    archive,
    bombs,
    claims,
    dump,
    global_name,
    large,
    legacy,
    tensor_pickle,
    text,
    whole,
)
from text_to_speech.errors import ModelError
from text_to_speech.store.checkpoint import read_checkpoint

DATA = Path(__file__).parents[1] / "data"
LEGACY, ZIP = DATA / "checkpoint_legacy.pth", DATA / "checkpoint_zip.pth"
ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(
    sys.platform == "win32", reason="limits of processes and pipes with names are POSIX"
)
BOTH = pytest.mark.parametrize("path", [LEGACY, ZIP], ids=["legacy", "zip"])


@BOTH
def test_containers_and_numbers_arrive_as_they_were(path):
    tree = read_checkpoint(path)
    assert tree["steps"] == 2_500_000
    assert tree["nested"] == {"list": [1, 2.5, None, True, "Ünï"], "tuple": (1, (2, 3))}
    assert type(tree["generator"]) is dict


@BOTH
def test_a_state_dictionary_of_a_module(path):
    generator = read_checkpoint(path)["generator"]
    assert list(generator) == ["weight", "bias"]
    np.testing.assert_array_equal(generator["weight"], np.arange(30, dtype=np.float32).reshape(2, 3, 5))
    np.testing.assert_array_equal(generator["bias"], np.full(2, 0.5, np.float32))


@BOTH
def test_every_type_of_element(path):
    types = read_checkpoint(path)["types"]
    assert len(types) == 9
    for name, array in types.items():
        assert array.dtype == np.dtype(name)
        np.testing.assert_array_equal(array, np.arange(6).astype(name))


@BOTH
def test_views_of_one_storage(path):
    tree = read_checkpoint(path)
    base = np.arange(24, dtype=np.float32).reshape(4, 6)
    np.testing.assert_array_equal(tree["base"], base)
    np.testing.assert_array_equal(tree["transposed"], base.T)
    np.testing.assert_array_equal(tree["every_other"], base[1:, ::2])
    np.testing.assert_array_equal(tree["row"], base[2])
    assert np.shares_memory(tree["base"], tree["transposed"])


@BOTH
def test_scalars_and_empty_tensors(path):
    tree = read_checkpoint(path)
    assert tree["scalar"].shape == ()
    assert tree["scalar"] == 3.5
    assert tree["empty"].shape == (0, 3)


@BOTH
def test_arrays_cannot_be_written_to(path):
    with pytest.raises(ValueError, match="read-only"):
        read_checkpoint(path)["base"][0, 0] = 1


# What must not be read. The pickles are made without torch, around one file format or the other.


class Call:
    """Pickles into the call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def read(tmp_path, content):
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    return read_checkpoint(path)


def test_the_handmade_files_are_good_ones(tmp_path):
    expected = np.arange(6, dtype=np.float32).reshape(2, 3)
    for content in (
        legacy(tensor_pickle(), STORED, ["0"]),
        archive(tensor_pickle(view=False), **{"0": SIX}),
    ):
        np.testing.assert_array_equal(read(tmp_path, content)["t"], expected)


@pytest.mark.parametrize("wrap", [legacy, archive], ids=["legacy", "zip"])
def test_a_pickle_that_calls_the_shell_is_refused_by_name(tmp_path, wrap):
    marker = tmp_path / "marker"
    with pytest.raises(ModelError, match=r"names (posix|nt)\.system"):
        read(tmp_path, wrap(dump({"generator": Call(os.system, f"echo > {marker}")})))
    assert not marker.exists()


def test_the_first_pickle_is_guarded_too(tmp_path):
    with pytest.raises(ModelError, match=r"names (posix|nt)\.system"):
        read(tmp_path, dump(Call(os.system, "true")))


@pytest.mark.parametrize("function", [eval, exec, __import__, getattr, np.frombuffer])
def test_other_functions_are_refused_by_name(tmp_path, function):
    with pytest.raises(ModelError, match=rf"names [\w.]+\.{function.__name__}"):
        read(tmp_path, archive(dump({"a": Call(function, "1")})))


def test_a_name_cannot_write_to_the_terminal(tmp_path):
    with pytest.raises(ModelError) as error:
        read(tmp_path, archive(whole(global_name("os", "\x1b[2J"))))
    assert str(error.value).isprintable()


def test_storages_of_unknown_types_are_refused_by_name(tmp_path):
    with pytest.raises(ModelError, match=r"names torch\.BFloat16Storage"):
        read(tmp_path, legacy(tensor_pickle(dtype="BFloat16Storage"), STORED, ["0"]))


def test_newer_opcodes_are_refused(tmp_path):
    with pytest.raises(ModelError, match="opcode"):
        read(tmp_path, archive(dump({"a": Call(os.system, "true")}, protocol=4)))


def test_a_pickle_cannot_change_the_reader(tmp_path):
    build = b"\x80\x02" + global_name("torch._utils", "_rebuild_tensor_v2")
    state = b"N}" + text("__defaults__") + b")s\x86b."  # BUILD with (None, {'__defaults__': ()})
    with pytest.raises(ModelError):
        read(tmp_path, archive(build + state))
    assert read_checkpoint(ZIP)["scalar"] == 3.5


def test_a_large_number_in_the_memo_takes_no_memory(tmp_path):
    put = b"}r" + struct.pack("<I", 2**32 - 1)
    assert read(tmp_path, archive(b"\x80\x02" + put + b".")) == {}


MEASURE = """
import json, resource, sys, time
from pathlib import Path
from text_to_speech.errors import ModelError
from text_to_speech.store.checkpoint import read_checkpoint

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).iterdir()):
    begin = time.process_time()
    try:
        read_checkpoint(path)
        said = ""
    except ModelError as error:
        said = str(error)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([path.name, time.process_time() - begin, grown / 1024, said]), flush=True)
"""


def measured(tmp_path, files):
    """Read files in a process of 60 CPU seconds; return for each the seconds, megabytes in all, and the message."""
    import resource

    folder = tmp_path / "files"
    folder.mkdir(parents=True)
    names = {f"{index:03}.pth": title for index, (title, _) in enumerate(files)}
    for file, (_, content) in zip(names, files, strict=True):
        (folder / file).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "demo")},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
    )
    found = {names[file]: facts for file, *facts in map(json.loads, done.stdout.splitlines())}
    assert list(found) == list(names.values()), f"the next one did not end; {done.stderr}"
    return found


@POSIX
def test_bombs_cost_what_their_few_bytes_cost(tmp_path):
    files = list(bombs())
    assert max(len(content) for _, content in files) < 2500
    for name, (seconds, megabytes, said) in measured(tmp_path, files).items():
        assert seconds < 0.5, name
        assert megabytes < 20, name
        assert said or name.endswith(" as a state"), name
        assert len(said) < 500, name
        assert "\n" not in said, name


@POSIX
def test_claims_are_refused_before_they_take_memory(tmp_path):
    for name, (seconds, megabytes, said) in measured(tmp_path, list(claims())).items():
        assert seconds < 0.5, name
        assert megabytes < 20, name
        assert said, name
        assert len(said) < 500, name


@pytest.mark.slow
@POSIX
def test_time_and_memory_are_linear_in_the_file(tmp_path):
    small, double = (dict(measured(tmp_path / str(n), list(large(n)))) for n in (150_000, 600_000))
    for name in small:
        assert double[name][0] < 8 * small[name][0] + 0.2, name
        assert double[name][1] < 200, name
        assert len(double[name][2]) < 500, name


def test_values_that_are_shared_as_an_optimiser_shares_them_are_read(tmp_path):
    betas = (0.9, 0.999)
    groups = [{"betas": betas, "params": [index]} for index in range(8)]
    assert (
        read(tmp_path, archive(dump({"optim": {"param_groups": groups}})))["optim"]["param_groups"] == groups
    )


@POSIX
def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.pth")
    for path in (tmp_path / "pipe.pth", tmp_path):
        with pytest.raises(ModelError, match="regular file"):
            read_checkpoint(path)


def test_structures_that_multiply_are_refused(tmp_path):
    value = [0]
    for _ in range(12):
        value = [value] * 10
    with pytest.raises(ModelError, match="more values"):
        read(tmp_path, archive(dump({"a": value})))


def test_structures_that_contain_themselves_are_refused(tmp_path):
    value = {}
    value["self"] = value
    with pytest.raises(ModelError, match="levels"):
        read(tmp_path, archive(dump(value)))


def test_ordered_dictionaries_cannot_hide_their_items(tmp_path):
    class Disguised:
        def __reduce__(self):  # the state becomes attributes of the instance, by the opcode BUILD
            return OrderedDict, (), {"items": 3}, None, iter([("a", 1)])

    assert read(tmp_path, archive(dump(Disguised()))) == {"a": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"offset": 1},
        {"offset": -1},
        {"shape": (2, 4)},
        {"shape": (-2, 3)},
        {"strides": (4, 1)},
        {"strides": (3, -1)},
        {"strides": (3,)},
        {"shape": (10**12,), "strides": (0,)},
        {"shape": (2.0, 3)},
        {"elements": 7},
        {"elements": -6},
        {"dtype": "DoubleStorage"},
    ],
    ids=str,
)
def test_tensors_outside_their_storage_are_refused(tmp_path, wrong):
    with pytest.raises(ModelError):
        read(tmp_path, legacy(tensor_pickle(**wrong), STORED, ["0"]))
    with pytest.raises(ModelError):
        read(tmp_path, archive(tensor_pickle(**wrong, view=False), **{"0": SIX}))


@pytest.mark.parametrize(
    ("storages", "keys"),
    [
        (STORED, []),
        (STORED, ["0", "0"]),
        (STORED, ["1"]),
        (b"", ["0"]),
        (STORED + b"\0", ["0"]),
        (STORED[:-1], ["0"]),
    ],
)
def test_legacy_storages_must_fill_the_file_exactly(tmp_path, storages, keys):
    with pytest.raises(ModelError):
        read(tmp_path, legacy(tensor_pickle(), storages, keys))


def test_compressed_archives_are_refused(tmp_path):
    content = archive(tensor_pickle(view=False), zipfile.ZIP_DEFLATED, **{"0": SIX})
    with pytest.raises(ModelError, match="compressed"):
        read(tmp_path, content)


def test_an_archive_without_its_storage_is_refused(tmp_path):
    with pytest.raises(ModelError):
        read(tmp_path, archive(tensor_pickle(view=False)))


@pytest.mark.parametrize("value", [[1], 3, "text", None])
def test_what_is_no_dictionary_is_refused(tmp_path, value):
    with pytest.raises(ModelError, match="expected a dictionary"):
        read(tmp_path, archive(dump(value)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello, world", b"\x80\x02.", bytes(1000)])
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    with pytest.raises(ModelError, match=r"model\.pth"):
        read(tmp_path, content)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none\.pth"):
        read_checkpoint(tmp_path / "none.pth")


@BOTH
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_truncated_file_is_refused(tmp_path_factory, path, data):
    content = path.read_bytes()
    length = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(ModelError):
        read(tmp_path_factory.mktemp("cut"), content[:length])


@BOTH
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_damage_raises_nothing_but_model_errors(tmp_path_factory, path, data):
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        tree = read(tmp_path_factory.mktemp("damaged"), bytes(content))
    except ModelError:
        return
    assert isinstance(tree, dict)
