"""The synthesizer as others use it: voices, options, sharing, lexicons, texts in pieces, results and errors."""

from __future__ import annotations

import gc
import inspect
import io
import os
import pickle
import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from spelling import Speller
from text_to_speech.errors import DeviceError, InputError, ModelError, OutputError, SpeechError
from text_to_speech.inference.acoustic import Spectrogram
from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH
from text_to_speech.pipeline import Synthesizer, SynthesizerOptions
from text_to_speech.script import parse_ssml, parse_text
from text_to_speech.script.directions import Manner
from text_to_speech.script.utterances import utterances
from text_to_speech.speech.spoken import AudioChunk
from text_to_speech.text import Lexicon, PhonemizedWord, Phonemizer
from text_to_speech.voices import Voice

TEXT = "One short line. Then a somewhat longer second sentence!\n\nA paragraph of its own?"


@pytest.fixture(scope="module")
def synthesizer(tiny, spell: Speller) -> Synthesizer:
    return Synthesizer(**tiny.options, phonemizer=spell)


@pytest.fixture(scope="module")
def reading(tiny) -> Synthesizer:
    """A synthesizer with the dictionaries."""
    return Synthesizer(**tiny.options)


def joined(chunks: Iterator[AudioChunk]) -> NDArray[np.float32]:
    return np.concatenate([chunk.audio for chunk in chunks])


# Voices


def test_a_voice_brings_its_rate_and_its_models(synthesizer: Synthesizer) -> None:
    assert isinstance(synthesizer.voice, Voice)
    assert synthesizer.voice.name == "heart"
    assert "heart" in synthesizer.voices
    assert synthesizer.sample_rate == synthesizer.voice.sample_rate == 22_050


def test_a_voice_that_is_not_there_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match=r"voice 'hart' is not there: did you mean heart\?"):
        Synthesizer(voice="hart")


def test_the_models_of_the_voice_are_the_default(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    from text_to_speech.pipeline import synthesizer as module

    voice = replace(
        module.find_voice("heart"),
        name="other",
        sample_rate=16_000,
        duration_model=str(tiny.duration),
        regression_model=str(tiny.regression),
        vocoder=str(tiny.vocoder),
    )
    monkeypatch.setattr(module, "find_voice", lambda name: voice)
    speech = Synthesizer(voice="other", phonemizer=Speller()).synthesize(TEXT)
    assert speech.sample_rate == 16_000
    assert speech.seconds == speech.audio.size / 16_000


def test_levels_of_silence_and_kept_frames_are_those_of_the_voice(
    tiny, spell: Speller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from text_to_speech.pipeline import synthesizer as module

    usual = module.find_voice("heart")

    def quiet_ends(ids: NDArray[np.int64], **_: Any) -> Spectrogram:
        """30 frames at -6 around a sound: a pause for the level -5 of the voice, but not silent for its level -7."""
        durations = np.array([30, *[4] * (ids.size - 2), 30])
        mel = np.full((80, durations.sum()), -6.0, np.float32)
        mel[:, 30:-30] = 0.0
        return Spectrogram(mel, durations, np.zeros(mel.shape[1], np.float32))

    def frames(voice: Voice) -> int:
        monkeypatch.setattr(module, "find_voice", lambda name: voice)
        synthesizer = Synthesizer(**tiny.options, phonemizer=spell)
        monkeypatch.setattr(synthesizer.acoustic, "synthesize", quiet_ends)
        return synthesizer.synthesize("one").sentences[0].mel.shape[1]

    kept = frames(usual)
    assert (usual.lead_frames, usual.tail_frames) == (5, 8)
    assert frames(replace(usual, silent_level=-5.5)) == kept - 60 + 5 + 8
    assert frames(replace(usual, silent_level=-5.5, lead_frames=11)) == kept - 60 + 11 + 8
    assert frames(replace(usual, silent_level=-5.5, tail_frames=2)) == kept - 60 + 5 + 2


# Options


def test_options_have_the_arguments_of_the_synthesizer_and_their_defaults() -> None:
    arguments = list(inspect.signature(Synthesizer.__init__).parameters.values())[1:]
    assert [(one.name, one.default) for one in arguments] == [
        (field.name, field.default) for field in fields(SynthesizerOptions)
    ]


def test_options_are_pickled_and_make_the_same_synthesizer(tiny) -> None:
    given = SynthesizerOptions(**tiny.options, threads=1, lexicon=Lexicon({"gif": "ʤˈɪf"}))
    options = pickle.loads(pickle.dumps(given))
    assert options == given
    one, other = options.build(), Synthesizer.from_options(options)
    assert one.options == other.options == given
    assert one.phonemes("gif") == "ʤˈɪf"
    assert one.acoustic.target.threads == one.vocoder.target.threads == 1
    np.testing.assert_array_equal(one.synthesize("A gif.").audio, other.synthesize("A gif.").audio)


def speak(options: SynthesizerOptions, text: str) -> bytes:
    return options.build().synthesize(text).to_bytes()


def test_another_process_speaks_from_the_options(tiny, spell: Speller, synthesizer: Synthesizer) -> None:
    options = SynthesizerOptions(**tiny.options, phonemizer=spell)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        data = pool.submit(speak, options, "One two.").result(timeout=120)
    assert data == synthesizer.synthesize("One two.").to_bytes()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"precision": "f23"}, "precision 'f23': expected one of"),
        ({"hint": "slow"}, "hint 'slow'"),
        ({"threads": 0}, "threads"),
        ({"lexicon": {"gif": "ʤˈɪf"}}, "lexicon: dict given; expected a Lexicon"),
        ({"lexicon": Lexicon(), "phonemizer": Speller()}, "expected one of the two"),
    ],
)
def test_an_option_that_there_is_none_of_is_refused_before_any_model_is_read(
    option: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Synthesizer(duration_model="missing.xml", **option)


# What synthesizers share


def test_synthesizers_share_models_and_dictionaries(tiny, reading: Synthesizer) -> None:
    other = Synthesizer(**tiny.options, lexicon=Lexicon({"gif": "ʤˈɪf"}))
    assert other.acoustic is reading.acoustic
    assert other.vocoder is reading.vocoder
    assert other.phonemes("gif") == "ʤˈɪf"
    assert reading.phonemes("gif") != "ʤˈɪf"
    assert Synthesizer(**tiny.options, threads=1).vocoder is not reading.vocoder


def test_a_file_that_has_changed_is_another_model(tiny, tmp_path: Path, spell: Speller) -> None:
    files = {}
    for option, path in tiny.options.items():
        for file in (path, path.with_suffix(".bin")):
            if file.exists():
                (tmp_path / file.name).write_bytes(file.read_bytes())
        files[option] = tmp_path / path.name
    first = Synthesizer(**files, phonemizer=spell)
    assert Synthesizer(**files, phonemizer=spell).vocoder is first.vocoder
    weights = files["vocoder_model"].with_suffix(".bin")
    os.utime(weights, ns=(0, 0))
    assert Synthesizer(**files, phonemizer=spell).vocoder is not first.vocoder


def test_threads_that_make_the_same_synthesizer_load_it_once(tiny, spell: Speller) -> None:
    barrier = threading.Barrier(4)

    def make(_: int) -> Synthesizer:
        barrier.wait()
        return Synthesizer(**tiny.options, phonemizer=spell, threads=2)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))
    assert len({id(one.vocoder) for one in made}) == len({id(one.acoustic) for one in made}) == 1


def test_models_that_nobody_uses_are_given_up(tiny, spell: Speller) -> None:
    synthesizer = Synthesizer(**tiny.options, phonemizer=spell, threads=3)
    other = Synthesizer(**tiny.options, phonemizer=spell, threads=3)
    vocoder = weakref.ref(synthesizer.vocoder)
    synthesizer.close()
    assert other.synthesize("one").seconds > 0
    other.close()
    gc.collect()
    assert vocoder() is None


# Life


def test_a_closed_synthesizer_says_so(tiny, spell: Speller) -> None:
    with Synthesizer(**tiny.options, phonemizer=spell) as synthesizer:
        chunks = synthesizer.stream(TEXT)
        next(chunks)
    assert sum(1 for _ in chunks) > 1  # what has begun goes on
    synthesizer.close()
    for use in (synthesizer.synthesize, synthesizer.stream, synthesizer.words, synthesizer.phonemes):
        with pytest.raises(SpeechError, match=r"^the synthesizer is closed: create another one$"):
            use("Hello.")
    with pytest.raises(SpeechError, match="is closed"):
        synthesizer.warm_up()
    with pytest.raises(SpeechError, match="is closed"):
        _ = synthesizer.vocoder


def test_warming_up_reads_draws_and_computes_windows(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    class Reader:
        def words(self, text: str, *, readings: object = ()) -> list[PhonemizedWord]:
            done.append("read")
            return [PhonemizedWord(0, len(text), "iii")]

    synthesizer = Synthesizer(**tiny.options, phonemizer=Reader())
    draw, run = synthesizer.acoustic.synthesize, synthesizer.vocoder.warm_up
    monkeypatch.setattr(
        synthesizer.acoustic,
        "synthesize",
        lambda ids, **options: (done.append("drawn"), draw(ids, **options)),
    )
    monkeypatch.setattr(synthesizer.vocoder, "warm_up", lambda: (done.append("computed"), run()))
    synthesizer.warm_up()
    assert done == ["read", "drawn", "computed"]


def test_a_stream_that_is_closed_stops_early(synthesizer: Synthesizer) -> None:
    chunks = synthesizer.stream(TEXT * 5)
    next(chunks)
    chunks.close()
    assert list(chunks) == []


# A lexicon for one text


def test_a_lexicon_counts_for_one_text(tiny) -> None:
    synthesizer = Synthesizer(**tiny.options, lexicon=Lexicon({"gif": "ɡˈɪf", "ml": "ˌɛmˈɛl"}))

    def read(**options: Any) -> str:
        return " ".join(word.phonemes for word in synthesizer.synthesize("gif ml", **options).words)

    assert read() == "ɡˈɪf ˌɛmˈɛl"
    assert read(lexicon=Lexicon({"gif": "ʤˈɪf"})) == "ʤˈɪf ˌɛmˈɛl"
    assert read() == "ɡˈɪf ˌɛmˈɛl"
    assert synthesizer.phonemes("gif", lexicon=Lexicon({"gif": "ʤˈɪf"})) == "ʤˈɪf"


def test_a_lexicon_for_a_phonemizer_of_ones_own_is_refused(synthesizer: Synthesizer) -> None:
    with pytest.raises(InputError, match="expected one of the two"):
        synthesizer.stream("Hello.", lexicon=Lexicon({"gif": "ʤˈɪf"}))
    with pytest.raises(InputError, match="lexicon: dict given"):
        synthesizer.stream("Hello.", lexicon={"gif": "ʤˈɪf"})  # type: ignore[arg-type]


# Texts in pieces


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "One. [pause 1s] Two. [pause 500ms]",
        "[pause 700ms] One two [pause 300ms] three.\n\nFour [pause 0s] five.",
        '<speak>One <mark name="a"/> two. <break time="1s"/> Three.</speak>',
        "One\n\n***\n\ntwo. ... Three.",
    ],
)
def test_a_text_in_pieces_is_spoken_like_the_whole(size: int, text: str, synthesizer: Synthesizer) -> None:
    whole = synthesizer.synthesize(text)
    pieces = (text[k : k + size] for k in range(0, len(text), size))
    speech = synthesizer.synthesize(pieces)
    assert [s.text for s in speech.sentences] == [s.text for s in whole.sentences]
    assert speech.sentences == whole.sentences
    assert speech.audio.size == whole.audio.size
    # The vocoder sees 14 frames to either side: less than that from its ends, a sentence sounds as it would alone.
    reach = 14 * HOP_LENGTH
    for sentence in whole.sentences:
        start, end = (round(time * 22_050) for time in (sentence.start, sentence.end))
        inside = slice(start + reach, end - reach)
        np.testing.assert_allclose(speech.audio[inside], whole.audio[inside], atol=1e-4)


def test_a_sentence_is_heard_whole_before_the_next_one_has_come(synthesizer: Synthesizer) -> None:
    asked = []

    def pieces() -> Iterator[str]:
        for piece in ("One short ", "line. ", "And ", "more", ". ", "The ", "end."):
            asked.append(piece)
            yield piece

    chunks = synthesizer.stream(pieces())
    heard = np.zeros(0, np.float32)
    while (chunk := next(chunks)).sentence.text == "One short line.":
        assert asked[-1] in ("And ", "more"), "the sentence was certain before"
        heard = np.concatenate([heard, chunk.audio])
        sentence = chunk.sentence
    assert heard.size == sentence.mel.shape[1] * HOP_LENGTH
    assert "".join(asked).startswith(chunk.sentence.text, len("One short line. "))


def test_what_has_come_is_spoken_after_a_wait(synthesizer: Synthesizer) -> None:
    goes_on = threading.Event()

    def pieces() -> Iterator[str]:
        yield "One two"
        assert goes_on.wait(60)
        yield " three."

    chunks = synthesizer.stream(pieces(), wait=0.05)
    assert next(chunks).sentence.text == "One two"
    goes_on.set()
    assert [chunk.sentence.text for chunk in chunks][-1] == "three."


@pytest.mark.parametrize("pieces", [[], [""], ["  ", "\n\n"], ["* ", "* *"], ["[pause 1s]"], ["...", "!"]])
def test_pieces_with_nothing_to_speak_are_refused_at_their_end(
    pieces: Sequence[str], synthesizer: Synthesizer
) -> None:
    chunks = synthesizer.stream(pieces)
    with pytest.raises(InputError, match="nothing in the text can be spoken"):
        list(chunks)


def test_what_the_pieces_raise_passes_through_and_pieces_of_another_type_are_refused(
    synthesizer: Synthesizer,
) -> None:
    def fails() -> Iterator[str]:
        yield "One. Two. "
        raise ConnectionError("the model has gone")

    with pytest.raises(ConnectionError, match="the model has gone"):
        list(synthesizer.stream(fails()))
    with pytest.raises(InputError):
        list(synthesizer.stream(["One. ", 2]))  # type: ignore[list-item]


# Results


def test_a_speech_is_saved_and_given_as_bytes(synthesizer: Synthesizer, tmp_path: Path) -> None:
    speech = synthesizer.synthesize(TEXT)
    speech.save(tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes() == speech.to_bytes()
    speech.save(tmp_path / "b.bin", container="flac", sample_rate=16_000)
    info = soundfile.info(tmp_path / "b.bin")
    assert (info.format, info.samplerate) == ("FLAC", 16_000)
    assert info.duration == pytest.approx(speech.seconds, abs=0.001)
    for container, format_name in (("opus", "OGG"), ("mp3", "MP3"), ("ogg", "OGG")):
        assert soundfile.info(io.BytesIO(speech.to_bytes(container))).format == format_name
    assert len(speech.to_bytes("raw", sample_rate=8_000)) == 2 * -(-speech.audio.size * 8_000 // 22_050)
    with pytest.raises(OutputError, match="cannot be written as 'aac': expected wav"):
        speech.to_bytes("aac")


def test_a_chunk_has_its_rate_and_its_16_bit_samples(synthesizer: Synthesizer) -> None:
    chunks = list(synthesizer.stream(TEXT))
    assert {chunk.sample_rate for chunk in chunks} == {22_050}
    raw = np.frombuffer(b"".join(chunk.pcm16 for chunk in chunks), "<i2")
    np.testing.assert_array_equal(raw, np.rint(joined(iter(chunks)) * 32_767))
    loud = replace(chunks[0], audio=np.array([3.0, -3.0], np.float32))
    assert np.frombuffer(loud.pcm16, "<i2").tolist() == [32_767, -32_767]


def test_the_chunks_joined_are_the_speech(synthesizer: Synthesizer) -> None:
    script = parse_text(TEXT + " [pause 1s]")
    for text in (TEXT, script):
        whole = synthesizer.synthesize(text, volume=6)
        np.testing.assert_allclose(joined(synthesizer.stream(text, volume=6)), whole.audio, atol=1e-4)
        assert whole.audio.size % HOP_LENGTH == 0
        assert whole.seconds >= whole.sentences[-1].end - FRAME_SECONDS


# Errors


def test_an_error_of_a_model_names_the_sentence_and_the_device(
    tiny, spell: Speller, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesizer = Synthesizer(**tiny.options, phonemizer=spell)
    draw = synthesizer.acoustic.synthesize
    calls = []

    def fails(ids: NDArray[np.int64], **options: Any) -> Spectrogram:
        calls.append(ids)
        if len(calls) == 2:
            raise DeviceError("the acoustic model failed")
        return draw(ids, **options)

    monkeypatch.setattr(synthesizer.acoustic, "synthesize", fails)
    with pytest.raises(DeviceError, match=r"^the acoustic model failed$") as caught:
        list(synthesizer.stream(TEXT))
    error = caught.value
    assert (error.sentence, error.offset, error.device, error.path) == (
        "Then a somewhat longer second sentence!",
        TEXT.index("Then"),
        "CPU",
        None,
    )


def test_an_error_of_the_vocoder_names_the_sentence_that_is_heard(
    tiny, spell: Speller, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesizer = Synthesizer(**tiny.options, phonemizer=spell)
    run = synthesizer.vocoder.stream

    def fails(mels: Any, **options: Any) -> Iterator[NDArray[np.float32]]:
        yield from run([next(mels)], **options)
        raise DeviceError("the vocoder failed")

    monkeypatch.setattr(synthesizer.vocoder, "stream", fails)
    chunks = synthesizer.stream(TEXT)
    with pytest.raises(DeviceError, match="the vocoder failed") as caught:
        list(chunks)
    assert caught.value.sentence == "One short line."
    assert caught.value.device == "CPU"


def test_an_error_of_the_text_names_the_sentence_that_is_read(tiny) -> None:
    class Reader(Speller):
        def words(self, text: str, **options: Any) -> list[PhonemizedWord]:
            if "longer" in text:
                raise InputError("phonemes that nobody knows")
            return super().words(text, **options)

    synthesizer = Synthesizer(**tiny.options, phonemizer=Reader())
    with pytest.raises(InputError) as caught:
        list(synthesizer.stream(TEXT))
    assert caught.value.sentence == "Then a somewhat longer second sentence!"
    assert caught.value.offset == TEXT.index("Then")
    assert caught.value.device is None or caught.value.device == "CPU"


def test_errors_of_devices_and_files_name_them(tiny, tmp_path: Path, synthesizer: Synthesizer) -> None:
    with pytest.raises(DeviceError) as no_device:
        Synthesizer("CPU", vocoder_device="FOO")
    assert no_device.value.device == "FOO"
    with pytest.raises(OutputError) as no_folder:
        synthesizer.synthesize("One.").save(tmp_path / "missing" / "out.wav")
    assert no_folder.value.path == tmp_path / "missing" / "out.wav"
    with pytest.raises(ModelError) as no_model:
        Synthesizer(duration_model=tmp_path / "missing.xml")
    assert "missing.xml" in str(no_model.value)


@pytest.mark.parametrize("kind", [SpeechError, InputError, ModelError, DeviceError, OutputError])
def test_errors_keep_what_they_are_about_when_they_are_pickled(kind: type[SpeechError]) -> None:
    error = kind("one line", sentence="One.", offset=3, device="GPU.1", path=Path("a.wav"))
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (kind, "one line")
    assert (copy.sentence, copy.offset, copy.device, copy.path) == ("One.", 3, "GPU.1", Path("a.wav"))
    assert [getattr(kind("x"), name) for name in ("sentence", "offset", "device", "path")] == [None] * 4


def test_dictionaries_are_for_english() -> None:
    from text_to_speech.pipeline import shared_phonemizer

    british = shared_phonemizer("en-GB")
    assert (type(british), british.language) == (Phonemizer, "en-GB")
    assert shared_phonemizer("en-au") is british is not shared_phonemizer("en-US")
    with pytest.raises(InputError, match="language 'de-DE': there are dictionaries for English"):
        shared_phonemizer("de-DE")


def test_texts_are_read_in_the_language_that_is_asked_for() -> None:
    with Synthesizer(language="en-GB") as synthesizer:
        assert (synthesizer.language, synthesizer.options.language) == ("en-GB", "en-GB")
        assert synthesizer.phonemes("A car.") == "ɐ kˈɑː."
        script = parse_ssml("<speak>A car. <s xml:lang='en-US'>A car.</s></speak>")
        reader = synthesizer.reader()
        found = list(utterances(script, reader, Manner(), median_f0=196.0))
        assert [word.phonemes for one in found for word in one.words] == ["ɐ", "kˈɑː.", "ɐ", "kˈɑɹ."]
    with pytest.raises(InputError, match="language 'fr': there are dictionaries for English"):
        Synthesizer(language="fr")
