"""Whether the voice does what it is told: pitch, time, and when words are heard. Prints a table.

    python accuracy_checker/directions.py --texts accuracy_checker/text/spoken_20.txt

Every line of the file is spoken by itself, in f32 on the CPU.

- Pitch: by how many semitones `pitch` moves the median F0 of all lines together, as pYIN of librosa hears it.
- Time: by how much `alpha` lengthens them, from the first sound of each sentence to its last.
- Words: the start of each word as `Speech.words` has it, against the one that Whisper tiny.en finds (faster-whisper,
  word_timestamps), over the words that both have. Whisper lets a first word begin with the recording, and its
  times are multiples of 20 ms.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "demo"), str(HERE.parent / "training")]

from evaluation.judges import Recogniser  # noqa: E402
from text_to_speech import SAMPLE_RATE, Speech, SpokenWord, Synthesizer  # noqa: E402

TEXTS = HERE / "text" / "spoken_20.txt"


def median_pitch(audio: NDArray[np.float32]) -> float:
    """Return the median F0 in Hz of the voiced frames."""
    import librosa

    pitch, voiced, _ = librosa.pyin(
        audio.astype(np.float64), sr=SAMPLE_RATE, fmin=60, fmax=600, frame_length=1024, hop_length=512
    )
    return float(np.median(pitch[voiced]))


def speaking_time(speeches: Sequence[Speech]) -> float:
    """Return the seconds from the first sound to the last, over all sentences."""
    sentences = [sentence for speech in speeches for sentence in speech.sentences]
    return sum(sentence.words[-1].end - sentence.words[0].start for sentence in sentences)


def word_differences(
    spoken: Sequence[SpokenWord], heard: Sequence[tuple[str, float, float]]
) -> list[tuple[float, float]]:
    """Return for each word that is in both the seconds by which it is heard to begin and to end later."""
    ours, theirs = [bare(word.text) for word in spoken], [bare(word) for word, _, _ in heard]
    matcher = difflib.SequenceMatcher(a=ours, b=theirs, autojunk=False)
    return [
        (heard[block.b + k][1] - spoken[block.a + k].start, heard[block.b + k][2] - spoken[block.a + k].end)
        for block in matcher.get_matching_blocks()
        for k in range(block.size)
    ]


def bare(word: str) -> str:
    """Return a word in small letters without marks."""
    return re.sub(r"\W", "", word.lower())


def main() -> None:
    """Speak the lines in every manner and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, default=TEXTS, help="a file of one sentence a line")
    parser.add_argument("--pitch", type=float, nargs="*", default=[-3.0, 3.0], help="semitones")
    parser.add_argument("--alpha", type=float, nargs="*", default=[0.8, 1.25], help="times as long")
    parser.add_argument("--threads", type=int, default=1, help="of Whisper")
    args = parser.parse_args()
    lines = [line.strip() for line in args.texts.read_text(encoding="utf-8").splitlines() if line.strip()]
    synthesizer = Synthesizer("CPU", precision="f32")
    usual = [synthesizer.synthesize(line) for line in lines]
    print(f"| {len(lines)} sentences of {args.texts.name} | asked for | measured |\n|---|---|---|")
    if args.pitch:
        base = median_pitch(np.concatenate([speech.audio for speech in usual]))
        print(f"| median F0 | | {base:.1f} Hz |")
    for pitch in args.pitch:
        audio = np.concatenate([synthesizer.synthesize(line, pitch=pitch).audio for line in lines])
        print(
            f"| pitch, semitones | {pitch:+g} | {12 * np.log2(median_pitch(audio) / base):+.2f} |", flush=True
        )
    for alpha in args.alpha:
        longer = [synthesizer.synthesize(line, alpha=alpha) for line in lines]
        print(f"| time | {alpha:g} | {speaking_time(longer) / speaking_time(usual):.3f} |", flush=True)
    recogniser = Recogniser(threads=args.threads)
    found = [word_differences(speech.words, recogniser.words(speech.audio)) for speech in usual]
    starts, ends = np.array([pair for pairs in found for pair in pairs]).T * 1000
    words = sum(len(speech.words) for speech in usual)
    for name, difference in (("starts", starts), ("ends", ends)):
        print(
            f"| {name} of {difference.size} of {words} words, ms | median of the difference ≤ 60 |"
            f" {np.median(np.abs(difference)):.0f} (signed {np.median(difference):+.0f},"
            f" 90 % within {np.quantile(np.abs(difference), 0.9):.0f}) |"
        )


if __name__ == "__main__":
    main()
