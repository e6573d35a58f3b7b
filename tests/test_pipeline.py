"""From text to audio on tiny models: streams, times, pauses, threads."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import tiny_models
from spelling import Speller
from text_to_speech.errors import DeviceError, InputError, ModelError
from text_to_speech.inference.acoustic import Spectrogram
from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH, SILENCE
from text_to_speech.inference.vocoder import FIRST_WINDOW
from text_to_speech.pipeline import Synthesizer
from text_to_speech.script import LONGEST_UTTERANCE, parse_text
from text_to_speech.script.directions import PARAGRAPH_PAUSE, Mark
from text_to_speech.speech.spoken import StageTimes
from text_to_speech.text import PhonemizedWord

TEXT = "One short line. Then a somewhat longer second sentence!\n\nA paragraph of its own?"


@pytest.fixture(scope="module")
def synthesizer(tiny, spell: Speller) -> Synthesizer:
    return Synthesizer(**tiny.options, phonemizer=spell)


def test_a_text_becomes_audio_with_its_sentences(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize(TEXT)
    assert speech.audio.dtype == np.float32
    assert speech.sample_rate == 22_050
    assert np.abs(speech.audio).max() <= 1.0
    assert [s.text for s in speech.sentences] == [
        "One short line.",
        "Then a somewhat longer second sentence!",
        "A paragraph of its own?",
    ]
    assert [TEXT[s.offset : s.offset + len(s.text)] for s in speech.sentences] == [
        s.text for s in speech.sentences
    ]
    assert speech.sentences[0].phonemes == "Onɛ shOɹt linɛ"
    assert speech.sentences[-1].end == pytest.approx(speech.seconds)
    assert min(speech.times.text, speech.times.acoustic, speech.times.vocoder) > 0


def test_the_stream_joined_is_the_whole(synthesizer: Synthesizer) -> None:
    chunks = list(synthesizer.stream(TEXT, alpha=1.3))
    whole = synthesizer.synthesize(TEXT, alpha=1.3)
    np.testing.assert_allclose(np.concatenate([c.audio for c in chunks]), whole.audio, atol=1e-4)
    assert list(dict.fromkeys(c.sentence.offset for c in chunks)) == [s.offset for s in whole.sentences]


def test_the_first_chunk_is_short_and_none_is_longer_than_what_was_spoken(synthesizer: Synthesizer) -> None:
    sizes = [c.audio.size // HOP_LENGTH for c in synthesizer.stream(TEXT * 3)]
    assert sizes[0] <= FIRST_WINDOW * 3 // 2
    pause = PARAGRAPH_PAUSE / FRAME_SECONDS
    for k in range(1, len(sizes)):
        assert sizes[k] <= 1.5 * max(sum(sizes[:k]), FIRST_WINDOW) + pause


def test_chunks_can_be_kept_short(synthesizer: Synthesizer) -> None:
    whole = synthesizer.synthesize(TEXT * 3).audio
    chunks = [c.audio for c in synthesizer.stream(TEXT * 3, largest_window=40)]
    pause = round(PARAGRAPH_PAUSE / FRAME_SECONDS)
    assert max(chunk.size // HOP_LENGTH for chunk in chunks) <= 40 + pause
    np.testing.assert_allclose(np.concatenate(chunks), whole, atol=1e-4)


def test_a_chunk_comes_before_the_next_sentence_is_looked_at(tiny) -> None:
    seen: list[str] = []

    class Reader:
        def words(self, text: str, *, readings: object = ()) -> list[PhonemizedWord]:
            seen.append(text)
            return [PhonemizedWord(0, len(text), "i" * 30)]

    synthesizer = Synthesizer(**tiny.options, phonemizer=Reader())
    next(synthesizer.stream(TEXT))
    assert seen == ["One short line."]


def test_sentences_are_apart_and_phonemes_within(synthesizer: Synthesizer) -> None:
    first, second, third = synthesizer.synthesize(TEXT).sentences
    # The tiny models make no silence of their own, so the pauses are all there is.
    assert first.start == 0.0
    assert second.start - first.end == pytest.approx(0.40, abs=0.01)
    assert third.start - second.end == pytest.approx(0.75, abs=0.01)
    for sentence in (first, second, third):
        assert "".join(p.symbol for p in sentence.phoneme_times) == sentence.phonemes
        times = [t for p in sentence.phoneme_times for t in (p.start, p.end)]
        assert times == sorted(times)
        assert sentence.start < times[0]
        assert times[-1] < sentence.end
        assert sentence.mel.shape[1] * FRAME_SECONDS == pytest.approx(sentence.end - sentence.start)
        assert sentence.f0.shape == sentence.mel.shape[1:]


def test_the_pause_is_silent_and_the_ends_are_smooth(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize(TEXT)
    first, second = speech.sentences[:2]
    end, start = (round(t * speech.sample_rate) for t in (first.end, second.start))
    assert not speech.audio[end:start].any()
    assert np.abs(speech.audio[end - 4 : end]).max() < 0.05
    assert np.abs(speech.audio[start : start + 4]).max() < 0.05
    assert np.abs(speech.audio[start + HOP_LENGTH : start + 2 * HOP_LENGTH]).max() > 0.05


class QuietEnds:
    """An acoustic model that begins and ends with as much silence as it is told to."""

    def __init__(self, lead: int, tail: int) -> None:
        self.lead, self.tail = lead, tail

    def synthesize(self, ids: np.ndarray, *, voice: object, alpha: object, pitch: object) -> Spectrogram:
        durations = np.array([self.lead, *[4] * (ids.size - 2), self.tail])
        mel = np.full((80, durations.sum()), SILENCE, np.float32)
        mel[:, self.lead : mel.shape[1] - self.tail] = -4.0
        return Spectrogram(mel, durations, np.zeros(mel.shape[1], np.float32))


@pytest.mark.parametrize(("lead", "tail"), [(0, 0), (3, 4), (25, 38), (0, 60)])
def test_the_silence_of_the_model_counts_as_pause(
    lead: int, tail: int, tiny, spell: Speller, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesizer = Synthesizer(**tiny.options, phonemizer=spell)
    monkeypatch.setattr(synthesizer.acoustic, "synthesize", QuietEnds(lead, tail).synthesize)
    speech = synthesizer.synthesize(TEXT)
    sounds = [(s.phoneme_times[0].start, s.phoneme_times[-1].end) for s in speech.sentences]
    assert sounds[0][0] <= 0.06
    assert sounds[1][0] - sounds[0][1] == pytest.approx(0.40, abs=0.01)
    assert sounds[2][0] - sounds[1][1] == pytest.approx(0.75, abs=0.01)


def test_what_has_no_sound_is_passed_over(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize("One.\n\n***\n\nTwo.")
    assert [s.text for s in speech.sentences] == ["One.", "Two."]
    assert speech.sentences[1].start - speech.sentences[0].end == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(
    "text",
    ["", "  \n\n ", "***", "...", "[pause 1s]", "<speak/>", '<speak><break/> <mark name="m"/></speak>'],
)
def test_a_text_with_nothing_to_speak_is_refused_at_the_call(text: str, synthesizer: Synthesizer) -> None:
    with pytest.raises(InputError, match="nothing in the text can be spoken: expected at least one word"):
        synthesizer.stream(text)
    with pytest.raises(InputError, match="expected at least one word"):
        synthesizer.synthesize(text)


def test_words_are_those_of_the_text_with_their_times(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize(TEXT)
    assert [word.text for word in speech.words] == TEXT.split()
    assert all(TEXT[slice(*word.span)] == word.text for word in speech.words)
    assert "".join(word.written for word in speech.sentences[1].words) == speech.sentences[1].text
    times = [time for word in speech.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert [one.end for one in speech.words[:2]] == [other.start for other in speech.words[1:3]]
    assert speech.phonemes[0].start == speech.words[0].start
    assert speech.phonemes[-1].end == speech.words[-1].end


def test_pauses_and_marks_are_where_the_text_has_them(synthesizer: Synthesizer) -> None:
    text = "[pause 1s] One two [pause 2s] three. Four. [pause 500ms]"
    script = replace(parse_text(text), directions=(*parse_text(text).directions, Mark(99, "end")))
    speech = synthesizer.synthesize(script)
    one, two, three, four = speech.words
    assert one.start == pytest.approx(1.0, abs=0.07)  # the models give the silence at both ends a sound
    assert three.start - two.end == pytest.approx(2.0, abs=0.14)
    assert speech.seconds - four.end == pytest.approx(0.5, abs=0.08)
    assert speech.marks[-1].name == "end"
    assert speech.marks[-1].time == pytest.approx(speech.seconds, abs=0.01)
    chunks = list(synthesizer.stream(script))
    np.testing.assert_allclose(np.concatenate([c.audio for c in chunks]), speech.audio, atol=1e-4)
    silent = speech.audio[round(speech.sentences[0].end * 22_050) : round(speech.sentences[1].start * 22_050)]
    assert not silent.any()


def test_pitch_moves_the_pitch_and_not_the_length(synthesizer: Synthesizer) -> None:
    usual, higher = (synthesizer.synthesize(TEXT, pitch=pitch) for pitch in (0.0, 3.0))
    assert usual.audio.size == higher.audio.size
    ratio = higher.sentences[0].f0 / np.maximum(usual.sentences[0].f0, 1e-9)
    np.testing.assert_allclose(ratio[usual.sentences[0].f0 > 0], 2 ** (3 / 12), rtol=1e-4)


def test_volume_is_louder_but_never_clipped(
    synthesizer: Synthesizer, caplog: pytest.LogCaptureFixture
) -> None:
    usual, softer = (synthesizer.synthesize(TEXT, volume=volume).audio for volume in (0.0, -6.0))
    np.testing.assert_allclose(softer, usual * 10**-0.3, atol=1e-6)
    assert caplog.text == ""
    louder = synthesizer.synthesize(TEXT, volume=20).audio
    assert 0.98 < np.abs(louder).max() < 1.0
    assert "turned down by up to" in caplog.text
    chunks = [chunk.audio for chunk in synthesizer.stream(TEXT, volume=20)]
    np.testing.assert_allclose(np.concatenate(chunks), louder, atol=1e-3)


@pytest.mark.parametrize("option", ["pitch", "volume", "pause_sentence", "pause_paragraph"])
def test_what_is_out_of_range_is_refused_at_the_call(option: str, synthesizer: Synthesizer) -> None:
    with pytest.raises(InputError, match="expected"):
        synthesizer.stream("Hello.", **{option: 100.0})


@pytest.mark.parametrize("alpha", [0.49, 2.01, 0.0, -1.0, float("nan"), float("inf")])
def test_alpha_out_of_range_is_refused_at_the_call(alpha: float, synthesizer: Synthesizer) -> None:
    with pytest.raises(InputError, match=r"alpha .*: expected a number from 0\.5 \(fast\) to 2\.0 \(slow\)"):
        synthesizer.stream("Hello.", alpha=alpha)


@pytest.mark.parametrize("option", ["alpha", "pitch", "volume", "pause_sentence", "pause_paragraph"])
@pytest.mark.parametrize(
    "value", [None, "1", "fast", b"1", [1.0], True, 1j, float("nan"), 10**400, np.ones(2)]
)
def test_what_is_no_number_is_refused_at_the_call(
    option: str, value: object, synthesizer: Synthesizer
) -> None:
    with pytest.raises(InputError, match="expected") as refused:
        synthesizer.stream("Hello.", **{option: value})
    assert "\n" not in str(refused.value)


def test_numbers_of_any_kind_are_numbers(synthesizer: Synthesizer) -> None:
    expected = synthesizer.synthesize("Hello.", alpha=1.5, pitch=2.0).audio
    for one, two in ((np.float32(1.5), np.int64(2)), (Fraction(3, 2), 2), (np.float64(1.5), Fraction(2))):
        np.testing.assert_array_equal(synthesizer.synthesize("Hello.", alpha=one, pitch=two).audio, expected)


@pytest.mark.parametrize("text", [None, 3.0, b"Hello.", Path("hello.txt")])
def test_what_is_no_text_is_refused_at_the_call(text: object, synthesizer: Synthesizer) -> None:
    with pytest.raises(InputError, match=f"^{type(text).__name__} given; expected a text as str$"):
        synthesizer.stream(text)
    with pytest.raises(InputError, match="expected a text as str"):
        synthesizer.synthesize(text)


@pytest.mark.parametrize("frames", ["many", 2.5, True, 0, -1, 10**6])
def test_a_first_window_that_cannot_be_is_refused_at_the_call(
    frames: object, synthesizer: Synthesizer
) -> None:
    with pytest.raises(InputError, match="expected"):
        synthesizer.stream("Hello.", first_window=frames)


def test_directions_and_options_together_make_no_more_than_the_voice_can_do(
    synthesizer: Synthesizer,
) -> None:
    fast = synthesizer.synthesize("Hello there.", alpha=0.5)
    both = synthesizer.synthesize('<speak><prosody rate="200%">Hello there.</prosody></speak>', alpha=0.5)
    assert both.seconds == pytest.approx(fast.seconds)


def test_a_long_word_is_spoken_in_several_utterances_without_a_pause(synthesizer: Synthesizer) -> None:
    document = f'<speak>One <phoneme ph="{"həlˈoʊ " * 300}">X</phoneme> two.</speak>'
    speech = synthesizer.synthesize(document)
    assert len(speech.sentences) > 3
    assert all(len(sentence.phonemes) <= LONGEST_UTTERANCE for sentence in speech.sentences)
    assert all(one.end == pytest.approx(two.start) for one, two in itertools.pairwise(speech.sentences))
    assert sum(word.phonemes.count("O") for word in speech.words if word.text == "X") == 300
    assert {word.span for word in speech.words if word.text == "X"} == {
        (document.index("X"), document.index("X") + 1)
    }
    assert "".join(word.written for word in speech.words) == "One X two."
    times = [time for word in speech.words for time in (word.start, word.end)]
    assert times == sorted(times)


def test_alpha_makes_speech_longer(synthesizer: Synthesizer) -> None:
    slow, fast = (synthesizer.synthesize("Hello there.", alpha=alpha).seconds for alpha in (2.0, 0.5))
    assert slow == pytest.approx(4 * fast, rel=0.15)


def test_many_threads_share_one_synthesizer(synthesizer: Synthesizer) -> None:
    texts = [f"Sentence number {'one two three'[: 3 + k]}. And more." for k in range(16)]
    expected = [synthesizer.synthesize(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        for speech, one in zip(pool.map(synthesizer.synthesize, texts), expected, strict=True):
            np.testing.assert_allclose(speech.audio, one.audio, atol=1e-6)
            assert speech.sentences == one.sentences


def test_each_stage_may_have_its_device(tiny, spell: Speller, synthesizer: Synthesizer) -> None:
    other = Synthesizer("AUTO:CPU", vocoder_device="HETERO:CPU", **tiny.options, phonemizer=spell)
    assert other.acoustic.target.device == "AUTO:CPU"
    assert other.vocoder.target.device == "HETERO:CPU"
    np.testing.assert_allclose(other.synthesize(TEXT).audio, synthesizer.synthesize(TEXT).audio, atol=1e-4)


def test_a_device_is_refused_before_any_model_is_read() -> None:
    with pytest.raises(DeviceError, match="'FOO' is not there"):
        Synthesizer("CPU", vocoder_device="FOO", duration_model="missing.xml")
    with pytest.raises(ModelError, match=r"missing\.xml is not there"):
        Synthesizer("CPU", duration_model="missing.xml")


def test_times_of_stages_add_up() -> None:
    assert StageTimes(1, 2, 3) + StageTimes(0.5, 0, 1) == StageTimes(1.5, 2, 4)


@pytest.mark.parametrize("text", ["...", "?! —", "* * *"])
def test_a_text_of_marks_alone_is_refused(tiny, text: str) -> None:
    with pytest.raises(InputError, match="nothing in the text can be spoken"):
        list(Synthesizer(**tiny.options).stream(text))


def test_int8_leaves_the_acoustic_model_in_f32(tiny, spell, tmp_path) -> None:
    vocoder = tiny_models.save_quantized_vocoder(tmp_path / "quantized.xml")
    options = tiny.options | {"vocoder_model": vocoder}
    synthesizer = Synthesizer(**options, precision="int8", phonemizer=spell)
    assert "int8" in str(synthesizer.vocoder.target)
    assert "int8" not in str(synthesizer.acoustic.target)
    assert synthesizer.synthesize("hello").seconds > 0
