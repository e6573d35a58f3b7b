"""The store: which models there are, and their OpenVINO IR, made on first use and kept.

    from text_to_speech.store import ensure_ir

    path = ensure_ir("hifi-gan")  # the .xml, in the user's cache folder

Models of this repository:

    ensure_ir        the IR of a model, converted first if it is not there
    quantized_ir     the IR in INT8 that omz_quantizer made
    model_folder     the folder of a model, with its model.yml
    vocoders         the names of the models that turn a mel spectrogram into a waveform
    check_vocoder    refuses another name, and says which there are

Results that are made once and kept, of this room and of others:

    Entry            the place of a result in the cache, with the key of what it is made from
    keep             the folder of a result, made first if it is missing or damaged
    cache_folder     the folder of the cache
    results          what lies in it, with sizes
    clear_cache      removes all of it

The modules, from the files of a model to its IR:

    addresses, bounded_yaml ──▶ model_yml, quantization_yml ──▶ catalogue, sources
    pickled ──▶ checkpoint ──▶ hifigan ──▶ convert ──▶ cache ◀── kept ◀── locations, records, pruning
"""

from .cache import ensure_ir, quantized_ir
from .catalogue import check_vocoder, model_folder, vocoders
from .kept import keep
from .locations import Entry, cache_folder
from .pruning import clear_cache, results

__all__ = [
    "Entry",
    "cache_folder",
    "check_vocoder",
    "clear_cache",
    "ensure_ir",
    "keep",
    "model_folder",
    "quantized_ir",
    "results",
    "vocoders",
]
