#!/usr/bin/env python3
"""Turn a book into an audiobook; see text_to_speech/books/README.md.

python demo/text_to_speech_book.py alice.epub -o alice.m4b

The command itself is in text_to_speech/books/command.py.
"""

import sys

from text_to_speech.cli.start import text_to_speech_book

if __name__ == "__main__":
    sys.exit(text_to_speech_book())
