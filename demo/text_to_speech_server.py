#!/usr/bin/env python3
"""Speak for OpenAI clients, browsers and Home Assistant; see text_to_speech/serving/README.md.

python demo/text_to_speech_server.py --vocoder source-filter-light
"""

import sys

from text_to_speech.cli.start import text_to_speech_server

if __name__ == "__main__":
    sys.exit(text_to_speech_server())
