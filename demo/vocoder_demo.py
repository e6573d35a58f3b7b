#!/usr/bin/env python3
"""Turn mel spectrograms or recordings into WAV files with HiFi-GAN (copy synthesis).

python demo/vocoder_demo.py -i recording.flac mel.npy -o folder

The command itself is in text_to_speech/cli/vocode.py.
"""

import sys

from text_to_speech.cli.start import vocoder_demo

if __name__ == "__main__":
    sys.exit(vocoder_demo())
