"""Let the teacher speak a list of texts: python training/generate.py --texts corpus.txt --out data/train

One utterance after the other, in as many processes as `--jobs` says, about 190 times real time on one core. The
result is a folder of flat arrays that training maps into memory:

    mel.npy        float16 [frames, 80]      f0.npy         float16 [frames], Hz, 0 where unvoiced
    ids.npy        uint8 [phonemes]          durations.npy  uint16 [phonemes], mel frames
    targets.npy    float32 [phonemes, 6]: exact duration in frames, pitch at three points, voicing, energy
    utterances.npy int64 [utterances + 1, 2]: first phoneme and first frame of each utterance
    texts.txt      text, tab, phonemes: one line an utterance
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import time
from pathlib import Path

import numpy as np

from teacher import Hibari, TeacherSpeech
from text_to_speech.inference.mel import FRAME_SECONDS, SAMPLE_RATE
from text_to_speech.text import Phonemizer, to_ids

MAX_SECONDS = 24.0  # an utterance that comes out longer is left out, with a warning
Record = tuple[str, str, TeacherSpeech]

log = logging.getLogger("generate")


def speak_all(texts: list[str]) -> list[Record]:
    """Phonemise and speak each text; one that has no phonemes or comes out too long is left out and named."""
    phonemizer, teacher = Phonemizer(), Hibari()
    records = []
    for text in texts:
        phonemes = phonemizer(text)
        if not any(symbol.isalpha() for symbol in phonemes):
            log.warning("left out, nothing to speak: %r", text)
            continue
        speech = teacher.speak(phonemes)
        if speech.waveform.size > MAX_SECONDS * SAMPLE_RATE or (speech.durations < 1).any():
            log.warning("left out, %.1f s: %r", speech.waveform.size / SAMPLE_RATE, text)
            continue
        records.append((text, phonemes, speech))
    return records


def save(records: list[Record], folder: Path) -> None:
    """Write one part of the data set."""
    folder.mkdir(parents=True, exist_ok=True)
    speeches = [speech for _, _, speech in records]
    targets = [
        np.column_stack([s.exact_durations, s.pitch, s.voicing, s.energy]).astype(np.float32)
        for s in speeches
    ]
    arrays = {
        "mel": np.concatenate([s.mel.T for s in speeches]).astype(np.float16),
        "f0": np.concatenate([s.f0 for s in speeches]).astype(np.float16),
        "ids": np.concatenate([to_ids(phonemes) for _, phonemes, _ in records]).astype(np.uint8),
        "durations": np.concatenate([s.durations for s in speeches]).astype(np.uint16),
        "targets": np.concatenate(targets),
    }
    sizes = np.array([(s.durations.size, s.mel.shape[1]) for s in speeches], dtype=np.int64)
    arrays["utterances"] = np.concatenate([np.zeros((1, 2), np.int64), np.cumsum(sizes, axis=0)])
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    lines = (f"{text}\t{phonemes}\n" for text, phonemes, _ in records)
    (folder / "texts.txt").write_text("".join(lines), encoding="utf-8")


def merge(parts: list[Path], folder: Path) -> float:
    """Concatenate parts into one folder and return the hours of speech."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("mel", "f0", "ids", "durations", "targets"):
        np.save(folder / f"{name}.npy", np.concatenate([np.load(part / f"{name}.npy") for part in parts]))
    offsets, total = [], np.zeros((1, 2), np.int64)
    for part in parts:
        utterances = np.load(part / "utterances.npy")
        offsets.append(utterances[:-1] + total)
        total = total + utterances[-1]
    np.save(folder / "utterances.npy", np.concatenate([*offsets, total]))
    texts = "".join((part / "texts.txt").read_text(encoding="utf-8") for part in parts)
    (folder / "texts.txt").write_text(texts, encoding="utf-8")
    return float(total[0, 1]) * FRAME_SECONDS / 3_600


def _work(job: tuple[list[str], Path]) -> Path:
    texts, folder = job
    if not (folder / "texts.txt").exists():  # written last: a part that has it is whole, so a rerun goes on
        started = time.monotonic()
        save(speak_all(texts), folder)
        log.info("%s: %d texts in %.0f s", folder.name, len(texts), time.monotonic() - started)
    return folder


def main() -> None:
    """Generate parts of a few hundred utterances side by side, then join them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, required=True, help="one utterance a line")
    parser.add_argument("--out", type=Path, required=True, help="folder for the data set")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    texts = [line for line in args.texts.read_text(encoding="utf-8").splitlines() if line.strip()]
    jobs = [(texts[i : i + 500], args.out / "parts" / f"{i // 500:04d}") for i in range(0, len(texts), 500)]
    with multiprocessing.get_context("spawn").Pool(args.jobs) as pool:
        parts = pool.map(_work, jobs, chunksize=1)
    log.info("%.2f hours of speech in %s", merge(parts, args.out), args.out)


if __name__ == "__main__":
    main()
