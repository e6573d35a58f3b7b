#!/usr/bin/env python3
"""Speak an English text: a text or a text file in; a WAV, FLAC, OGG, Opus or MP3 file out.

python demo/text_to_speech_demo.py -i demo/text.txt -d CPU -o speech.wav

The command itself is in text_to_speech/cli/speak.py.
"""

import sys

from text_to_speech.cli.start import text_to_speech_demo

if __name__ == "__main__":
    sys.exit(text_to_speech_demo())
