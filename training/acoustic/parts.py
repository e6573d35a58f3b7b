"""The parts of acoustic.evaluate: what is measured of one voice, each part as a dictionary that goes into the results.

Where a dictionary has `voice`, `copy` and `teacher`, they stand for the voice speaking freely, for copy synthesis (the
teacher's mel spectrogram through the same vocoder, as good as a student can be) and for the teacher's own sound.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from acoustic.data import NAMES, read_part
from acoustic.drift import drift
from acoustic.results import Values, key_of
from acoustic.studio import Studio, Waveform
from evaluation import intonation, measures, verdicts
from evaluation.hearing import Panel, cache_key, judge_versions
from evaluation.judges import normaliser
from evaluation.likeness import SpeakerJudge, likeness
from generate_voices import VALIDATION
from kokoro import VOICES
from teacher import KOKORO_PITCH_HZ, TeacherProsody, TeacherSpeech
from text_to_speech.inference.acoustic import Prosody

SHORT, LONG = 60, 110  # characters: texts shorter and longer than these are looked at by themselves
SHARP_BANDS = (40, 60)  # mel bands where over-smoothing shows first
COPY_EVERY = 4  # one in so many held-out texts is spoken by the teacher, too: other ones by each voice
PAUSE = np.zeros(round(0.3 * 22_050), np.float32)  # between sentences whose speaker is to be recognised


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The texts.

    Attributes:
        harvard: Sentences to be judged.
        held_out: Transcripts that training never saw.
        words: Single words and pairs of them.
        statements: Texts that end as a statement does.
        questions: Questions that can be answered by yes or no.
        long_text: A text of some minutes.
    """

    harvard: tuple[str, ...]
    held_out: tuple[str, ...]
    words: tuple[str, ...]
    statements: tuple[str, ...]
    questions: tuple[str, ...]
    long_text: str


@dataclass(frozen=True)
class Bench:
    """All that a part needs.

    Attributes:
        studio: Who speaks.
        panel: Who judges.
        lists: The texts.
        audio: Folder of generate_voices.py.
    """

    studio: Studio
    panel: Panel
    lists: Lists
    audio: Path

    @functools.cached_property
    def speakers(self) -> SpeakerJudge:
        """Who tells speakers apart."""
        return SpeakerJudge()

    def judge(self, voice: str, texts: Sequence[str], kind: str, *, rate: bool = False) -> verdicts.Lines:
        """Let the panel hear the `voice`, the `copy` or the `teacher` speak texts, unless it has heard that before."""
        makers: dict[str, tuple[str, Callable[[str, str], Waveform]]] = {
            "voice": (self.studio.voice_key(voice), functools.partial(self.studio.spoken, keep=rate)),
            "copy": (self.studio.copy_key(voice), functools.partial(self.studio.copied, keep=rate)),
            "teacher": (f"teacher {voice}", lambda v, p: self.studio.taught(v, p).waveform),
        }
        speaker, make = makers[kind]
        lines = []
        try:
            for text in texts:
                phonemes = self.studio.phonemes(voice, text)
                key = cache_key(speaker, (phonemes,))
                heard = self.panel.recall(key, functools.partial(make, voice, phonemes), rate=rate)
                lines.append((normaliser()(text), heard))
        finally:
            self.panel.save()  # worth keeping when the run is stopped, too
        return lines


def prosody(bench: Bench, voice: str) -> Values:
    """Compare what the voice predicts for texts that training never saw with its teacher's prosody.

    Returns:
        `cents`, mean distance of the pitch of voiced phonemes; `median` and `spread` of that pitch as shares of the
        teacher's; by how many per cent the voice is `longer`, and that of `short` and of `long` texts alone.
    """
    texts = (*bench.lists.harvard, *bench.lists.held_out)
    phonemes = [bench.studio.phonemes(voice, text) for text in texts]
    pairs = [(bench.studio.predicted(voice, p), bench.studio.intoned(voice, p)) for p in phonemes]
    cents = [measures.pitch_errors(ours.log_f0, said.pitch, said.voicing) for ours, said in pairs]
    voiced = [said.voicing > measures.VOICED for _, said in pairs]
    one = np.concatenate([ours.log_f0[v].ravel() for (ours, _), v in zip(pairs, voiced, strict=True)])
    other = np.concatenate([said.pitch[v].ravel() for (_, said), v in zip(pairs, voiced, strict=True)])
    lengths = np.array([(np.rint(ours.durations.sum()), said.durations.sum()) for ours, said in pairs])
    characters = np.array([len(text) for text in texts])
    return {
        "cents": float(np.concatenate(cents).mean()),
        "median": float(np.exp(np.median(one) - np.median(other))),
        "spread": float(one.std() / other.std()),
        "longer": _longer(lengths),
        "short": _longer(lengths[characters < SHORT]),
        "long": _longer(lengths[characters > LONG]),
        "texts": len(texts),
    }


def _longer(lengths: NDArray[np.float64]) -> float | None:
    return measures.duration_excess(lengths[:, 0], lengths[:, 1]) if lengths.size else None


def decoder(bench: Bench, voice: str) -> Values:
    """Let the voice draw the validation part with its teacher's prosody and compare the mel spectrograms.

    Returns:
        `contrast` of neighbouring bands as a share of the teacher's, `sharp` that of bands 40 to 60, and `distance`,
        the mean difference of the mel spectrograms.
    """
    ours, theirs, distances, frames = np.zeros(80), np.zeros(80), 0.0, 0
    for phonemes, said in read_part(bench.audio / voice / VALIDATION, KOKORO_PITCH_HZ[VOICES[voice].sex]):
        if not isinstance(said, TeacherSpeech) or not (said.durations > 0).all():
            continue
        mel = bench.studio.acoustic.render(_taught(bench, voice, phonemes, said)).mel
        speech = measures.speech_frames(said.mel)
        ours += measures.spectral_contrast(mel, speech)
        theirs += measures.spectral_contrast(said.mel, speech)
        distances += float(np.abs(mel - said.mel).mean(axis=0).sum())
        frames += mel.shape[1]
    return {
        "contrast": measures.contrast_ratio(ours, theirs),
        "sharp": measures.contrast_ratio(ours, theirs, *SHARP_BANDS),
        "distance": distances / frames,
    }


def _taught(bench: Bench, voice: str, phonemes: str, said: TeacherProsody) -> Prosody:
    return replace(
        bench.studio.predicted(voice, phonemes),
        durations=said.durations.astype(np.float32),
        log_f0=said.pitch,
        voicing=said.voicing,
        energy=said.energy,
    )


def harvard(bench: Bench, voice: str) -> Values:
    """Let the panel judge the Harvard sentences: word errors, quality, accidents, clicks."""
    kinds = {
        kind: bench.judge(voice, bench.lists.harvard, kind, rate=True)
        for kind in ("voice", "copy", "teacher")
    }
    values: Values = {
        kind: {
            "wer": verdicts.error_rate(lines),
            **verdicts.quality(lines),
            "clicks": verdicts.clicks_per_minute(lines),
        }
        for kind, lines in kinds.items()
    }
    return values | {
        "accidents": verdicts.accidents(kinds["voice"], kinds["copy"]),
        "differences": verdicts.differences(kinds["voice"]),
    }


def held_out(bench: Bench, voice: str) -> Values:
    """Count word errors of held-out transcripts: of all for the voice, of one in four for copy synthesis.

    Every voice has other ones of these, so that two voices of each language or sex share what a text is worth; a voice
    is compared with its copy synthesis on the same texts alone.

    Returns:
        `voice`, of all texts; `same`, of those that were copied; `copy`; how many `texts` and `copies`.
    """
    texts = bench.lists.held_out
    first = NAMES.index(voice) % COPY_EVERY
    lines = bench.judge(voice, texts, "voice")
    same = lines[first::COPY_EVERY]
    copies = bench.judge(voice, texts[first::COPY_EVERY], "copy")
    return {
        "voice": verdicts.error_rate(lines),
        "same": verdicts.error_rate(same) if same else None,
        "copy": verdicts.error_rate(copies) if copies else None,
        "texts": len(lines),
        "copies": len(copies),
        "accidents": verdicts.accidents(same, copies),
        "differences": verdicts.differences(lines),
    }


def words(bench: Bench, voice: str) -> Values:
    """Count how many single words and pairs of words are recognised exactly."""
    kinds = {kind: bench.judge(voice, bench.lists.words, kind) for kind in ("voice", "copy")}
    counts: Values = {kind: verdicts.recognised(lines) for kind, lines in kinds.items()}
    return counts | {
        "of": len(bench.lists.words),
        "accidents": verdicts.accidents(kinds["voice"], kinds["copy"]),
        "differences": verdicts.differences(kinds["voice"]),
    }


def pitch(bench: Bench, voice: str) -> Values:
    """Read the pitch of the Harvard sentences from the sound, as `voice` and `teacher` speak them.

    Returns:
        The `median` in Hz, the `spread` in semitones, and how many per cent of the voiced frames are `stray`: over half
        an octave from the pitch that was meant, so that they do not count in the other two.
    """
    studio = bench.studio
    values = {}
    phonemes = [studio.phonemes(voice, text) for text in bench.lists.harvard]
    said = [studio.taught(voice, p) for p in phonemes]
    kinds = {
        "voice": [(studio.spoken(voice, p), studio.drawn(voice, p).f0) for p in phonemes],
        "teacher": [(speech.waveform, speech.f0) for speech in said],
    }
    for kind, pairs in kinds.items():
        found = [
            intonation.agreeing(intonation.track(sound, VOICES[voice].sex), meant) for sound, meant in pairs
        ]
        f0 = np.concatenate([kept for kept, _ in found])
        stray = sum(count for _, count in found)
        median, spread = intonation.median_and_spread(f0)
        share = 100 * stray / max(stray + int((f0 > 0).sum()), 1)
        values[kind] = {"median": median, "spread": spread, "stray": share}
    return values


def endings(bench: Bench, voice: str) -> Values:
    """Measure the pitch at the end of statements and of questions, as the voice and its teacher intone them.

    Returns:
        For `statements` and `questions` the mean `level` (semitones from the median of the utterance) and `slope`
        (semitones a second) of both; and the `correlation` of the levels of voice and teacher over all texts.
    """
    levels: list[tuple[float, float]] = []
    values: Values = {}
    for kind, texts in (("statements", bench.lists.statements), ("questions", bench.lists.questions)):
        pairs = [_endings_of(bench, voice, text) for text in texts]
        both = [(ours, said) for ours, said in pairs if ours and said]
        levels += [(ours.level, said.level) for ours, said in both]
        values[kind] = {
            who: {name: float(np.mean([asdict(pair[place])[name] for pair in both])) for name in ("level", "slope")}
            for place, who in enumerate(("voice", "teacher"))
        }  # fmt: skip
    return values | {"correlation": float(np.corrcoef(np.transpose(levels))[0, 1]), "texts": len(levels)}


def _endings_of(
    bench: Bench, voice: str, text: str
) -> tuple[intonation.Ending | None, intonation.Ending | None]:
    phonemes = bench.studio.phonemes(voice, text)
    said = bench.studio.intoned(voice, phonemes)
    ours = bench.studio.predicted(voice, phonemes)
    sounding = intonation.sounding(phonemes)
    theirs = intonation.contour(said.pitch, said.voicing * sounding, said.durations)
    own = intonation.contour(ours.log_f0, ours.voicing * sounding, ours.durations)
    return intonation.ending(own), intonation.ending(theirs)


def alike(bench: Bench, voice: str) -> Values:
    """Compare the speaker of the Harvard sentences with the teachers of all voices.

    Returns:
        For `voice` and `copy` the cosine to the `own` teacher, to the nearest `other` one, named `next`, and the
        `margin` between the two.
    """
    teachers = {name: _embedding(bench, name, "teacher") for name in NAMES}
    values = {}
    for kind in ("voice", "copy"):
        found = likeness(voice, _embedding(bench, voice, kind), teachers)
        values[kind] = {**asdict(found), "margin": found.margin}
    return values


@functools.lru_cache(maxsize=32)
def _embedding(bench: Bench, voice: str, kind: str) -> NDArray[np.float32]:
    studio = bench.studio
    speak: dict[str, Callable[[str, str], Waveform]] = {
        "voice": studio.spoken,
        "copy": studio.copied,
        "teacher": lambda name, phonemes: studio.taught(name, phonemes).waveform,
    }
    sounds = [speak[kind](voice, studio.phonemes(voice, text)) for text in bench.lists.harvard]
    return bench.speakers.embed(np.concatenate([part for sound in sounds for part in (sound, PAUSE)]))


def long_text(bench: Bench, voice: str) -> Values:
    """Speak a text of some minutes and compare its first minute with its last; see `drift`."""
    return drift(bench.studio, bench.panel, voice, bench.lists.long_text)


@dataclass(frozen=True)
class Part:
    """One thing that can be measured by itself.

    Attributes:
        measure: Measures it of a voice.
        texts: The `Lists` that it reads.
        sounds: Whether it depends on the vocoder and on the judges.
    """

    measure: Callable[[Bench, str], Values]
    texts: tuple[str, ...]
    sounds: bool = True

    def key(self, bench: Bench, voice: str) -> str:
        """Name all that the values of a voice depend on."""
        studio = bench.studio
        heard = (studio.vocoder_key, *judge_versions()) if self.sounds else ()
        texts = [getattr(bench.lists, name) for name in self.texts]
        return key_of(EDITION, self.measure.__name__, voice, studio.model_key, *texts, *heard)


EDITION = 1  # counted up when a part measures something else, so that it is measured again
# Cheap ones first.
PARTS = {
    "prosody": Part(prosody, ("harvard", "held_out"), sounds=False),
    "decoder": Part(decoder, (), sounds=False),
    "endings": Part(endings, ("statements", "questions"), sounds=False),
    "harvard": Part(harvard, ("harvard",)),
    "pitch": Part(pitch, ("harvard",)),
    "likeness": Part(alike, ("harvard",)),
    "words": Part(words, ("words",)),
    "long-text": Part(long_text, ("long_text",)),
    "held-out": Part(held_out, ("held_out",)),
}
