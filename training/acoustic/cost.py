"""What the two graphs cost: python -m acoustic.cost --voices-model DIR --texts FILE

Prints as JSON the CPU seconds that duration prediction and regression take on one thread for a second of speech: the
least of several rounds over all texts (`changing`: each inference has another length, as in a program), and of several
over the first text alone (`same`: no kernels have to get ready for another length). Beside
other work on the same cores it is more. With the environment variable ONEDNN_MAX_CPU_ISA=AVX2 a newer processor
computes as an older one; `of_model` measures both ways, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from acoustic.data import to_ids
from acoustic.model import SYMBOLS
from acoustic.results import Values
from acoustic.studio import TABLE, graph_files
from corpus import read_sentences
from text_to_speech.errors import SpeechError
from text_to_speech.inference.acoustic import AcousticModel
from text_to_speech.inference.mel import FRAME_SECONDS
from text_to_speech.text import Phonemizer

ROUNDS = 5
OLDER = {"ONEDNN_MAX_CPU_ISA": "AVX2"}


def cost(model: Path, phonemes: list[str]) -> dict[str, float]:
    """Return CPU seconds for a second of speech, with `changing` lengths and with the `same` one."""
    duration, regression = graph_files(model)
    voice = np.load(model / TABLE, allow_pickle=False)[0].tolist()
    acoustic = AcousticModel(
        duration_model=duration, regression_model=regression, precision="f32", threads=1, symbols=SYMBOLS
    )
    ids = [to_ids(line) for line in phonemes]
    return {
        name: min(_round(acoustic, lines, voice) for _ in range(ROUNDS))
        for name, lines in (("changing", ids), ("same", ids[:1] * len(ids)))
    }


def _round(acoustic: AcousticModel, ids: list[NDArray[np.int64]], voice: list[float]) -> float:
    begun = time.process_time()
    frames = sum(acoustic.synthesize(line, voice=voice).mel.shape[1] for line in ids)
    return float((time.process_time() - begun) / (frames * FRAME_SECONDS))


def of_model(model: Path, texts: Path) -> Values:
    """Measure `cost` with all instructions of this machine (`here`) and with AVX2 alone (`avx2`).

    Raises:
        SpeechError: One of the two processes failed.
    """
    command = [sys.executable, "-m", "acoustic.cost", "--voices-model", str(model), "--texts", str(texts)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    values = {}
    for name, extra in (("here", {}), ("avx2", OLDER)):
        done = subprocess.run(  # noqa: S603 - this very module
            command, env=environment | extra, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SpeechError(f"the cost cannot be measured: {done.stderr.strip().splitlines()[-1]}")
        values[name] = json.loads(done.stdout)
    return values


def main() -> int:
    """Print the cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voices-model", type=Path, required=True, help="folder of acoustic.export")
    parser.add_argument("--texts", type=Path, required=True, help="sentences to speak")
    args = parser.parse_args()
    phonemizer = Phonemizer()
    try:
        found = cost(args.voices_model, [phonemizer(text) for text in read_sentences(args.texts)])
    except SpeechError as error:
        print(f"cost: {error}", file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
