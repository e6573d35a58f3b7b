"""Several voices on one synthesizer: for each call, and inside a text, through one vocoder or several."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spelling import Speller
from text_to_speech.errors import InputError
from text_to_speech.inference.acoustic import Spectrogram
from text_to_speech.inference.mel import HOP_LENGTH
from text_to_speech.inference.vocoder import Vocoder
from text_to_speech.pipeline import Synthesizer, models
from text_to_speech.script import parse_ssml
from text_to_speech.speech.spoken import AudioChunk, Speech
from text_to_speech.voices import Voice

TEXT = "One short line. Then a somewhat longer second sentence!"
DIALOGUE = (
    "<speak>One short line, <voice name='emma'>and then another one.</voice>"
    " <voice name='george'>Which is it? <mark name='m'/>Tell me <voice gender='female'>quickly</voice> now.</voice>"
    " It was heart.</speak>"
)
SPEAKERS = [
    ("heart", "One short line,"),
    ("emma", "and then another one."),
    ("george", "Which is it?"),
    ("george", "Tell me"),
    ("emma", "quickly"),
    ("george", "now."),
    ("heart", "It was heart."),
]


@pytest.fixture
def synthesizer(several_voices: dict[str, Voice], spell: Speller) -> Synthesizer:
    return Synthesizer(phonemizer=spell)


def joined(chunks: Iterator[AudioChunk]) -> NDArray[np.float32]:
    return np.concatenate([chunk.audio for chunk in chunks])


def speakers(speech: Speech) -> list[tuple[str, str]]:
    return [(sentence.voice, sentence.text) for sentence in speech.sentences]


# A voice for each call


@pytest.mark.parametrize("name", ["heart", "george", "Emma", "solo", "heart:0.6+emma:0.4"])
def test_a_call_with_a_voice_is_what_a_synthesizer_of_that_voice_speaks(
    name: str, synthesizer: Synthesizer, spell: Speller
) -> None:
    own = Synthesizer(voice=name, phonemizer=spell)
    speech = synthesizer.synthesize(TEXT, voice=name, pitch=1.0)
    np.testing.assert_array_equal(speech.audio, own.synthesize(TEXT, pitch=1.0).audio)
    assert {sentence.voice for sentence in speech.sentences} == {own.voice.name}
    np.testing.assert_allclose(
        joined(synthesizer.stream(TEXT, voice=name, pitch=1.0)), speech.audio, atol=1e-4
    )
    assert [word.text for one in synthesizer.read(TEXT, voice=name) for word in one.words] == TEXT.split()


def test_voices_sound_different(synthesizer: Synthesizer) -> None:
    heart, george, emma = (synthesizer.synthesize(TEXT, voice=name) for name in ("heart", "george", "emma"))
    pitches = [
        float(np.median(one.sentences[0].f0[one.sentences[0].f0 > 0])) for one in (george, heart, emma)
    ]
    assert pitches == sorted(pitches)
    assert not np.array_equal(george.audio, emma.audio)


def test_pieces_of_a_text_are_spoken_by_the_voice_of_the_call(synthesizer: Synthesizer) -> None:
    words = [word + " " for word in TEXT.split()]
    found = list(synthesizer.stream(iter(words), voice="george"))
    assert {chunk.sentence.voice for chunk in found} == {"george"}
    np.testing.assert_allclose(
        np.concatenate([chunk.audio for chunk in found]).size,
        synthesizer.synthesize(TEXT, voice="george").audio.size,
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("zorro", "voice 'zorro' is not there: expected one of heart, bella"),
        ("emme", "did you mean emma"),
        ("heart+zorro", "voice 'zorro' is not there"),
        ("heart:0+emma", "weight '0'"),
        ("heart+solo", "solo and heart cannot be mixed"),
    ],
)
def test_a_voice_that_is_not_there_is_refused_at_the_call(
    name: str, message: str, synthesizer: Synthesizer
) -> None:
    for call in (synthesizer.stream, synthesizer.synthesize, synthesizer.read):
        with pytest.raises(InputError, match=message):
            call(TEXT, voice=name)


def test_a_voice_reads_in_its_language_unless_another_is_given(several_voices: dict[str, Voice]) -> None:
    synthesizer = Synthesizer()
    read = {
        voice: " ".join(one.phonemes for one in synthesizer.read("A car.", voice=voice))
        for voice in ("heart", "emma")
    }
    assert read == {"heart": "ɐ kˈɑɹ.", "emma": "ɐ kˈɑː."}
    american = Synthesizer(language="en-US")
    document = "<speak>A car. <voice name='emma'>A car.</voice></speak>"
    assert [one.phonemes for one in synthesizer.read(document)] == ["ɐ kˈɑɹ.", "ɐ kˈɑː."]
    assert [one.phonemes for one in american.read(document)] == ["ɐ kˈɑɹ.", "ɐ kˈɑɹ."]
    assert next(iter(american.read("A car.", voice="emma"))).phonemes == "ɐ kˈɑɹ."


# Vocoders


def test_each_voice_has_its_vocoder_which_is_loaded_when_it_first_speaks(
    synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch, several_voices: dict[str, Voice]
) -> None:
    made: list[str] = []
    original = models.shared

    def shared(kind: Any, *arguments: Any, **options: Any) -> Any:
        if kind is Vocoder:
            made.append(Path(options["model"]).stem)
        return original(kind, *arguments, **options)

    monkeypatch.setattr(models, "shared", shared)
    other = Synthesizer(phonemizer=Speller())
    assert made == ["own"]
    for voice in ("heart", "emma", "george", "emma", None):
        other.synthesize("one", voice=voice)
    assert made == ["own", "universal"]
    assert other.vocoder is synthesizer.vocoder


def test_a_vocoder_that_is_named_serves_all_voices_and_one_made_for_others_is_warned_of(
    several_voices: dict[str, Voice],
    spell: Speller,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, universal = several_voices["heart"].vocoder, several_voices["emma"].vocoder
    synthesizer = Synthesizer(vocoder_model=universal, phonemizer=spell)
    named = Synthesizer(voice="emma", phonemizer=spell).synthesize(TEXT).audio
    np.testing.assert_array_equal(synthesizer.synthesize(TEXT, voice="emma").audio, named)
    assert caplog.text == ""
    synthesizer = Synthesizer(vocoder_model=own, phonemizer=spell)
    for _ in range(2):
        synthesizer.synthesize(DIALOGUE)
    (record,) = caplog.records
    assert record.getMessage() == (
        f"vocoder {own} was made for heart: emma sounds better through {universal}, its own"
    )
    assert len(synthesizer._loaded()._vocoders) == 1


# Inside a text


def test_a_text_changes_its_voice_and_nothing_is_lost(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize(DIALOGUE)
    assert speakers(speech) == SPEAKERS
    assert [word.text for word in speech.words] == " ".join(text for _, text in SPEAKERS).split()
    assert all(DIALOGUE[slice(*word.span)] == word.text for word in speech.words)
    times = [time for word in speech.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert speech.sentences[-1].end == pytest.approx(speech.seconds)
    (mark,) = speech.marks
    assert mark.time == speech.words[[word.text for word in speech.words].index("Tell")].start


def test_a_voice_within_a_sentence_follows_without_a_pause_and_between_sentences_with_theirs(
    synthesizer: Synthesizer,
) -> None:
    sentences = synthesizer.synthesize(DIALOGUE).sentences
    gaps = [after.start - before.end for before, after in itertools.pairwise(sentences)]
    assert gaps == pytest.approx([0.0, 0.4, 0.4, 0.0, 0.0, 0.4], abs=0.013)


def test_the_parts_of_a_text_sound_as_if_each_voice_spoke_alone(
    synthesizer: Synthesizer, spell: Speller
) -> None:
    document = "<speak>One two. <voice name='emma'>Three four.</voice></speak>"
    first, second = synthesizer.synthesize(document).sentences
    alone = [
        synthesizer.synthesize(text, voice=name).sentences[0]
        for text, name in (("One two.", None), ("Three four.", "emma"))
    ]
    np.testing.assert_array_equal(first.mel, alone[0].mel)
    np.testing.assert_array_equal(
        second.mel[:, : alone[1].mel.shape[1]], alone[1].mel[:, : second.mel.shape[1]]
    )
    audio = synthesizer.synthesize(document).audio
    start = round(second.start * 22_050)
    other = synthesizer.synthesize("Three four.", voice="emma").audio
    # Another vocoder begins there, as at the start of a text.
    np.testing.assert_array_equal(audio[start : start + other.size], other)


@pytest.mark.parametrize("window", [1, 16, 100])
def test_chunks_of_several_voices_joined_are_the_whole(window: int, synthesizer: Synthesizer) -> None:
    whole = synthesizer.synthesize(DIALOGUE)
    chunks = list(synthesizer.stream(DIALOGUE, first_window=window, largest_window=max(window, 64)))
    np.testing.assert_allclose(np.concatenate([chunk.audio for chunk in chunks]), whole.audio, atol=1e-4)
    found = list(dict.fromkeys((chunk.sentence.voice, chunk.sentence.text) for chunk in chunks))
    assert found == speakers(whole)


def test_a_change_of_the_vocoder_does_not_click(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize(DIALOGUE)
    for before, after in itertools.pairwise(speech.sentences):
        end, start = round(before.end * 22_050), round(after.start * 22_050)
        assert np.abs(speech.audio[end - 4 : end]).max() < 0.05
        assert np.abs(speech.audio[start : start + 4]).max() < 0.05
        assert np.abs(speech.audio[start + HOP_LENGTH : start + 2 * HOP_LENGTH]).max() > 0.05


def test_after_a_change_of_the_vocoder_windows_are_as_long_as_before(synthesizer: Synthesizer) -> None:
    long = " and so on" * 60
    document = f"<speak>One{long}. <voice name='emma'>Two{long}.</voice></speak>"
    chunks = list(synthesizer.stream(document))
    first = next(index for index, chunk in enumerate(chunks) if chunk.sentence.voice == "emma")
    sizes = [chunk.audio.size // HOP_LENGTH for chunk in chunks]
    assert sizes[first] > 5 * sizes[0]


def test_a_chunk_comes_before_the_next_voice_is_loaded(
    synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    original = models.Models.load

    def load(self: models.Models, voice: Voice) -> models.LoadedVoice:
        loaded.append(voice.name)
        return original(self, voice)

    monkeypatch.setattr(models.Models, "load", load)
    stream = synthesizer.stream(
        "<speak>One two three. <voice name='emma'>Four.</voice> <voice name='george'>Five.</voice></speak>"
    )
    next(stream)
    assert "george" not in loaded
    for _ in stream:
        pass
    assert loaded == ["emma", "george"]


def test_levels_and_kept_frames_are_those_of_the_voice_that_speaks(
    several_voices: dict[str, Voice], spell: Speller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ends have 30 frames at -6, which emma alone takes for silence."""
    emma = replace(several_voices["emma"], silent_level=-5.5, tail_frames=2)
    several_voices = several_voices | {"emma": emma}
    monkeypatch.setattr(models, "voices", lambda: several_voices)

    def quiet_ends(ids: NDArray[np.int64], **_: Any) -> Spectrogram:
        durations = np.array([30, *[4] * (ids.size - 2), 30])
        mel = np.full((80, durations.sum()), -6.0, np.float32)
        mel[:, 30:-30] = 0.0
        return Spectrogram(mel, durations, np.zeros(mel.shape[1], np.float32))

    synthesizer = Synthesizer(phonemizer=spell)
    monkeypatch.setattr(synthesizer.acoustic, "synthesize", quiet_ends)
    speech = synthesizer.synthesize("<speak>one <voice name='emma'>one.</voice> one.</speak>")
    frames = [sentence.mel.shape[1] for sentence in speech.sentences]
    # Within a sentence nothing is kept of the silence, after it what its pause has room for.
    sounds = 4 * len("onɛ,")
    assert frames == [sounds + 60, sounds - 4 + 0 + 2, sounds - 4 + 60]


def test_other_acoustic_models_speak_in_the_same_text(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize("<speak>One. <voice name='solo'>Two.</voice> Three.</speak>")
    alone = synthesizer.synthesize("Two.", voice="solo").sentences[0]
    assert [sentence.voice for sentence in speech.sentences] == ["heart", "solo", "heart"]
    np.testing.assert_array_equal(speech.sentences[1].mel[:, -4:], alone.mel[:, -4:])


def test_pieces_of_a_document_change_the_voice_too(synthesizer: Synthesizer) -> None:
    pieces = [DIALOGUE[start : start + 7] for start in range(0, len(DIALOGUE), 7)]
    audio = joined(synthesizer.stream(iter(pieces)))
    np.testing.assert_allclose(audio, synthesizer.synthesize(DIALOGUE).audio, atol=1e-4)


# What is not there


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (
            "name='zorro'",
            "no voice is zorro: there are heart, bella, michael, emma, george, solo; heart goes on speaking",
        ),
        ("name='zorro blackbird'", "no voice is zorro or blackbird: there are"),
        ("xml:lang='de-DE'", "no voice is de-DE: there are"),
        ("name='de-DE-KatjaNeural' gender='female'", "no voice is de-DE-KatjaNeural, female: there are"),
        ("name='heart+zorro'", "no voice is heart+zorro: there are"),
        ("name='en-GB-RyanNeural'", "no voice is en-GB-RyanNeural: emma (en-GB, female) speaks"),
    ],
)
def test_a_voice_that_is_not_there_is_warned_of_once_with_its_position(
    attributes: str, message: str, synthesizer: Synthesizer, caplog: pytest.LogCaptureFixture
) -> None:
    document = f"<speak>One. <voice {attributes}>Two, <s>three.</s></voice> <voice {attributes}>Four.</voice></speak>"
    with caplog.at_level(logging.WARNING):
        speech = synthesizer.synthesize(document)
    assert [word.text.strip(".,") for word in speech.words] == ["One", "Two", "three", "Four"]
    (record,) = caplog.records
    assert record.getMessage().startswith(f"SSML, line 1, column 13: {message}")


def test_where_no_voice_fits_the_language_of_the_text_stays(
    several_voices: dict[str, Voice], caplog: pytest.LogCaptureFixture
) -> None:
    synthesizer = Synthesizer()
    voices = "<voice name='zorro'>A car.</voice> <voice name='heart'>A car.</voice>"
    document = f"<speak xml:lang='en-GB'>A car. {voices}</speak>"
    assert [one.phonemes for one in synthesizer.read(document)] == ["ɐ kˈɑː.", "ɐ kˈɑː.", "ɐ kˈɑɹ."]


def test_a_voice_of_another_rate_cannot_speak_in_the_text(
    several_voices: dict[str, Voice],
    spell: Speller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    others = several_voices | {"emma": replace(several_voices["emma"], sample_rate=16_000)}
    monkeypatch.setattr(models, "voices", lambda: others)
    speech = Synthesizer(phonemizer=spell).synthesize("<speak>One. <voice name='emma'>Two.</voice></speak>")
    assert {sentence.voice for sentence in speech.sentences} == {"heart"}
    assert "no voice is emma: there are heart, bella, michael, george, solo" in caplog.text


def test_models_that_know_no_voices_speak_as_one_voice(
    several_voices: dict[str, Voice], tiny: Any, spell: Speller, caplog: pytest.LogCaptureFixture
) -> None:
    synthesizer = Synthesizer(**tiny.options, phonemizer=spell)
    speech = synthesizer.synthesize("<speak>One. <voice name='emma'>Two.</voice></speak>")
    assert {sentence.voice for sentence in speech.sentences} == {"heart"}
    assert "no voice is emma: there are heart; heart goes on speaking" in caplog.text


def test_a_vector_of_another_size_is_refused(several_voices: dict[str, Voice], spell: Speller) -> None:
    heart = several_voices["heart"]
    with pytest.raises(
        InputError, match="voice 'solo' is a vector of 0 numbers: the acoustic model expects 2"
    ):
        Synthesizer(
            voice="solo",
            duration_model=heart.duration_model,
            regression_model=heart.regression_model,
            phonemizer=spell,
        )


# A text of one voice


def test_a_text_of_one_voice_does_not_look_for_voices(
    synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads no list of voices, loads nothing and starts one spectrogram, as before there were several voices."""
    expected = synthesizer.synthesize(TEXT).audio

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    runs: list[int] = []
    original = Vocoder.stream
    monkeypatch.setattr(
        Vocoder, "stream", lambda self, mels, **options: runs.append(1) or original(self, mels, **options)
    )
    other = Synthesizer(phonemizer=Speller())
    monkeypatch.setattr(models, "voices", never)
    monkeypatch.setattr(models.Models, "load", never)
    document = parse_ssml(f"<speak>{TEXT}</speak>")
    for text in (TEXT, document):
        np.testing.assert_array_equal(other.synthesize(text).audio, expected)
    assert runs == [1, 1]
