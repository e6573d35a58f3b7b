"""Speak an English text: python -m text_to_speech "Hello." -o hello.wav."""

import sys

from .cli.start import text_to_speech_demo

if __name__ == "__main__":
    sys.exit(text_to_speech_demo())
