"""The scheduler: fairness, room, slow and vanished readers, failures. No thread's speed decides about a result."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from text_to_speech.serving.scheduler import READ_AHEAD, ClosingError, Idle, QueueFullError, Scheduler


class Gate:
    """Iterators whose windows are computed only when the test lets one, in an order that is recorded."""

    def __init__(self) -> None:
        self.allowed = threading.Semaphore(0)
        self.order: list[str] = []
        self.closed: list[str] = []

    def windows(self, name: str, count: int = 1_000) -> Iterator[str]:
        try:
            for number in range(count):
                assert self.allowed.acquire(timeout=20)
                self.order.append(name)
                yield f"{name}{number}"
        finally:
            self.closed.append(name)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def scheduler(gate: Gate) -> Iterator[Scheduler]:
    made = Scheduler(threads=1, streams=3, queue=2)
    yield made
    for _ in range(1_000):
        gate.allowed.release()
    made.close()


async def until(condition) -> None:
    """Wait for what a thread is about to do."""

    async def wait() -> None:
        while not condition():
            await asyncio.sleep(0.001)

    await asyncio.wait_for(wait(), 20)


def test_a_stream_gives_its_windows_in_order(gate: Gate, scheduler: Scheduler) -> None:
    async def read() -> list[str]:
        for _ in range(5):
            gate.allowed.release()
        async with scheduler.open(gate.windows("a", 5)) as stream:
            return [window async for window in stream]

    assert asyncio.run(read()) == ["a0", "a1", "a2", "a3", "a4"]
    assert gate.closed == ["a"]
    assert scheduler.active == 0


def test_streams_are_served_in_turn_and_a_new_one_comes_first(gate: Gate, scheduler: Scheduler) -> None:
    async def read() -> None:
        async def drain(stream) -> None:
            async for _ in stream:
                pass

        streams = [scheduler.open(gate.windows("a")), scheduler.open(gate.windows("b"))]
        readers = [asyncio.create_task(drain(stream)) for stream in streams]
        for count in range(1, 7):
            gate.allowed.release()
            await until(lambda count=count: len(gate.order) == count)
        # One window is being computed (it waits at the gate); the newcomer is next, then the circle goes on.
        streams.append(scheduler.open(gate.windows("c")))
        readers.append(asyncio.create_task(drain(streams[-1])))
        for count in range(7, 13):
            gate.allowed.release()
            await until(lambda count=count: len(gate.order) == count)
        for stream in streams:
            stream.cancel()
        gate.allowed.release()
        await asyncio.gather(*readers)

    asyncio.run(read())
    assert "".join(gate.order[:6]) in (
        "ababab",
        "aababa",
    )  # the first is begun before the second one is there
    assert "".join(gate.order[6:12]) in ("acbacb", "bcabca")


def test_newcomers_do_not_stop_those_who_are_heard(gate: Gate) -> None:
    scheduler = Scheduler(threads=1, streams=10, queue=0)

    async def read() -> None:
        old = scheduler.open(gate.windows("o"))
        gate.allowed.release()
        assert await anext(old) == "o0"
        new = [scheduler.open(gate.windows("n", 1)) for _ in range(9)]
        for count in range(2, 12):
            gate.allowed.release()
            await until(lambda count=count: len(gate.order) == count)
            if gate.order[-1] == "o":
                await anext(old)
        old.cancel()
        for stream in new:
            stream.cancel()

    asyncio.run(read())
    for _ in range(10):
        gate.allowed.release()
    scheduler.close()
    # The thread waits at the gate with the second window of the old one when the new ones come.
    assert "".join(gate.order[:11]) in ("oonnnnonnnn", "onnnnonnnno")


def test_there_is_room_for_so_many_and_the_next_is_refused(gate: Gate, scheduler: Scheduler) -> None:
    async def read() -> None:
        streams = [scheduler.open(gate.windows(name)) for name in "abcde"]
        assert (scheduler.active, scheduler.waiting) == (3, 2)
        with pytest.raises(QueueFullError, match="3 streams are active and 2 wait"):
            scheduler.open(gate.windows("f"))
        streams[3].cancel()  # one that waits
        assert scheduler.waiting == 1
        again = scheduler.open(gate.windows("f"))
        for stream in (*streams, again):
            stream.cancel()

    asyncio.run(read())


def test_the_end_of_a_stream_lets_the_next_in(gate: Gate, scheduler: Scheduler) -> None:
    async def read() -> None:
        streams = [scheduler.open(gate.windows(name, 1)) for name in "abcde"]
        for _ in streams:
            gate.allowed.release()
        for stream, name in zip(streams, "abcde", strict=True):
            assert [window async for window in stream] == [f"{name}0"]

    asyncio.run(read())
    assert (scheduler.active, scheduler.waiting) == (0, 0)


def test_a_slow_reader_stops_its_own_synthesis_only(gate: Gate, scheduler: Scheduler) -> None:
    async def read() -> None:
        slow, quick = scheduler.open(gate.windows("s")), scheduler.open(gate.windows("q"))
        for _ in range(40):
            gate.allowed.release()
        for number in range(30):
            assert await anext(quick) == f"q{number}"
        assert gate.order.count("s") == READ_AHEAD
        for number in range(READ_AHEAD + 1):  # and it goes on when its reader does
            gate.allowed.release()
            assert await anext(slow) == f"s{number}"
        slow.cancel()
        quick.cancel()

    asyncio.run(read())


def test_a_reader_that_goes_frees_its_place_after_the_window_in_work(
    gate: Gate, scheduler: Scheduler
) -> None:
    async def read() -> None:
        stream = scheduler.open(gate.windows("a"))
        gate.allowed.release()
        assert await anext(stream) == "a0"
        stream.cancel()
        gate.allowed.release()  # the window that is being computed
        await asyncio.wait_for(stream.ended(), 20)
        assert len(gate.order) <= 2
        assert gate.closed == ["a"]
        assert scheduler.active == 0
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    asyncio.run(read())


@pytest.mark.parametrize("how", ["full", "idle"])
def test_a_parked_stream_is_closed_when_its_reader_goes(scheduler: Scheduler, how: str) -> None:
    closed = threading.Event()

    def windows() -> Iterator[object]:
        try:
            while True:
                yield Idle.IDLE if how == "idle" else 1
        finally:
            closed.set()

    async def read() -> None:
        stream = scheduler.open(windows())
        await until(lambda: stream._state.value == how)
        stream.cancel()
        await asyncio.wait_for(stream.ended(), 20)

    asyncio.run(read())
    assert closed.is_set()
    assert scheduler.active == 0


def test_an_idle_stream_takes_no_thread_and_goes_on_when_woken(scheduler: Scheduler) -> None:
    texts: list[str] = []

    def windows() -> Iterator[str | Idle]:
        while True:
            if not texts:
                yield Idle.IDLE
            elif (text := texts.pop(0)) == "end":
                return
            else:
                yield text

    async def read() -> list[str]:
        heard = []
        async with scheduler.open(windows()) as stream:
            for text in ("one", "two", "end"):
                await until(lambda: stream._state.value == "idle")
                texts.append(text)
                stream.wake()
                if text != "end":
                    heard.append(await anext(stream))
            with pytest.raises(StopAsyncIteration):
                await anext(stream)
        return heard

    assert asyncio.run(read()) == ["one", "two"]


def test_a_failure_reaches_the_reader_after_the_windows_before_it(scheduler: Scheduler) -> None:
    def windows() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    async def read() -> None:
        stream = scheduler.open(windows())
        await asyncio.wait_for(stream.ended(), 20)
        assert await anext(stream) == 1
        with pytest.raises(ValueError, match="broken"):
            await anext(stream)

    asyncio.run(read())
    assert scheduler.active == 0


def test_a_failure_while_closing_does_not_end_the_thread(scheduler: Scheduler, caplog) -> None:
    def windows() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            raise RuntimeError("cannot be closed")

    async def read() -> list[int]:
        async with scheduler.open(windows()) as stream:
            await anext(stream)
        await asyncio.wait_for(stream.ended(), 20)
        return [window async for window in scheduler.open(iter([7]))]

    assert asyncio.run(read()) == [7]
    assert "could not be closed" in caplog.text


def test_a_scheduler_that_ends_takes_nothing_new_and_finishes_what_is_there(gate: Gate) -> None:
    scheduler = Scheduler(threads=2, streams=2, queue=2)

    async def read() -> None:
        stream = scheduler.open(gate.windows("a", 3))
        scheduler.drain()
        with pytest.raises(ClosingError):
            scheduler.open(gate.windows("b"))
        for _ in range(3):
            gate.allowed.release()
        assert [window async for window in stream] == ["a0", "a1", "a2"]
        scheduler.close()

    asyncio.run(read())


def test_closing_cancels_what_is_left() -> None:
    scheduler = Scheduler(threads=1, streams=1, queue=1)

    def windows() -> Iterator[int]:
        while True:
            yield 1

    async def read() -> None:
        streams = [scheduler.open(windows()), scheduler.open(windows())]
        await asyncio.to_thread(scheduler.close)
        for stream in streams:
            await asyncio.wait_for(stream.ended(), 20)
            with pytest.raises(ClosingError):  # its reader must not take it for the end
                await anext(stream)

    asyncio.run(read())
    assert threading.active_count() < 20
