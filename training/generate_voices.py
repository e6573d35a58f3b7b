"""Let Kokoro's voices speak: python training/generate_voices.py audio --texts DIR --model DIR --out DIR

`audio` makes sound and prosody, `prosody` prosody alone, at a fiftieth of the cost. All voices grow at one pace, part
by part, until each has as much as was asked for. Any number of processes may be started on one folder, and started
again after they were killed: a part appears under its name when it is whole, and a process takes what no other has.

Texts are a folder that corpus.py writes. Every voice reads its own order of corpus.txt, but for every fifth text, which
all read; the first part of each voice, `validation`, is of validation.txt. A part is a folder of flat arrays:

    durations.npy  uint16 [phonemes], units of 25 ms; the boundaries around each utterance are phonemes, too
    exact.npy      float32 [phonemes], the same before it was rounded
    f0.npy         float32 [frames], Hz, 80 frames a second; speech is voiced above 10 Hz
    energy.npy     float32 [frames], in Kokoro's own units
    utterances.npy int64 [utterances + 1, 2]: first phoneme and first frame of each utterance
    texts.txt      text, tab, phonemes: one line an utterance
  and with `audio`
    audio.npy      int16 [300 · frames], 24 kHz
    phase.npy      float32 [frames], periods of the fundamental, modulo 1 (see kokoro.periods)
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from british import BritishPhonemizer
from corpus import clauses
from kokoro import FRAMES_PER_SECOND, LONGEST, VOICES, Kokoro, Outline, Speech
from text_to_speech.text import Phonemizer

SHARED_EVERY = 5  # of so many texts one is read by every voice
VALIDATION = "validation"
VALIDATION_TEXTS = 24
UTTERANCES = {"audio": 24, "prosody": 500}  # in a part
LONGEST_JOINED = 260  # characters of clauses that are joined at random

log = logging.getLogger("generate_voices")
Record: TypeAlias = tuple[str, str, Outline]


@dataclass(frozen=True)
class Texts:
    """What there is to read.

    Attributes:
        corpus: Lines of corpus.txt.
        validation: Lines of validation.txt.
    """

    corpus: list[str]
    validation: list[str]

    @staticmethod
    def read(folder: Path) -> Texts:
        """Read the lists of a folder that corpus.py wrote."""
        return Texts(*(_lines(folder / name) for name in ("corpus.txt", "validation.txt")))

    def for_audio(self, voice: str, part: int, count: int) -> list[str]:
        """Return the texts of a part of a voice; after its last text a voice begins again with the first."""
        own, shared = (_shuffled(self.corpus, name) for name in (voice, "shared"))
        places = range(part * count, (part + 1) * count)
        return [(own if p % SHARED_EVERY else shared)[p % len(own)] for p in places]

    def for_prosody(self, voice: str, part: int, count: int) -> list[str]:
        """Return texts without end: lines of the corpus, and as many of clauses joined at random.

        The teacher's prosody hears phonemes alone, no meaning: clauses of different sentences will do.
        """
        dice = random.Random(f"prosody {voice} {part}")  # noqa: S311 - not for secrets
        whole = _shuffled(self.corpus, f"prosody {voice}")
        first = part * (count // 2) % len(whole)
        lines = (whole + whole)[first : first + count // 2]
        return lines + _joined(clauses(self.corpus, 3 * count, dice), dice)[: count - len(lines)]


class Reader:
    """Texts → what a voice makes of them; one phonemizer per language, one teacher per voice."""

    def __init__(self, model: Path, *, aloud: bool) -> None:
        self._model, self._aloud = model, aloud
        self._phonemizers: dict[str, Callable[[str], str]] = {}
        self._teachers: dict[str, Kokoro] = {}

    def read(self, voice: str, texts: list[str]) -> list[Record]:
        """Read texts; one without a sound, or with more phonemes than the teacher takes, is left out."""
        teacher = self._teachers.setdefault(voice, Kokoro(self._model, voice))
        phonemizer = self._phonemizer(VOICES[voice].language)
        records = []
        for text in texts:
            phonemes = "".join(filter(teacher.alphabet.__contains__, phonemizer(text)))
            if not any(map(str.isalpha, phonemes)) or len(phonemes) > LONGEST:
                log.warning("left out, %d phonemes: %r", len(phonemes), text)
                continue
            records.append((text, phonemes, self._say(teacher, phonemes)))
        return records

    def _say(self, teacher: Kokoro, phonemes: str) -> Outline:
        return teacher.say(phonemes) if self._aloud else teacher.outline(phonemes)

    def _phonemizer(self, language: str) -> Callable[[str], str]:
        if language not in self._phonemizers:
            self._phonemizers[language] = BritishPhonemizer() if language == "en-GB" else Phonemizer()
        return self._phonemizers[language]


def save(records: list[Record], folder: Path) -> None:
    """Write a part; it appears under its name only when it is whole."""
    said = [outline for *_, outline in records]
    arrays = {
        "durations": np.concatenate([p.units for p in said]).astype(np.uint16),
        "exact": np.concatenate([p.exact_units for p in said]),
        "f0": np.concatenate([p.f0 for p in said]),
        "energy": np.concatenate([p.energy for p in said]),
    }
    spoken = [p for p in said if isinstance(p, Speech)]
    if spoken:
        audio = np.concatenate([p.audio for p in spoken])
        arrays["audio"] = np.rint(np.clip(audio, -1, 1) * 32_767).astype(np.int16)
        arrays["phase"] = np.concatenate([p.phase for p in spoken])
    sizes = np.array([(p.units.size, p.f0.size) for p in said], np.int64)
    arrays["utterances"] = np.concatenate([np.zeros((1, 2), np.int64), np.cumsum(sizes, axis=0)])
    temporary = folder.with_suffix(f".{os.getpid()}.tmp")
    temporary.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(temporary / f"{name}.npy", array)
    lines = (f"{text}\t{phonemes}\n" for text, phonemes, _ in records)
    (temporary / "texts.txt").write_text("".join(lines), encoding="utf-8")
    temporary.rename(folder)


def parts(folder: Path) -> list[Path]:
    """Return the whole parts of a voice for training, in their order."""
    return sorted(path for path in folder.glob("[0-9]*") if path.suffix == "")


def minutes(folder: Path) -> float:
    """Return how much a voice has said for training."""
    frames = (np.load(part / "utterances.npy")[-1, 1] for part in parts(folder))
    return float(sum(frames)) / FRAMES_PER_SECOND / 60


@contextmanager
def taken(path: Path) -> Iterator[bool]:
    """Hold a part against other processes for the length of a block; tell whether that worked.

    The lock is the system's own: it falls when the process dies, however that comes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield not path.exists()


def jobs(args: argparse.Namespace) -> Iterator[tuple[str, str, int]]:
    """Yield voice, name and number of one part after the other, until each voice has its minutes."""
    if args.kind == "audio":
        yield from ((voice, VALIDATION, 0) for voice in args.voices)
    number = 0
    while unfinished := [v for v in args.voices if minutes(args.out / v) < args.minutes]:
        yield from ((voice, f"{number:04d}", number) for voice in unfinished)
        number += 1


def work(args: argparse.Namespace) -> None:
    """Make all parts that nobody else makes."""
    texts = Texts.read(args.texts)
    reader = Reader(args.model, aloud=args.kind == "audio")
    choose = texts.for_audio if args.kind == "audio" else texts.for_prosody
    for voice, name, number in jobs(args):
        folder = args.out / voice / name
        if folder.exists():
            continue
        with taken(folder) as mine:
            if not mine:
                continue
            began, cpu = time.monotonic(), time.process_time()
            if name == VALIDATION:
                chosen = texts.validation[:VALIDATION_TEXTS]
            else:
                chosen = choose(voice, number, UTTERANCES[args.kind])
            records = reader.read(voice, chosen)
            save(records, folder)
            seconds = sum(outline.f0.size for *_, outline in records) / FRAMES_PER_SECOND
            log.info(
                "%s %s: %.0f s of speech, %.3f CPU-s per s, %.0f s; %.1f minutes in all",
                *(voice, name, seconds, (time.process_time() - cpu) / seconds),
                *(time.monotonic() - began, minutes(args.out / voice)),
            )


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _shuffled(lines: list[str], seed: str) -> list[str]:
    return random.Random(seed).sample(lines, len(lines))  # noqa: S311 - not for secrets


def _joined(pieces: list[str], dice: random.Random) -> list[str]:
    """Join clauses by one to six, as far as they go."""
    joined, first = [], 0
    while first < len(pieces):
        last = first + dice.randint(1, 6)
        while len(text := " ".join(pieces[first:last])) > LONGEST_JOINED and last > first + 1:
            last -= 1
        joined.append(text)
        first = last
    return joined


def main() -> None:
    """Parse the command line and work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("audio", "prosody"))
    parser.add_argument("--texts", type=Path, required=True, help="folder of corpus.py")
    parser.add_argument("--model", type=Path, required=True, help="folder of kokoro.py")
    parser.add_argument("--out", type=Path, required=True, help="a folder for each voice is made in it")
    parser.add_argument("--minutes", type=float, default=60, help="of each voice")
    parser.add_argument("--voices", nargs="+", choices=VOICES, default=list(VOICES), metavar="VOICE")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    work(args)


if __name__ == "__main__":
    main()
