#!/usr/bin/env python3
"""Make the ONNX file from the checkpoint; the converter calls this with two folders, downloads and results."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "demo"

if __name__ == "__main__":
    if DEMO.is_dir():  # a checkout; elsewhere the package is installed
        sys.path.insert(0, str(DEMO))
    from text_to_speech.zoo.convert import pre_convert

    sys.exit(pre_convert(HERE))
