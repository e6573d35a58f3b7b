"""Sets of words, written in the code as one string of words between spaces."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a string as a set."""
    return frozenset(words.split())
