"""Batches on a Ray cluster of three nodes, and columns of Ray Data. They are slow: a node is five processes."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import pool_tasks
from batch_support import batch, command, environment, leftovers, sound_files, write_jobs
from ray_clusters import add_node, cluster_of
from text_to_speech.batch.pool import build_for_worker, finishing_on_signals
from text_to_speech.batch.ray_start import connect
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.pipeline import SynthesizerOptions

ray = pytest.importorskip("ray", reason="the extra [cluster] is not installed")

from text_to_speech.batch.ray_data import TextToSpeech  # noqa: E402
from text_to_speech.batch.ray_pool import RayPool  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    # Ray leaves sockets and files to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with cluster_of(3) as made:
        yield made


@pytest.fixture
def connected(cluster: Any) -> Iterator[Any]:
    connect(cluster.address)
    yield cluster
    ray.shutdown()


def until(condition, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def lose_a_node(cluster: Any) -> None:
    """Kill the processes of a node, and add another one."""
    cluster.remove_node(sorted(cluster.worker_nodes, key=str)[0], allow_graceful=False)
    add_node(cluster)


def test_every_task_has_a_result(connected: Any) -> None:
    with RayPool(pool_tasks.prepare, workers=2) as pool:
        outcomes = list(pool.map(("double", number) for number in range(40)))
    assert sorted(outcome.result for outcome in outcomes) == [2 * number for number in range(40)]
    assert {outcome.tries for outcome in outcomes} == {1}


def test_no_tasks_need_no_actor(connected: Any) -> None:
    with RayPool(pool_tasks.never_prepare, workers=2) as pool:
        assert list(pool.map([])) == []


@pytest.mark.parametrize("verb", ["die", "need_memory", "fail"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_task_is_tried_three_times(connected: Any, tmp_path: Path, verb: str, times: int) -> None:
    tasks = [(verb, times, str(tmp_path / "count")), *[("double", 1)] * 3]
    with RayPool(pool_tasks.prepare, workers=2) as pool:
        outcomes = {outcome.task[0]: outcome for outcome in pool.map(tasks)}
        assert pool.deaths == (0 if verb == "fail" else times)
    assert outcomes["double"].result == 2
    hard = outcomes[verb]
    assert hard.tries == min(times + 1, 3)
    assert (hard.failure is None) == (times < 3)


def test_what_keeps_an_actor_from_its_beginning_is_told(connected: Any) -> None:
    pool = RayPool(pool_tasks.never_prepare, workers=1)
    with pytest.raises(SpeechError, match="the device is not there"), pool:
        list(pool.map([("double", 1)]))


def test_a_node_that_is_lost_loses_no_task(connected: Any, tmp_path: Path) -> None:
    def tasks() -> Iterator[tuple[object, ...]]:
        for number in range(30):
            if number == 10:
                lose_a_node(connected)
            yield ("sleep", 0.2, str(number))

    with RayPool(pool_tasks.prepare, workers=3) as pool:
        outcomes = list(pool.map(tasks()))
        assert pool.deaths >= 1
    assert sorted(int(outcome.result) for outcome in outcomes) == list(range(30))


def test_a_signal_finishes_what_is_in_hand(connected: Any, tmp_path: Path) -> None:
    begun, done = str(tmp_path / "begun"), str(tmp_path / "done")

    def tasks() -> Iterator[tuple[object, ...]]:
        yield ("touch_after", 0.5, begun, done)
        until(Path(begun).exists)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
        pytest.fail("the stream was waited for")

    # The second task is asked for when there is a second actor.
    with RayPool(pool_tasks.prepare, workers=2) as pool, finishing_on_signals(pool) as came:
        assert [outcome.result for outcome in pool.map(tasks())] == [done]
    assert came == [signal.SIGINT]


@pytest.mark.parametrize(
    "address", ["127.0.0.1:1", "ray://127.0.0.1:1", "somewhere", "127.0.0.1:port", "[::1]:99999", ""]
)
def test_a_cluster_that_is_not_there_is_told_in_one_line(address: str) -> None:
    with pytest.raises(SpeechError, match=f"--ray {re.escape(address)}: there is no cluster") as caught:
        connect(address)
    assert "\n" not in str(caught.value)


def test_ray_that_is_not_installed_is_told_in_one_line(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(InputError, match=r"text-to-speech-demo\[cluster\]"):
        connect("local")


TEXTS = [f"Row number {number}." for number in range(12)]


@pytest.fixture
def job(tmp_path: Path) -> Path:
    return write_jobs(
        tmp_path / "jobs.jsonl", [{"id": f"r{n}", "text": text} for n, text in enumerate(TEXTS)]
    )


def test_the_files_are_those_of_processes_bit_for_bit(cluster: Any, tmp_path: Path, tiny, job: Path) -> None:
    here = batch(job, "-o", tmp_path / "here", "--workers", "1", *tiny.flags)
    there = batch(job, "-o", tmp_path / "there", "--workers", "2", "--ray", cluster.address, *tiny.flags)
    assert (here.returncode, there.returncode) == (0, 0), here.stderr + there.stderr
    assert len(sound_files(tmp_path / "there")) == 12
    assert sound_files(tmp_path / "here") == sound_files(tmp_path / "there")
    assert (tmp_path / "here" / "metadata.csv").read_bytes() == (
        tmp_path / "there" / "metadata.csv"
    ).read_bytes()


def test_a_new_cluster_is_heard_on_this_machine_only(tmp_path: Path, tiny, job: Path) -> None:
    """Every socket that the command's processes listen on is one of the loopback interface."""
    script = tmp_path / "listeners.py"
    script.write_text(LISTENERS)
    done = subprocess.run(
        [__import__("sys").executable, str(script)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["['127.0.0.1']"]


LISTENERS = """
import os
from text_to_speech.batch.ray_start import connect
ray = connect("local")
import psutil  # which Ray brings along
ours = [psutil.Process(), *psutil.Process().children(recursive=True)]
found = set()
for process in ours:
    for socket in process.net_connections("inet"):
        if socket.status == "LISTEN":
            found.add(socket.laddr.ip.replace("::ffff:", ""))
assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
ray.shutdown()
print(sorted(found))
"""


def test_a_batch_that_loses_a_node_ends_as_one_that_does_not(cluster: Any, tmp_path: Path, tiny) -> None:
    rows = [{"id": f"r{number}", "text": f"A row of some words, number {number}."} for number in range(60)]
    job = write_jobs(tmp_path / "jobs.jsonl", rows)
    assert batch(job, "-o", tmp_path / "calm", "--workers", "2", *tiny.flags).returncode == 0
    out = tmp_path / "out"
    with subprocess.Popen(
        command(job, "-o", out, "--workers", "3", "--ray", cluster.address, *tiny.flags), env=environment()
    ) as process:
        until(lambda: len(list(out.glob("*.wav"))) > 5)
        lose_a_node(cluster)
        assert process.wait(240) == 0
    assert sound_files(out) == sound_files(tmp_path / "calm")
    assert leftovers(out) == []


# Ray Data


def test_a_column_of_texts_becomes_a_column_of_sound(tiny) -> None:
    speak = TextToSpeech(container="wav", **tiny.options)
    batch = {
        "text": np.array(["One.", "Two words.", "", "Four."], dtype=object),
        "speed": np.array([np.nan, 0.5, 1.0, 9.0]),
        "category": np.array([1, 2, 3, 4]),
    }
    made = speak(batch)
    assert list(made) == [
        "text",
        "speed",
        "category",
        "audio",
        "sample_rate",
        "seconds",
        "words",
        "phonemes",
        "error",
    ]
    assert list(made["error"]) == [
        "",
        "",
        "text: it is empty; expected at least one word",
        "speed 9: expected a number from 0.5 (slow) to 2.0 (fast)",
    ]
    assert list(made["words"]) == [1, 2, 0, 0]
    audio, rate = soundfile.read(io.BytesIO(made["audio"][0]), dtype="int16")
    with build_for_worker(SynthesizerOptions(**tiny.options)) as synthesizer:
        expected = synthesizer.synthesize("One.")
    assert rate == expected.sample_rate
    np.testing.assert_allclose(audio / 32_768, expected.audio, atol=2 / 32_768)
    assert made["seconds"][0] == pytest.approx(expected.seconds)


def test_a_batch_without_texts_is_refused(tiny) -> None:
    with pytest.raises(InputError, match="the batch has no column text: it has words"):
        TextToSpeech(**tiny.options)({"words": np.array(["a"])})


def test_ray_data_loses_nothing_when_a_node_is_lost(connected: Any, tmp_path: Path, tiny) -> None:
    options = {name: str(path) for name, path in tiny.options.items()}
    rows = [{"number": number, "text": f"Row number {number}."} for number in range(60)]
    killed: list[str] = []

    def slowly(batch: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.2)
        return batch

    spoken = (
        ray.data.from_items(rows, override_num_blocks=20)
        .map_batches(slowly, num_cpus=0.1)
        .map_batches(TextToSpeech, fn_constructor_kwargs=options, concurrency=2, num_cpus=1, batch_size=3)
    )
    found = []
    for row in spoken.iter_rows():
        found.append(row)
        if len(found) == 9 and not killed:
            killed.append("node")
            lose_a_node(connected)
    assert killed
    assert sorted(row["number"] for row in found) == list(range(60))
    speak = TextToSpeech(**options)
    expected = speak({"text": np.array([row["text"] for row in found], dtype=object)})["audio"]
    assert [row["audio"] for row in found] == list(expected)


def test_the_table_of_a_batch_is_read_by_ray_data(connected: Any, tmp_path: Path, tiny, job: Path) -> None:
    for kind, read in (("csv", ray.data.read_csv), ("parquet", ray.data.read_parquet)):
        out = tmp_path / kind
        assert batch(job, "-o", out, "--workers", "1", "--metadata", kind, *tiny.flags).returncode == 0
        rows = read(str(out / f"metadata.{kind}")).take_all()
        assert sorted(row["text"] for row in rows) == sorted(TEXTS)
        assert all((out / row["file_name"]).exists() for row in rows)
