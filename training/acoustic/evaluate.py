"""Measure the voices beside their teacher: python -m acoustic.evaluate --harvard FILE --voices-model DIR --kokoro DIR

Every voice speaks the Harvard sentences, its teacher speaks them too, and the teacher's mel spectrograms go through the
same vocoder (copy synthesis: what a perfect student would reach). The validation parts of generate_voices.py, which
training never saw, tell how near the prosody is. One line for each voice:

    WER %              word error rate of Whisper tiny.en; behind the stroke that of copy synthesis, so everywhere
    DNSMOS, P.808      predicted opinion scores, 1 to 5
    DistillMOS         another one, mean and worst sentence; then of copy synthesis, then of the teacher itself
    cents              mean distance of the pitch of voiced phonemes from the teacher's
    spread %           standard deviation of the pitch as a share of the teacher's
    median %           median F0 as a share of the teacher's
    longer %           by how much the voice takes longer than the teacher
    contrast           spectral contrast as a share of the teacher's, with the teacher's prosody; in bands 40 to 60
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from acoustic.data import NAMES, to_ids
from acoustic.data import read_part as read_teacher_part
from acoustic.model import SYMBOLS
from british import BritishPhonemizer
from corpus import read_sentences
from evaluation import measures
from evaluation.judges import Listener, Quality, Recogniser, SecondListener, mean_quality, normaliser
from generate_voices import VALIDATION
from kokoro import VOICES
from teacher import KOKORO_PITCH_HZ, KokoroTeacher, TeacherSpeech
from text_to_speech.errors import SpeechError
from text_to_speech.inference import runtime
from text_to_speech.inference.acoustic import AcousticModel
from text_to_speech.inference.feeds import Piece
from text_to_speech.inference.vocoder import Vocoder
from text_to_speech.text import Phonemizer

Waveform = NDArray[np.float32]


@dataclass(frozen=True)
class Verdict:
    """What the judges say of one kind of speech, sentence by sentence."""

    errors: measures.WordErrors
    quality: Quality
    scores: tuple[float, ...]

    def __str__(self) -> str:
        return (
            f"WER {100 * self.errors.rate:5.2f}  DNSMOS {self.quality.overall:.3f}  P.808 {self.quality.p808:.3f}"
            f"  DistillMOS {np.mean(self.scores):.3f} ({min(self.scores):.2f})"
        )


class Judges:
    """All three judges."""

    def __init__(self) -> None:
        self._recogniser, self._listener, self._second = Recogniser(), Listener(), SecondListener()

    def hear(self, texts: Sequence[str], audios: Sequence[Waveform]) -> Verdict:
        """Judge one waveform for each text."""
        errors = measures.WordErrors()
        for text, audio in zip(texts, audios, strict=True):
            errors += measures.word_errors(normaliser()(text), self._recogniser.transcribe(audio))
        qualities = [self._listener.rate(audio) for audio in audios]
        return Verdict(errors, mean_quality(qualities), tuple(map(self._second.rate, audios)))


class Studio:
    """The voices, their teacher and the vocoder.

    Args:
        model: Folder of acoustic.export.
        kokoro: Folder of kokoro.py.
        vocoder: Name or file of the vocoder.
        cache: Folder that keeps the teacher's speech.
    """

    def __init__(self, model: Path, kokoro: Path, vocoder: str, cache: Path) -> None:
        names = ("forward-tacotron-duration-prediction", "forward-tacotron-regression")
        duration, regression = (model / name / f"{name}.onnx" for name in names)
        self.acoustic = AcousticModel(
            duration_model=duration, regression_model=regression, precision="f32", symbols=SYMBOLS
        )
        self.vectors = np.load(model / "voices.npy", allow_pickle=False)
        self.vocoder = Vocoder(model=vocoder, precision="f32")
        self._kokoro, self._cache = kokoro, cache
        self._phonemizers: dict[str, Callable[[str], str]] = {}
        cache.mkdir(parents=True, exist_ok=True)

    def phonemes(self, voice: str, text: str) -> str:
        """Return the phonemes of a text in the language of a voice."""
        language = VOICES[voice].language
        if language not in self._phonemizers:
            self._phonemizers[language] = BritishPhonemizer() if language == "en-GB" else Phonemizer()
        return self._phonemizers[language](text)

    def taught(self, voice: str, phonemes: str) -> TeacherSpeech:
        """Return the teacher's speech, which is kept because it is dear."""
        name = hashlib.sha256(f"{voice} {phonemes}".encode()).hexdigest()[:24]
        path = self._cache / f"{voice}-{name}.npz"
        if not path.exists():
            speech = KokoroTeacher(self._kokoro, voice).speak(phonemes)
            np.savez(path, **vars(speech))
        with np.load(path) as arrays:
            return TeacherSpeech(**{field: arrays[field] for field in arrays.files})

    def drawn(self, voice: str, phonemes: str) -> Piece:
        """Return what the voice draws."""
        return self.acoustic.synthesize(to_ids(phonemes), voice=self.vectors[NAMES.index(voice)]).piece

    def speak(self, piece: Piece) -> Waveform:
        """Send a mel spectrogram through the vocoder."""
        return np.concatenate(list(self.vocoder.stream(piece, first_window=740)))


def prosody_line(studio: Studio, voice: str, audio: Path) -> str:
    """Compare the voice with the validation part of its teacher."""
    vector = studio.vectors[NAMES.index(voice)]
    cents, ours, theirs = [], [], []
    frames = teacher_frames = 0
    contrasts = {"ours": np.zeros(80), "theirs": np.zeros(80)}
    for phonemes, said in read_teacher_part(audio / voice / VALIDATION, KOKORO_PITCH_HZ[VOICES[voice].sex]):
        assert isinstance(said, TeacherSpeech)
        prosody = studio.acoustic.predict(to_ids(phonemes), voice=vector)
        voiced = said.voicing > measures.VOICED
        cents.append(measures.pitch_errors(prosody.log_f0, said.pitch, said.voicing))
        ours.append(prosody.log_f0[voiced].ravel())
        theirs.append(said.pitch[voiced].ravel())
        frames += int(np.rint(prosody.durations.sum()))
        teacher_frames += int(said.durations.sum())
        forced = replace(
            prosody,
            durations=said.durations.astype(np.float32),
            log_f0=said.pitch,
            voicing=said.voicing,
            energy=said.energy,
        )
        if (said.durations > 0).all():
            speech = measures.speech_frames(said.mel)
            contrasts["ours"] += measures.spectral_contrast(studio.acoustic.render(forced).mel, speech)
            contrasts["theirs"] += measures.spectral_contrast(said.mel, speech)
    one, other = np.concatenate(ours), np.concatenate(theirs)
    ratios = [measures.contrast_ratio(*contrasts.values(), *bands) for bands in ((0, 79), (40, 60))]
    return (
        f"cents {np.concatenate(cents).mean():.1f}  spread {100 * one.std() / other.std():.0f} %"
        f"  median {100 * np.exp(np.median(one) - np.median(other)):.1f} %"
        f"  longer {measures.duration_excess([frames], [teacher_frames]):+.2f} %"
        f"  contrast {ratios[0]:.3f}, {ratios[1]:.3f}"
    )


def evaluate(args: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the table."""
    runtime.core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})
    studio = Studio(args.voices_model, args.kokoro, args.vocoder, args.cache)
    judges = Judges() if args.harvard else None
    texts = [text for text in read_sentences(args.harvard) if text][: args.limit] if args.harvard else []
    for voice in args.voices:
        yield f"{voice}: {prosody_line(studio, voice, args.audio)}"
        if judges is None:
            continue
        phonemes = [studio.phonemes(voice, text) for text in texts]
        speeches = [studio.taught(voice, p) for p in tqdm(phonemes, desc=voice, disable=None)]
        copies = [studio.speak(speech.mel) for speech in speeches]
        kinds = {
            "voice": [studio.speak(studio.drawn(voice, p)) for p in phonemes],
            "copy": copies,
            "teacher": [speech.waveform for speech in speeches],
        }
        for kind, audios in kinds.items():
            yield f"{voice} {kind:8}{judges.hear(texts, audios)}"


def main() -> int:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--voices-model", type=Path, required=True, help="folder of acoustic.export")
    parser.add_argument("--audio", type=Path, required=True, help="folder of training/generate_voices.py")
    parser.add_argument("--kokoro", type=Path, required=True, help="folder of kokoro.py")
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps the teacher's speech")
    parser.add_argument("--harvard", type=Path, help="sentences to be judged; without it prosody alone")
    parser.add_argument("--limit", type=int, help="only so many of them")
    parser.add_argument("--vocoder", default="hifi-gan-universal")
    parser.add_argument("--voices", nargs="+", choices=NAMES, default=list(NAMES), metavar="VOICE")
    try:
        for line in evaluate(parser.parse_args()):
            print(line, flush=True)
    except SpeechError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
