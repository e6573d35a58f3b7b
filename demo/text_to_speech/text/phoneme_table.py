"""Prints the alphabet of phonemes as a table, for people who write lexicons or phonemes into a text."""

from .symbols import BRITISH_SOUNDS, PUNCTUATION, STRESS_MARKS, SYMBOLS

# Symbol → usual IPA, ARPAbet (empty if it has none for the sound), a word with the sound.
EXAMPLES = {
    "A": ("eɪ", "EY", "day"), "I": ("aɪ", "AY", "my"), "O": ("oʊ", "OW", "go"), "W": ("aʊ", "AW", "now"),
    "Y": ("ɔɪ", "OY", "boy"), "i": ("iː", "IY", "see"), "u": ("uː", "UW", "too"), "æ": ("æ", "AE", "cat"),
    "ɐ": ("ɐ", "", "a"), "ɑ": ("ɑː", "AA", "father"), "ɔ": ("ɔː", "AO", "law"), "ə": ("ə", "AH0", "about"),
    "ɛ": ("ɛ", "EH", "bed"), "ɜ": ("ɜː", "", "bird"), "ɪ": ("ɪ", "IH", "sit"), "ʊ": ("ʊ", "UH", "book"),
    "ʌ": ("ʌ", "AH1", "cup"), "ᵊ": ("ᵊ", "", "table"), "ᵻ": ("ᵻ", "IX", "boxes"),
    "b": ("b", "B", "bed"), "d": ("d", "D", "day"), "f": ("f", "F", "fish"), "h": ("h", "HH", "hat"),
    "j": ("j", "Y", "yes"), "k": ("k", "K", "cat"), "l": ("l", "L", "leg"), "m": ("m", "M", "my"),
    "n": ("n", "N", "now"), "p": ("p", "P", "pen"), "s": ("s", "S", "see"), "t": ("t", "T", "ten"),
    "v": ("v", "V", "very"), "w": ("w", "W", "we"), "z": ("z", "Z", "zoo"), "ð": ("ð", "DH", "this"),
    "ŋ": ("ŋ", "NG", "sing"), "ɡ": ("ɡ", "G", "go"), "ɹ": ("r", "R", "red"), "ʃ": ("ʃ", "SH", "ship"),
    "ʒ": ("ʒ", "ZH", "measure"), "ʤ": ("dʒ", "JH", "judge"), "ʧ": ("tʃ", "CH", "church"),
    "θ": ("θ", "TH", "think"), "T": ("ɾ", "DX", "water"),
    # British English alone has these.
    "ɒ": ("ɒ", "", "lot"), "a": ("æ", "", "trap"), "Q": ("əʊ", "", "goat"), "ː": ("ː", "", "father"),
}  # fmt: skip


def phoneme_table() -> str:
    """Return a table with a line per symbol: symbol, usual IPA, ARPAbet and an example, in the order of `SYMBOLS`."""
    lines = [f"{'symbol':<8}{'IPA':<6}{'ARPAbet':<9}as in"]
    for symbol in SYMBOLS:
        if symbol in EXAMPLES:
            ipa, arpabet, word = EXAMPLES[symbol]
            where = " (British)" if symbol in BRITISH_SOUNDS else ""
            lines.append(f"{symbol:<8}{ipa:<6}{arpabet or '-':<9}{word}{where}")
    lines.append(f"{' '.join(STRESS_MARKS):<8}before the vowel: main and secondary stress; ARPAbet 1 and 2")
    lines.append(f"{' '.join(PUNCTUATION.strip())}   punctuation, and the space between words")
    return "\n".join(lines)
