#!/usr/bin/env python3
"""Make the ONNX file from the checkpoint; the converter calls this with two folders, downloads and results."""

import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "demo"

if __name__ == "__main__":
    if DEMO.is_dir():  # a checkout; elsewhere the package is installed
        sys.path.insert(0, str(DEMO))
    # The package itself is not run: it imports what speaking needs, and a converter's environment may lack that.
    spec = find_spec("text_to_speech")
    if spec is None:
        sys.exit("text_to_speech is not there: run this in a checkout, or install the package")
    sys.modules[spec.name] = module_from_spec(spec)
    from text_to_speech.store.convert import pre_convert

    sys.exit(pre_convert(HERE))
