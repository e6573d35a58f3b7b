"""The source of the light vocoder: pulses at the pitch, noise where there is none, and no seam where windows join."""

from __future__ import annotations

import gc
import itertools
import resource
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import tiny_models
from text_to_speech.errors import InputError, ModelError
from text_to_speech.inference import vocoder as vocoder_module
from text_to_speech.inference.feeds import MelPiece
from text_to_speech.inference.mel import SAMPLE_RATE, SILENCE, mel_spectrogram
from text_to_speech.inference.model_files import read_model
from text_to_speech.inference.runtime import Member, Target, compile_model, resolve_target
from text_to_speech.inference.scheduler import Scheduler
from text_to_speech.inference.source_filter import (
    ENDS,
    PITCH_ENDS,
    PITCH_WINDOW,
    REFERENCE_HZ,
    Excitation,
    SourceFeed,
    cut_in_two,
    pitch_lengths,
    takes_source,
)
from text_to_speech.inference.upsampling import plain_convolutions
from text_to_speech.inference.vocoder import Vocoder
from text_to_speech.inference.windows import Window

SECOND = 86  # frames, about


def contour(hz: float | NDArray[np.float32], *, voicing: float = 1.0, frames: int = SECOND) -> tuple:
    pitch = np.broadcast_to(np.log2(np.float32(hz) / REFERENCE_HZ), frames + 2)
    return pitch, np.full(frames + 2, voicing, np.float32)


def read_by_frame(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """A reader whose result is known: the first band is the octaves, the second one the voicing."""
    return mel[0, :2]


def random_contour(frames: int) -> NDArray[np.float32]:
    dice = np.random.default_rng(1)
    return np.stack([dice.uniform(-1, 1, frames), dice.uniform(0, 1, frames)]).astype(np.float32)


@pytest.mark.parametrize("hz", [75.0, 117.3, 200.0, 399.9])
def test_there_are_as_many_pulses_as_periods(hz):
    pulses = Excitation().extend(*contour(hz))[0]
    height = np.sqrt(SAMPLE_RATE / hz)
    # A pulse that lies between two samples keeps its area.
    assert pulses.sum() / height == pytest.approx(hz * pulses.size / SAMPLE_RATE, abs=1.6)


@pytest.mark.parametrize("hz", [110.0, 237.7])
def test_the_spectrum_has_lines_at_the_harmonics_and_nothing_between(hz):
    pulses = Excitation().extend(*contour(hz, frames=200))[0][1000:-1000]
    spectrum = np.abs(np.fft.rfft(pulses * np.blackman(pulses.size)))
    hertz = np.fft.rfftfreq(pulses.size, 1 / SAMPLE_RATE)
    for harmonic in (1, 5, 20):
        on = spectrum[np.abs(hertz - harmonic * hz) < 2].max()
        between = spectrum[np.abs(hertz - (harmonic + 0.5) * hz) < 2].max()
        assert on > 300 * between


def test_both_parts_have_unit_power():
    pulses, noise = Excitation().extend(*contour(180.0, frames=400))
    assert np.mean(noise**2) == pytest.approx(1, abs=0.02)
    assert np.mean(pulses**2) == pytest.approx(1, abs=0.1)  # the taps take a little of the highest octave


def test_unvoiced_frames_have_no_pulses():
    assert not Excitation().extend(*contour(180.0, voicing=0.3))[0].any()


def test_pitch_and_voicing_glide_between_frames():
    pitch, _ = contour(200.0)
    voicing = np.zeros_like(pitch)
    voicing[40:] = 1
    pulses = Excitation().extend(pitch, voicing)[0]
    first = np.flatnonzero(pulses)[0]
    assert 38 * 256 < first < 39.6 * 256  # frame 39 of the padded contour has its centre at sample 38.5 · 256


def test_another_seed_is_another_noise_and_the_same_pulses():
    one, same, other = (Excitation(seed=seed).extend(*contour(180.0)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(one[0], other[0])
    assert np.abs(one[1] - other[1]).max() > 1


@given(cuts=st.lists(st.integers(0, 60), max_size=6))
def test_pieces_of_an_excitation_are_the_whole(cuts):
    pitch, voicing = random_contour(62)
    whole = Excitation().extend(pitch, voicing)
    places = [0, *sorted(cuts), 60]
    excitation = Excitation()
    pieces = [
        excitation.extend(pitch[a : b + 2], voicing[a : b + 2])
        for a, b in itertools.pairwise(places)
        if b > a
    ]
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)


def whole_source(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    pitch, voicing = np.pad(mel[:2], ((0, 0), (1, 1)), mode="edge")
    return Excitation(seed=3).extend(pitch, voicing)


@settings(max_examples=50)
@given(
    frames=st.integers(1, 400),
    sizes=st.lists(st.integers(1, 150), min_size=1),
    pieces=st.lists(st.integers(1, 90), min_size=1),
    any_length=st.booleans(),
)
def test_windows_get_their_part_of_one_source(frames, sizes, pieces, any_length):
    mel = np.full((80, frames), -5, np.float32)
    mel[:2] = random_contour(frames)
    cuts = np.cumsum(np.resize(pieces, frames))
    source = SourceFeed(
        np.split(mel, cuts[cuts < frames], axis=1),
        kept=200,
        read_pitch=read_by_frame,
        lengths=pitch_lengths(any_length=any_length),
        seed=3,
    )
    expected = np.pad(whole_source(mel), ((0, 0), (0, 200 * 256)))
    stop = 0
    for size in np.resize(sizes, frames):
        start, stop = max(0, stop - 30), stop + int(size)
        inputs = source.inputs(Window(start, stop, start, stop))
        assert inputs["mel"].shape == (1, 80, stop - start)
        np.testing.assert_allclose(inputs["source"][0], expected[:, start * 256 : stop * 256], atol=1e-4)
        if stop >= frames:
            break


def test_a_vocoder_is_cut_in_two(tmp_path: Path, tiny):
    model = read_model(tiny_models.save_source_filter(tmp_path / "light.onnx"))
    assert takes_source(model)
    assert not takes_source(read_model(tiny.vocoder))
    audio, pitch = cut_in_two(model)
    assert [port.any_name for port in (*audio.inputs, *audio.outputs)] == ["mel", "source", "audio"]
    assert [port.any_name for port in (*pitch.inputs, *pitch.outputs)] == ["mel", "pitch"]


# --- contours that come with the mel


@settings(max_examples=30)
@given(
    frames=st.integers(1, 400),
    sizes=st.lists(st.integers(1, 150), min_size=1),
    pieces=st.lists(st.integers(1, 90), min_size=1),
)
def test_a_contour_that_is_given_is_not_read_and_comes_in_windows(frames, sizes, pieces):
    mel = np.full((80, frames), -5, np.float32)
    mel[:2] = random_contour(frames)
    cuts = np.cumsum(np.resize(pieces, frames))
    split = np.split(mel, cuts[cuts < frames], axis=1)
    source = SourceFeed(
        [MelPiece(piece, piece[:2]) for piece in split],
        kept=200,
        read_pitch=lambda mel: pytest.fail("pitch was read"),
        lengths=pitch_lengths(any_length=True),
        seed=3,
        with_contour=True,
    )
    wide = ((0, 0), (0, 200 * 256))
    expected, contour = np.pad(whole_source(mel), wide), np.pad(mel[:2], wide)
    stop = 0
    for size in np.resize(sizes, frames):
        start, stop = max(0, stop - 30), stop + int(size)
        inputs = source.inputs(Window(start, stop, start, stop))
        assert set(inputs) == {"mel", "source", "contour"}
        np.testing.assert_array_equal(inputs["contour"][0], contour[:, start:stop])
        np.testing.assert_allclose(inputs["source"][0], expected[:, start * 256 : stop * 256], atol=1e-4)
        if stop >= frames:
            break


@pytest.mark.parametrize("first_has_one", [True, False])
def test_pieces_of_both_kinds_are_refused(first_has_one, light_with_contour):
    plain = np.full((80, 40), -5, np.float32)
    pitched = MelPiece(plain, np.zeros((2, 40), np.float32))
    pieces = [pitched, plain] if first_has_one else [plain, pitched]
    with pytest.raises(InputError, match="with and without a contour"):
        list(Vocoder(model=light_with_contour).stream(pieces))


@pytest.mark.parametrize("contour", [np.zeros((2, 39)), np.zeros(40), np.full((2, 40), np.nan)])
def test_a_contour_of_another_shape_is_refused(contour, light_with_contour):
    piece = MelPiece(np.full((80, 40), -5, np.float32), contour.astype(np.float32))
    with pytest.raises(InputError, match=r"contour of shape .*: expected \(2, 40\), finite values"):
        list(Vocoder(model=light_with_contour).stream(piece))


@pytest.fixture(scope="module")
def light_with_contour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("light_with_contour")
    return tiny_models.save_source_filter(folder / "light.onnx", contour=True)


@pytest.mark.parametrize("frames", [1, 30, 95, 400])
def test_a_given_contour_is_heard_however_the_stream_is_cut(frames, light_with_contour, light):
    vocoder = Vocoder(model=light_with_contour)
    mel, contour = random_mel(frames), random_contour(frames).astype(np.float32)
    whole = np.concatenate(list(vocoder.stream(MelPiece(mel, contour), first_window=740)))
    parts = [
        MelPiece(m, c)
        for m, c in zip(np.array_split(mel, 3, axis=2), np.array_split(contour, 3, axis=1), strict=True)
        if m.size
    ]
    np.testing.assert_allclose(np.concatenate(list(vocoder.stream(parts))), whole, atol=1e-4)
    higher = MelPiece(mel, contour + np.array([[0.5], [0.0]], np.float32))
    assert np.abs(np.concatenate(list(vocoder.stream(higher))) - whole).max() > 1e-3
    # A vocoder without that input takes such pieces too, and reads the pitch as always.
    plain = Vocoder(model=light)
    np.testing.assert_array_equal(
        np.concatenate(list(plain.stream(MelPiece(mel, contour)))), np.concatenate(list(plain.stream(mel)))
    )


def test_a_vocoder_with_that_input_reads_the_contour_where_none_is_given(light_with_contour):
    vocoder, mel = Vocoder(model=light_with_contour), random_mel(200)
    audio, pitch = (
        compile_model(part, resolve_target("CPU"), light_with_contour)
        for part in cut_in_two(read_model(light_with_contour))
    )
    contour = pitch(mel)["pitch"]
    source = Excitation(seed=0).extend(*np.pad(contour[0], ((0, 0), (1, 1)), mode="edge"))
    expected = audio({"mel": mel, "contour": contour, "source": source[np.newaxis]})["audio"].reshape(-1)
    np.testing.assert_allclose(vocoder.synthesize(mel), expected, atol=1e-2)


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.save_source_filter(tmp_path_factory.mktemp("light") / "light.onnx")


@pytest.fixture(scope="module", params=["latency", "throughput", "NPU"])
def vocoder(request: pytest.FixtureRequest, light: Path) -> Vocoder:
    """The tiny vocoder with either hint, and as it is for a device that refuses dynamic shapes."""
    if request.param != "NPU":
        return Vocoder(model=light, hint=request.param)
    pretended = Target("CPU", (Member("NPU", "f32", "pretended"),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocoder_module, "resolve_target", lambda device, precision, threads: pretended)
        return Vocoder("NPU", model=light)


def in_one_inference(path: Path, mel: NDArray[np.float32], *, seed: int = 0) -> NDArray[np.float32]:
    """What the vocoder has to compute, without its windows: the pitch of all, its source, the audio of all."""
    whole = resolve_target("CPU")
    audio, pitch = (compile_model(part, whole, path) for part in cut_in_two(read_model(path)))
    contour = np.pad(pitch(mel)["pitch"][0], ((0, 0), (1, 1)), mode="edge")
    source = Excitation(seed=seed).extend(*contour)
    return audio({"mel": mel, "source": source[np.newaxis]})["audio"].reshape(-1)


def random_mel(frames: int) -> NDArray[np.float32]:
    return np.random.default_rng(frames).normal(-5.0, 2.0, (1, 80, frames)).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("frames", [1, 28, 95, 128, 700])
def test_a_stream_is_one_inference_cut_in_pieces(vocoder, light, frames):
    mel = random_mel(frames)
    chunks = list(vocoder.stream(np.array_split(mel, 3, axis=2) if frames > 2 else mel))
    if not vocoder.target.needs_static_shapes or frames >= PITCH_WINDOW:  # a shorter one is padded there
        # The last bits of the pitch differ between one inference and many, and add up in the phase.
        np.testing.assert_allclose(np.concatenate(chunks), in_one_inference(light, mel), atol=1e-2)
    np.testing.assert_allclose(np.concatenate(chunks), vocoder.synthesize(mel), atol=1e-3)
    assert len(chunks) > 1 or frames <= 128


@pytest.mark.slow
@settings(max_examples=25)
@given(frames=st.integers(1, 700), first=st.sampled_from([16, 740]))
def test_windows_are_one_inference_of_the_same_source(frames, first, vocoder, light):
    """To the last bits: the source of the windows is given to the whole, so that no phase can drift."""
    if vocoder.target.needs_static_shapes and frames < PITCH_WINDOW:
        return
    mel = random_mel(frames)
    inputs = vocoder._kind.feed([mel]).inputs(Window(0, frames, 0, frames))
    whole = compile_model(cut_in_two(read_model(light))[0], resolve_target("CPU"), light)(inputs)["audio"]
    chunks = list(vocoder.stream(mel, first_window=first))
    np.testing.assert_allclose(np.concatenate(chunks), whole.reshape(-1), atol=1e-5)


class Recorded:
    """A compiled model or a request of one that notes how many frames of mel it is given."""

    def __init__(self, inner, lengths: set[int]) -> None:
        self._inner, self._lengths = inner, lengths

    def create_infer_request(self) -> Recorded:
        return Recorded(self._inner.create_infer_request(), self._lengths)

    def infer(self, inputs, **options):
        self._lengths.add(inputs["mel"].shape[2])
        return self._inner.infer(inputs, **options)

    def start_async(self, inputs, **options):
        self._lengths.add(inputs["mel"].shape[2])
        return self._inner.start_async(inputs, **options)

    def __getattr__(self, name: str):
        return getattr(self._inner, name)


@pytest.mark.slow
@pytest.mark.parametrize("hint", ["latency", "throughput"])
def test_the_models_see_few_lengths_whatever_the_utterances(light, hint):
    """A CPU keeps kernels for each length, so lengths without end are memory without end."""
    vocoder, read, heard = Vocoder(model=light, hint=hint), set(), set()
    kind, scheduler = vocoder._kind, vocoder._scheduler
    kind._pitch = Recorded(kind._pitch, read)
    scheduler._compiled = {size: Recorded(model, heard) for size, model in scheduler._compiled.items()}
    dice = np.random.default_rng(0)
    for frames in dice.integers(1, 900, size=200):
        mel = random_mel(int(frames))
        pieces = np.array_split(mel, dice.integers(1, 4), axis=2) if frames > 3 else mel
        for _ in vocoder.stream(pieces, first_window=int(dice.choice([16, 740]))):
            pass
    shorter = set(range(1, ENDS[0]))  # one window and no way to cut it
    assert heard <= set(ENDS) | shorter
    assert read <= set(PITCH_ENDS) | shorter
    assert len(heard & set(ENDS)) > 10  # the recorder records


def test_a_stream_that_is_left_gives_its_requests_back(light, monkeypatch):
    vocoder, alive = Vocoder(model=light), []
    create = Scheduler.request_for

    def recording(scheduler, inputs):
        request = create(scheduler, inputs)
        alive.append(weakref.ref(request))
        return request

    monkeypatch.setattr(Scheduler, "request_for", recording)
    mel, streams = random_mel(1500), []
    for _ in range(8):
        streams.append(vocoder.stream(mel))
        next(streams[-1])
    assert sum(request() is not None for request in alive) == 8  # one each, whatever the number of windows
    for stream in streams[:4]:
        stream.close()
    del stream, streams[4:]
    gc.collect()
    assert all(request() is None for request in alive)


def test_the_seed_is_that_of_the_noise(light):
    mel = random_mel(60)
    np.testing.assert_allclose(
        Vocoder(model=light, seed=5).synthesize(mel), in_one_inference(light, mel, seed=5), atol=1e-3
    )
    one, other = (Vocoder(model=light, seed=seed).synthesize(mel) for seed in (0, 1))
    assert np.abs(one - other).max() > 1e-2


def test_a_call_does_not_disturb_another(light):
    vocoder, mel = Vocoder(model=light), random_mel(300)
    first, second = vocoder.stream(mel), vocoder.stream(mel)
    pairs = list(zip(first, second, strict=True))
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)


def test_it_is_ready_after_warming_up(light):
    vocoder = Vocoder(model=light)
    vocoder.warm_up()
    assert vocoder.synthesize(random_mel(3)).size == 3 * 256


def test_a_model_with_a_source_and_no_pitch_is_refused(tmp_path: Path):
    graph = tiny_models.Graph(seed=1)
    y = graph.upsample(graph.convolution("mel", (80, 2), kernel=1), (2, 2), factor=256)
    graph.convolution(graph.node("Mul", y, "source"), (2, 1), kernel=1)
    graph.nodes[-1].output[0] = "audio"
    inputs = [tiny_models.floats("mel", 1, 80, "frames"), tiny_models.floats("source", 1, 2, "samples")]
    path = graph.save(tmp_path / "half.onnx", inputs, [tiny_models.floats("audio", 1, 1, "samples")])
    with pytest.raises(ModelError, match=r"expected audio .*, pitch"):
        Vocoder(model=path)


@pytest.fixture(scope="module")
def real() -> Vocoder:
    return Vocoder(model="source-filter-light")


def vowels(frames: int = 400) -> NDArray[np.float32]:
    """A mel spectrogram with a pitch of 210 Hz and a level that comes and goes, made of sound."""
    time = np.arange(frames * 256) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * 210 * n * time) / n for n in range(1, 30))
    return mel_spectrogram((0.05 * tone * (1.1 + np.sin(9 * time))).astype(np.float32))


def test_the_model_of_this_repository_streams_without_a_seam(real):
    mel = vowels()
    chunks = list(real.stream(mel))
    assert len(chunks) > 2
    np.testing.assert_allclose(np.concatenate(chunks), real.synthesize(mel), atol=1e-3)


def test_it_has_the_pitch_of_the_mel(real):
    audio = real.synthesize(vowels())[20_000:-20_000]
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(audio.size)))
    hertz = np.fft.rfftfreq(audio.size, 1 / SAMPLE_RATE)
    near = (hertz > 150) & (hertz < 290)
    assert hertz[near][np.argmax(spectrum[near])] == pytest.approx(210, rel=0.02)  # 35 cents


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="the system does not tell the resident size"
)
def test_its_memory_does_not_grow_with_every_new_length(real):
    """Forty utterances of lengths that it has not met took 184 MB when its convolutions had strides, and take 21."""
    real.synthesize(random_mel(768))
    before = resident_megabytes()
    for frames in range(101, 301, 5):
        real.synthesize(random_mel(frames))
    assert resident_megabytes() - before < 60


def test_no_convolution_of_it_has_a_stride(real):
    assert not [
        node
        for node in plain_convolutions(real._kind.model).get_ops()
        if "Convolution" in node.get_type_name() and max(node.get_attributes()["strides"]) > 1
    ]


def test_it_is_silent_in_silence(real):
    audio = real.synthesize(np.full((80, 200), SILENCE, np.float32))
    level = 10 * np.log10(np.mean(audio[6000:-6000].astype(np.float64) ** 2) + 1e-15)
    assert level < -75  # dB of full scale
