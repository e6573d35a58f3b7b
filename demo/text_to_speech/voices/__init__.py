"""What a voice is: its models, its language, its levels of silence. A voice is data, and so are mixtures of voices."""

from .choice import KOKORO_LANGUAGES, choose, find, named
from .mixture import is_mixture, mixture
from .voice import Voice, check_name

__all__ = ["KOKORO_LANGUAGES", "Voice", "check_name", "choose", "find", "is_mixture", "mixture", "named"]
