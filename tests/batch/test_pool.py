"""Worker processes: results of a stream, deaths, stops, and that no process is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest

import pool_tasks
from text_to_speech.batch.pool import Pool, build_for_worker, finishing_on_signals
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.pipeline import SynthesizerOptions

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_every_task_has_a_result_and_no_process_is_left() -> None:
    with Pool(pool_tasks.prepare, workers=2) as pool:
        outcomes = list(pool.map(("double", number) for number in range(50)))
        processes = pool.processes
        assert len(processes) == 2
    assert sorted(outcome.result for outcome in outcomes) == [2 * number for number in range(50)]
    assert {outcome.tries for outcome in outcomes} == {1}
    assert not any(map(is_there, processes))


def test_no_tasks_need_no_worker(tmp_path: Path) -> None:
    with Pool(partial(pool_tasks.prepare, str(tmp_path)), workers=4) as pool:
        assert list(pool.map([])) == []
        assert len(list(pool.map([("double", 1)]))) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_stream_is_taken_as_workers_are_free() -> None:
    taken = 0

    def tasks() -> Iterator[tuple[str, int]]:
        nonlocal taken
        for number in count():
            taken += 1
            yield ("double", number)

    with Pool(pool_tasks.prepare, workers=2) as pool:
        for done, _ in enumerate(pool.map(tasks()), start=1):
            assert taken <= done + 2
            if done == 20:
                break


def test_a_long_task_does_not_hold_up_short_ones() -> None:
    with Pool(pool_tasks.prepare, workers=2) as pool:
        tasks = [("sleep", 1.5, "long"), *[("sleep", 0.0, "short")] * 10]
        assert [outcome.result for outcome in pool.map(tasks)] == ["short"] * 10 + ["long"]


@pytest.mark.parametrize("verb", ["die", "need_memory", "fail"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_task_is_tried_three_times(tmp_path: Path, verb: str, times: int, caplog) -> None:
    tasks = [(verb, times, str(tmp_path / "count")), *[("double", 1)] * 5]
    with Pool(pool_tasks.prepare, workers=2) as pool:
        outcomes = {outcome.task[0]: outcome for outcome in pool.map(tasks)}
        assert pool.deaths == (0 if verb == "fail" else min(times, 3))
    assert outcomes["double"].result == 2
    hard = outcomes[verb]
    assert hard.tries == min(times + 1, 3)
    if times < 3:
        assert hard.failure is None
        assert hard.result == times
    else:
        reasons = {
            "die": ("the worker was killed by SIGKILL", "died"),
            "need_memory": ("there was not enough memory", "died"),
            "fail": ("RuntimeError: it failed", "failed"),
        }
        assert (hard.failure.reason, hard.failure.kind) == reasons[verb]


@pytest.mark.parametrize("kind", ["input", "storage"])
def test_what_would_fail_again_is_tried_once(kind: str) -> None:
    with Pool(pool_tasks.prepare, workers=1) as pool:
        (outcome,) = pool.map([("refuse", kind)])
    assert (outcome.failure.reason, outcome.failure.kind, outcome.tries) == ("no", kind, 1)


def test_a_result_that_cannot_be_sent_is_a_failure() -> None:
    with Pool(pool_tasks.prepare, workers=1) as pool:
        unsent, sent = pool.map([("give_what_cannot_be_sent",), ("double", 4)])
    assert "cannot be sent" in unsent.failure.reason or "cannot be sent" in sent.failure.reason
    assert pool.deaths == 0


def test_a_worker_that_is_killed_while_it_waits_is_replaced() -> None:
    with Pool(pool_tasks.prepare, workers=1) as pool:
        assert len(list(pool.map([("double", 1)]))) == 1
        os.kill(pool.processes[0], signal.SIGKILL)
        until(lambda: not is_there(pool.processes[0]))
        (outcome,) = pool.map([("double", 2)])
        assert outcome.result == 4


def test_what_keeps_a_worker_from_its_beginning_is_told() -> None:
    with (
        pytest.raises(SpeechError, match="the device is not there"),
        Pool(pool_tasks.never_prepare, workers=2) as pool,
    ):
        list(pool.map([("double", 1)]))


def test_workers_that_die_at_their_beginning_end_the_pool() -> None:
    with Pool(pool_tasks.die_while_preparing, workers=1) as pool:
        with pytest.raises(SpeechError, match="before it was ready, 3 times in a row"):
            list(pool.map([("double", 1)]))
        assert pool.deaths == 3


def test_an_error_of_the_stream_passes_through_and_ends_the_workers() -> None:
    def tasks() -> Iterator[tuple[str, float]]:
        yield ("sleep", 60.0)
        raise InputError("line 2")

    pool = Pool(pool_tasks.prepare, workers=2)
    with pytest.raises(InputError, match="line 2"), pool:
        next(pool.map(tasks()))


def test_no_workers_are_refused() -> None:
    with pytest.raises(InputError, match="0 workers: expected 1 or more"):
        Pool(pool_tasks.prepare, workers=0)


def test_after_a_stop_the_tasks_in_hand_are_finished() -> None:
    with Pool(pool_tasks.prepare, workers=2) as pool:
        results = []
        for outcome in pool.map(("double", number) for number in count()):
            results.append(outcome.result)
            if len(results) == 10:
                pool.stop()
        assert 10 <= len(results) <= 12
        assert list(pool.map([("double", 1)])) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_in_hand(tmp_path: Path, number: int) -> None:
    begun, done = str(tmp_path / "begun"), str(tmp_path / "done")

    def tasks() -> Iterator[tuple[object, ...]]:
        yield ("touch_after", 0.5, begun, done)
        until(Path(begun).exists)
        os.kill(os.getpid(), number)
        time.sleep(60)  # as a pipe without data
        pytest.fail("the stream was waited for")

    before = signal.getsignal(number)
    with Pool(pool_tasks.prepare, workers=2) as pool, finishing_on_signals(pool) as came:
        assert [outcome.result for outcome in pool.map(tasks())] == [done]
    assert came == [number]
    assert signal.getsignal(number) is before


def test_a_second_signal_ends_it_at_once() -> None:
    began = time.monotonic()
    pool = Pool(pool_tasks.prepare, workers=1)

    def work() -> None:
        with pool, finishing_on_signals(pool):
            for _ in pool.map(("sleep", 30.0 * number) for number in range(2)):
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert time.monotonic() - began < 25


def test_signals_to_the_whole_group_do_not_disturb_the_workers() -> None:
    with Pool(pool_tasks.prepare, workers=1) as pool:
        assert len(list(pool.map([("double", 1)]))) == 1
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pool.processes[0], number)
        (outcome,) = pool.map([("double", 2)])
    assert (outcome.result, pool.deaths) == (4, 0)


def test_workers_end_when_the_driver_is_killed(tmp_path: Path) -> None:
    code = """
        import sys
        from functools import partial
        import pool_tasks
        from text_to_speech.batch.pool import Pool
        if __name__ == "__main__":
            with Pool(partial(pool_tasks.prepare, sys.argv[1]), workers=2) as pool:
                for outcome in pool.map(("sleep", 0.01 + 100 * number) for number in range(4)):
                    print(*pool.processes, flush=True)
    """
    script = tmp_path / "driver.py"
    script.write_text(textwrap.dedent(code))
    root = Path(__file__).parents[2]
    paths = os.pathsep.join([str(root / "demo"), str(root / "tests" / "support")])
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as driver:
        assert driver.stdout
        workers = [int(number) for number in driver.stdout.readline().split()]
        assert workers
        assert all(map(is_there, workers))
        driver.kill()
        driver.wait()
        until(lambda: not any(map(is_there, workers)), 10)


def test_libraries_of_workers_use_one_thread(monkeypatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    with Pool(pool_tasks.prepare, workers=1) as pool:
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        found = {o.task[1]: o.result for o in pool.map(("tell_environment", name) for name in names)}
    assert found == {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "3"}
    assert "OMP_NUM_THREADS" not in os.environ


def test_the_synthesizer_of_a_worker_has_one_thread_and_no_pinning(tiny) -> None:
    options = SynthesizerOptions(**tiny.options)
    with build_for_worker(options) as synthesizer:
        assert synthesizer.options.threads == 1
        assert synthesizer.synthesize("One.").seconds > 0
    with build_for_worker(SynthesizerOptions(threads=2, **tiny.options)) as synthesizer:
        assert synthesizer.options.threads == 2
