"""The zoo: the models of this repository, described by model.yml and made into OpenVINO IR on first use.

from text_to_speech.store import ensure_ir

path = ensure_ir("hifi-gan")  # the .xml, in the user's cache folder

model_yml ◀── sources ◀──┐
                         ├── convert ◀── cache      complexity
checkpoint ── hifigan ◀──┘     checkpoint ◀── pickled

The commands, which models/README.md describes: downloader (with fetch), converter, quantizer and info_dumper, all with
the options of selection; convert_checkpoint; complexity.
"""

from .cache import ensure_ir, model_folder, quantized_ir
from .kept import cache_folder

__all__ = ["cache_folder", "ensure_ir", "model_folder", "quantized_ir"]
