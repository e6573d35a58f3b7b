#!/usr/bin/env python3
"""Make the ONNX file from the checkpoint; the converter calls this with two folders, downloads and results."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A checkout has the package in demo/. Where that folder is missing, the package is installed.
sys.path.insert(0, str(HERE.parents[1] / "demo"))

from text_to_speech.store.convert import pre_convert  # noqa: E402

sys.exit(pre_convert(HERE))
