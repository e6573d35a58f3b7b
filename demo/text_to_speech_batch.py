#!/usr/bin/env python3
"""Speak many texts into many files, on all processors or on a Ray cluster; see text_to_speech/batch/README.md.

python demo/text_to_speech_batch.py jobs.jsonl -o speech --workers 2
"""

import sys

from text_to_speech.cli.start import text_to_speech_batch

if __name__ == "__main__":
    sys.exit(text_to_speech_batch())
