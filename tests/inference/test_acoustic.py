"""The two acoustic models and what is between them."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import text_to_speech
import tiny_models
from text_to_speech.errors import InputError, ModelError, SpeechError
from text_to_speech.inference import acoustic as acoustic_module
from text_to_speech.inference.acoustic import AcousticModel, Spectrogram, silent_ends, trim_silence
from text_to_speech.inference.mel import SILENCE
from text_to_speech.inference.runtime import compile_model, resolve_target
from text_to_speech.store.voices_yml import find_voice
from text_to_speech.text import SYMBOLS, to_ids

IDS = to_ids("həlˈO wˈɜɹld.")


@pytest.fixture(scope="module")
def acoustic(tiny) -> AcousticModel:
    return AcousticModel(duration_model=tiny.duration, regression_model=tiny.regression)


def test_phonemes_become_a_mel_of_their_durations(acoustic: AcousticModel) -> None:
    spectrogram = acoustic.synthesize(IDS)
    frames = int(spectrogram.durations.sum())
    assert spectrogram.durations.shape == IDS.shape
    assert spectrogram.durations.dtype == np.int64
    assert spectrogram.durations.min() >= 1
    assert spectrogram.mel.shape == (80, frames)
    assert spectrogram.mel.dtype == spectrogram.f0.dtype == np.float32
    voiced = spectrogram.f0 > 0
    assert voiced.any()
    assert not voiced.all()
    assert 120 <= spectrogram.f0[voiced].min() <= spectrogram.f0.max() <= 260


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_alpha_scales_the_length(alpha: float, acoustic: AcousticModel) -> None:
    predicted = float(acoustic.predict(IDS).durations.sum())
    assert acoustic.synthesize(IDS, alpha=alpha).mel.shape[1] == pytest.approx(alpha * predicted, abs=0.51)


def test_prosody_can_be_changed_between_the_models(acoustic: AcousticModel) -> None:
    prosody = acoustic.predict(IDS)
    plain = acoustic.render(prosody)
    higher = acoustic.render(
        acoustic_module.Prosody(
            prosody.durations, prosody.embeddings, prosody.log_f0 + np.log(2), prosody.voicing, prosody.energy
        )
    )
    np.testing.assert_allclose(higher.f0, 2 * plain.f0, rtol=1e-5)
    assert np.abs(higher.mel - plain.mel).max() > 0.01


def test_an_ir_speaks_as_its_onnx_does(tiny, tmp_path: Path, acoustic: AcousticModel) -> None:
    converted = tiny_models.save_duration_prediction(tmp_path / "duration.xml", SYMBOLS)
    other = AcousticModel(duration_model=converted, regression_model=tiny.regression, symbols=SYMBOLS)
    assert other.symbols == SYMBOLS
    np.testing.assert_allclose(other.synthesize(IDS).mel, acoustic.synthesize(IDS).mel, atol=1e-5)


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ((*SYMBOLS, "☃"), "differs in ☃"),
        (SYMBOLS[:-1], f"differs in {SYMBOLS[-1]}"),
        ((SYMBOLS[0], *reversed(SYMBOLS[1:])), "another order"),
        ((), "stores no symbol table"),
    ],
)
def test_another_symbol_table_is_refused(
    symbols: tuple[str, ...], message: str, tiny, tmp_path: Path
) -> None:
    path = tiny_models.save_duration_prediction(
        tmp_path / "duration.onnx", symbols or SYMBOLS[:9], bare=not symbols
    )
    with pytest.raises(ModelError, match=message):
        AcousticModel(duration_model=path, regression_model=tiny.regression, symbols=SYMBOLS)


def test_models_of_another_interface_are_refused(tiny, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="expected input_seq"):
        AcousticModel(duration_model=tiny.vocoder, regression_model=tiny.regression)
    with pytest.raises(ModelError, match="expected data"):
        AcousticModel(duration_model=tiny.duration, regression_model=tiny.vocoder)
    without = tiny_models.save_duration_prediction(tmp_path / "duration.onnx", SYMBOLS, drop="pitch")
    with pytest.raises(ModelError, match=r"has outputs .*expected .*pitch"):
        AcousticModel(duration_model=without, regression_model=tiny.regression)
    wide = tiny_models.save_regression(tmp_path / "wide.onnx", embedding=99)
    with pytest.raises(ModelError, match=r"embeddings of 6, .* takes 99: expected a pair"):
        AcousticModel(duration_model=tiny.duration, regression_model=wide)


def test_ids_are_checked(acoustic: AcousticModel) -> None:
    for ids in (np.zeros(0, np.int64), np.zeros((1, 3), np.int64)):
        with pytest.raises(InputError, match="phoneme ids of shape"):
            acoustic.predict(ids)


def test_an_npu_leaves_changing_lengths_to_the_cpu(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        acoustic_module,
        "resolve_target",
        lambda device, precision="auto", **options: resolve_target(
            device, precision, available=("CPU", "NPU"), **options
        ),
    )
    model = AcousticModel("NPU", duration_model=tiny.duration, regression_model=tiny.regression)
    assert [m.device for m in model.target.members] == ["CPU"]


def test_many_threads_share_one_model(acoustic: AcousticModel) -> None:
    utterances = [to_ids("həlˈO "[: 1 + k % 5] * (1 + k)) for k in range(16)]
    expected = [acoustic.synthesize(ids).mel for ids in utterances]
    with ThreadPoolExecutor(8) as pool:
        for spectrogram, mel in zip(pool.map(acoustic.synthesize, utterances), expected, strict=True):
            np.testing.assert_allclose(spectrogram.mel, mel, atol=1e-6)


# Parts that need the packages of an extra, that hold no modules, or whose classes have tests of their own.
LEFT_OUT = ("text_to_speech.serving", "text_to_speech.models", "text_to_speech.speech.spoken")


def classes_that_hold_arrays() -> Iterator[type]:
    """The dataclasses of the package with a field that is an array."""
    for found in pkgutil.walk_packages(text_to_speech.__path__, "text_to_speech."):
        if found.name.startswith(LEFT_OUT):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(found.name), dataclasses.is_dataclass):
            fields = dataclasses.fields(kind)
            if kind.__module__ == found.name and any("NDArray" in str(field.type) for field in fields):
                yield kind


def test_what_holds_arrays_can_be_compared_and_hashed() -> None:
    kinds = list(classes_that_hold_arrays())
    assert {acoustic_module.Prosody, Spectrogram} <= set(kinds)
    for kind in kinds:
        values = [np.zeros(3, np.float32) for _ in dataclasses.fields(kind)]
        one, other = kind(*values), kind(*(value.copy() for value in values))
        assert one == one
        assert one != other
        assert len({one, other, one}) == 2


def utterance(lead: int, loud: int, tail: int) -> Spectrogram:
    frames = lead + loud + tail
    mel = np.full((80, frames), SILENCE, np.float32)
    mel[40, lead : lead + loud] = -2.0
    f0 = np.where(mel[40] > SILENCE, 150.0, 0.0).astype(np.float32)
    spans = [lead, loud // 2, loud - loud // 2, tail]
    return Spectrogram(mel=mel, durations=np.array(spans), f0=f0)


@given(lead=st.integers(0, 40), loud=st.integers(1, 50), tail=st.integers(0, 40), kept=st.integers(0, 20))
def test_trimming_takes_silence_and_nothing_else(lead: int, loud: int, tail: int, kept: int) -> None:
    trimmed = trim_silence(utterance(lead, loud, tail), level=-7.0, lead=kept, tail=2 * kept)
    assert silent_ends(trimmed.mel, level=-7.0) == (min(lead, kept), min(tail, 2 * kept))
    assert int((trimmed.mel.max(axis=0) > SILENCE).sum()) == loud
    assert trimmed.durations.tolist() == [min(lead, kept), loud // 2, loud - loud // 2, min(tail, 2 * kept)]
    assert trimmed.f0.size == trimmed.mel.shape[1] == trimmed.durations.sum()


def test_the_level_of_silence_is_that_of_the_voice() -> None:
    quiet = utterance(10, 20, 10)
    quiet.mel[:, 5:10] = -6.0
    assert silent_ends(quiet.mel, level=-7.0) == (5, 10)
    assert silent_ends(quiet.mel, level=-5.0) == (10, 10)
    assert trim_silence(quiet, level=-5.0, lead=0, tail=0).mel.shape == (80, 20)


def test_a_closed_model_says_so(tiny) -> None:
    model = AcousticModel(duration_model=tiny.duration, regression_model=tiny.regression)
    prosody = model.predict(IDS)
    model.close()
    model.close()
    for use in (lambda: model.synthesize(IDS), lambda: model.render(prosody)):
        with pytest.raises(SpeechError, match="the acoustic model is closed: create another one"):
            use()


@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="the system does not tell the resident size"
)
def test_closing_gives_memory_back() -> None:
    """The models of this repository hold 75 MB when they have spoken; that is what `close` is for."""

    import resource

    def resident_megabytes() -> float:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    model = AcousticModel()
    model.synthesize(IDS, voice=find_voice().vector)
    before = resident_megabytes()
    model.close()
    assert before - resident_megabytes() > 30


def test_the_cpu_computes_with_the_threads_that_are_asked_for(
    tiny, monkeypatch: pytest.MonkeyPatch, acoustic: AcousticModel
) -> None:
    found = []

    def record(*arguments, **options):
        compiled = compile_model(*arguments, **options)
        found.append(compiled.get_property("INFERENCE_NUM_THREADS"))
        return compiled

    monkeypatch.setattr(acoustic_module, "compile_model", record)
    model = AcousticModel(duration_model=tiny.duration, regression_model=tiny.regression, threads=1)
    assert found == [1, 1]
    np.testing.assert_allclose(model.synthesize(IDS).mel, acoustic.synthesize(IDS).mel, atol=1e-5)
    with pytest.raises(InputError, match="threads 0: expected a whole number of 1 to 1024"):
        AcousticModel(threads=0)


def test_layers_of_one_shape_share_kernels(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []

    def record(*arguments, **options):
        kept.append(options["kernels"])
        return compile_model(*arguments, **options)

    monkeypatch.setattr(acoustic_module, "compile_model", record)
    AcousticModel(duration_model=tiny.duration, regression_model=tiny.regression)
    assert len(kept) == 2
    assert min(kept) >= 100


@pytest.mark.parametrize("alpha", [0.0, -1.0, np.nan, np.inf])
def test_another_alpha_is_refused(alpha: float, acoustic: AcousticModel) -> None:
    for value in (alpha, np.full(IDS.size, alpha)):
        with pytest.raises(InputError, match=r"alpha .*: expected positive numbers"):
            acoustic.synthesize(IDS, alpha=value)


def test_an_utterance_without_sound_is_left_alone() -> None:
    silent = utterance(30, 0, 30)
    assert silent_ends(silent.mel, level=-7.0) == (60, 60)
    assert trim_silence(silent, level=-7.0, lead=1, tail=1) is silent


def test_int8_is_for_the_vocoder(tiny) -> None:
    with pytest.raises(InputError, match="'int8' of the acoustic model"):
        AcousticModel(duration_model=tiny.duration, regression_model=tiny.regression, precision="int8")


# --- several voices


@pytest.fixture(scope="module")
def of_voices(tmp_path_factory) -> AcousticModel:
    folder = tmp_path_factory.mktemp("voices")
    return AcousticModel(
        duration_model=tiny_models.save_duration_prediction(folder / "duration.onnx", SYMBOLS, voice=3),
        regression_model=tiny_models.save_regression(folder / "regression.onnx", voice=3),
        symbols=SYMBOLS,
    )


def test_a_voice_is_an_input_of_both_models(of_voices):
    assert of_voices.voice_size == 3
    low, high = (of_voices.synthesize(IDS, voice=(0.0, 0.0, shift)) for shift in (0.0, 0.1))
    voiced = low.f0 > 0
    np.testing.assert_allclose(high.f0[voiced] / low.f0[voiced], np.exp(0.1), rtol=1e-5)
    np.testing.assert_array_equal(high.durations, low.durations)
    assert (high.mel > low.mel).all()


def test_a_model_of_one_voice_takes_no_vector(acoustic):
    assert acoustic.voice_size == 0
    with pytest.raises(InputError, match="a voice of 2 numbers: this acoustic model expects none"):
        acoustic.predict(IDS, voice=(0.0, 0.0))


@pytest.mark.parametrize("voice", [(), (0.0,), (0.0,) * 4])
def test_a_vector_of_another_size_is_refused(of_voices, voice):
    with pytest.raises(InputError, match=f"a voice of {len(voice)} numbers: this acoustic model expects 3"):
        of_voices.synthesize(IDS, voice=voice)


@pytest.mark.parametrize(
    ("size", "message"), [(0, "has inputs .*: expected data .*, voice"), (4, "a voice of 3 .* one of 4")]
)
def test_two_models_with_voices_of_different_sizes_are_no_pair(tmp_path, size, message):
    duration = tiny_models.save_duration_prediction(tmp_path / "duration.onnx", SYMBOLS, voice=3)
    with pytest.raises(ModelError, match=message):
        AcousticModel(
            duration_model=duration,
            regression_model=tiny_models.save_regression(tmp_path / "r.onnx", voice=size),
        )
