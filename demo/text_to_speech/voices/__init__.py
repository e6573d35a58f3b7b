"""What a voice is: the facts that differ from one voice to another, as one value that travels with the voice."""

from .voice import Voice, check_name

__all__ = ["Voice", "check_name"]
