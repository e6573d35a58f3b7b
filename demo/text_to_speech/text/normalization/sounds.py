"""Reads the sounds that people write: "Shh", "Noooo!", "W-what?", "Hahaha".

Four kinds, in this order:

    stutters     "W-what", "b-b-but", "Wha-what"    the sounds of the fragment, and then the word
    laughter     "hahaha", "mwahaha"                its syllables
    noises       "Shh", "Brrr", "Hmph", "Zzz"       a table, and the sounds of the letters of what has no vowel
    long words   "Noooo", "Pleeease", "Yesss"       the word of the dictionary that has fewer of the repeated letters
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ..symbols import CONSONANTS, STRESS_MARKS, VOWELS
from ..word_sets import word_set
from . import words
from .rules import Context, Rule, Sound
from .tables import table

# Noises as regular expressions, with the words or, after "/", the phonemes that they are read as. The first pattern
# that is the whole word counts.
_NOISES: tuple[tuple[str, str], ...] = (
    ("s+h+", "/ʃ"),
    ("[kg]r{2,}h*", "/ɡˈɜɹ"),
    ("b+r{2,}h*", "/bˈɜɹ"),
    ("p+r{2,}", "/pˈɜɹ"),
    ("t+s+k+", "/tˈɪsk"),
    ("h+[ru]?m+p+h+", "/hˈʌmf"),
    ("m{2,}p?h+", "/mf"),
    ("z{3,}", "/z"),
    ("b+z{2,}", "/bz"),
    ("b+z{2,}t+", "/bzt"),
    ("h?s{3,}", "/s"),
    ("p+s{2,}t+", "/pst"),
    ("p+s+h+", "/pʃ"),
    ("p+f+t+", "/pft"),
    ("p+f{2,}", "/pf"),
    ("t+c+h+", "/ʧ"),
    ("m+[uw]+a+h+", "/mwˈɑ"),
    ("a+t?c+h+o{2,}", "/əʧˈu"),
    ("h+m{2,}", "hmm"),
    ("m{2,}", "/mm"),
    ("m+-?h+m+", "/mhm"),
    ("n+g*h+|n{3,}g*h*", "/ŋ"),
    ("h+n+g+h+|h+n{2,}g+", "/hŋ"),
    ("e+w{2,}|e{2,}w+", "/ˈiu"),
    ("u+g{2,}h+|u{2,}g+h+|u+g+h{2,}", "ugh"),
    ("b+l+e+h+", "/blˈɛ"),
    ("u+h{2,}|u{2,}h*", "uh"),
    ("u+m{2,}|u+h+m+", "um"),
    ("e+r{3,}", "er"),
    ("e+r+m+", "/ˈɜɹm"),
    ("a{2,}h+|a+h{2,}|a{3,}", "ah"),
    ("o{2,}h+|o{3,}", "ooh"),
    ("o+h{2,}", "oh"),
    ("a+w{2,}", "aw"),
    ("a{1,}r+g+h+", "aargh"),
    ("a{1,}r{2,}", "/ˈɑɹ"),
    ("h+e+h+", "/hˈɛ"),
    ("r+a+w+r+", "/ɹˈɔɹ"),
    ("e{3,}k*", "eek"),
    ("w+o+a+h+", "whoa"),
    ("uh-uh|nuh-uh", "/nˈʌˌʌ"),
    ("uh-huh", "/əhˈʌ"),
)
_NOISE = re.compile(
    "|".join(f"(?P<n{index}>{pattern})" for index, (pattern, _) in enumerate(_NOISES)), re.IGNORECASE
)
# Noises without a doubled letter, which alone are asked for among all words that have none.
_PLAIN_NOISES = (
    "sh|tsk|h[ru]?mph|mwah|muah|tch|heh|rawr|bleh|erm|psh|pft|h?ngh|uhm|argh|arh|mhm|hm-hm|(?:nuh|uh)-uh"
    "|uh-huh"
)
# Words in capitals that look like a noise but are an initialism: people write noises in capitals only at length.
_SHORTEST_SHOUTED = 4

# The sounds of consonant letters in a noise without a vowel, the longest first: "hrrk", "thbbt".
_CONSONANT_SOUNDS = table(
    """
    tch = ʧ
    sh = ʃ
    ch = ʧ
    th = θ
    ph = f
    gh = ɡ
    ck = k
    ng = ŋ
    c q x k = k
    g = ɡ
    j = ʤ
    r = ɜɹ
    b = b
    d = d
    f = f
    h = h
    l = l
    m = m
    n = n
    p = p
    s = s
    t = t
    v = v
    w = w
    z = z
    """
)
_CONSONANT_LETTERS = re.compile("|".join(sorted(_CONSONANT_SOUNDS, key=len, reverse=True)))

_LAUGHTER = {"ha": "hɑ", "he": "hɛ", "hi": "hi", "ho": "hO", "hee": "hi", "hah": "hɑ", "heh": "hɛ"}
_LAUGHTER_STARTS = {"": "", "a": "ə", "mwa": "mwɑ", "mua": "mwɑ", "ba": "bɑ", "bwa": "bwɑ"}

# What begins with its first letters and a hyphen, and is no stutter.
_NO_STUTTERS = word_set(
    """
    a-arm a-axis b-ball b-bomber b-boy b-boys c-clamp c-clamps c-class c-cup d-day d-days d-dimer e-edition e-education
    e-energy e-entry e-estate e-exam g-girl g-god i-item j-jump k-kit l-leucine l-lysine m-marker m-mode n-nary p-plan
    p-plane r-rated s-shape s-shaped s-sharp t-tail t-test t-tests t-top t-tops t-tubule t-tubules u-uranium v-v
    x-xerox z-zone
    """
)
_PREFIXES = word_set(
    "re co pre de un in non pro bi tri sub ex en em dis mis over semi anti mini auto tele di be"
)

# Words of two letters that are read as words before a hyphen; "ye" and "lo" are the beginnings of "yes" and "look".
_SHORT_WORDS = word_set("so no be to go do me he we my in it is at on us up am an as or of if by oh")

_VOWEL_LETTERS = "aeiouy"
_FRAGMENT_SOUND = re.compile(r"th|sh|ch|wh|ph|kn|gn|wr|qu|gh|ck|(.)\1|.", re.DOTALL)
# Stops and glides cannot be heard without a vowel after them.
_NEEDS_VOWEL = "pbtdkɡʧʤwjhɹ"

_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_ANY_RUN = re.compile(r"([^\W\d_])\1+", re.IGNORECASE)
# Runs of a word that are tried in two lengths; the number of spellings doubles with each.
_MOST_RUNS = 5

# Words that nobody drags out, although a word that people do is one repeated letter away ("stoop", "stop").
_RARELY_LONG = word_set(
    """
    booth goo hoot loot noose stoop toot toon thee bee reed veery leet ween levee puree jeer peen teem lee byee
    broo yoo hoo doo
    al ad of mis pas bos mas til wil hel bel ful
    """
)

# Words that people drag out and that no dictionary has.
_MORE_WORDS = word_set("oof woohoo yoohoo noob meep eep squee whee woot bleep yeet bruh bro yo wow")


def _collapse(written: str, context: Context) -> str:
    """Return the word of the dictionary that a word with repeated letters stands for; empty if there is none.

    Args:
        written: A word, such as "Pleeease" or "sooon".
        context: Gives the dictionary.

    Each run of a letter is tried twice and once. Of the words that this gives, "oo" and "ee" win over "o" and "e",
    because few people drag out "son", and a single consonant wins over two.
    """
    for pattern in (_LONG_RUN, _ANY_RUN):
        if not pattern.search(written):
            continue
        candidates = list(_spellings(written, pattern))
        known = [word for word in candidates if _is_known(word, context)]
        likely = [word for word in known if word.lower() not in _RARELY_LONG]
        if known:
            return (likely or known)[0]
    return ""


def _spellings(written: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield the spellings of a word with each run of a letter once or twice, the likelier ones first."""
    runs = list(pattern.finditer(written))
    counts = [(2, 1) if run[1].lower() in "oe" else (1, 2) for run in runs[:_MOST_RUNS]]
    rest = [1] * (len(runs) - len(counts))
    for chosen in itertools.product(*counts):
        spelling, position = "", 0
        for run, count in zip(runs, (*chosen, *rest), strict=True):
            spelling += written[position : run.start()] + run[1] * count
            position = run.end()
        yield spelling + written[position:]


def _is_known(word: str, context: Context) -> bool:
    if len(word) == 1:
        return word in "aAI"
    is_name = word[:1].isupper() and not word.isupper()
    return word.lower() in _MORE_WORDS or bool(
        context.look_up(word.lower()) or (is_name and context.look_up(word))
    )


def _long_word(match: re.Match[str], context: Context) -> str | None:
    """Read "Noooo" as "no", and what no dictionary knows with each long run once."""
    written = match[0]
    if written.isupper() and (words.roman(written) or len(set(written)) == 1 or context.is_word(written)):
        return None
    if context.is_word(written) or len(set(written.lower())) == 1:
        return None
    known = _collapse(written, context)
    shortened = known or _LONG_RUN.sub(r"\1", written)
    return shortened.lower() if written.isupper() else shortened


def _hyphenated(match: re.Match[str], context: Context) -> str | None:
    """Read "no-o-o" as "no"."""
    return _collapse(match[0].replace("-", ""), context) or None


def _noise(match: re.Match[str], _: Context) -> str | Sound | None:
    """Read "Shh" by the table, and another noise without a vowel by the sounds of its letters."""
    written = match[0]
    lower = written.lower()
    is_short = len(written) < (_SHORTEST_SHOUTED if written.isupper() else 3)
    if written.isupper() and (is_short or len(set(written)) == 1) and set(written) != {"Z"}:
        return None
    if written in ("mm", "sh"):
        return None
    known = _NOISE.fullmatch(lower)
    if known:
        read = _NOISES[int(str(known.lastgroup)[1:])][1]
        return Sound(lower, read[1:]) if read.startswith("/") else read
    if set(lower) & set(_VOWEL_LETTERS + "-") or not _LONG_RUN.search(lower) or len(set(lower)) == 1:
        return None
    sounds = _CONSONANT_LETTERS.sub(lambda part: _CONSONANT_SOUNDS[part[0]], _ANY_RUN.sub(r"\1", lower))
    return Sound(lower, sounds)


def _laughter(match: re.Match[str], _: Context) -> Sound:
    """Read "hahaha" syllable by syllable."""
    unit = match["unit"].lower()
    syllables = [_LAUGHTER[unit]] * (len(match["body"].replace("-", "")) // len(unit))
    last = syllables.pop()
    stressed = last[0] + "ˈ" + last[1:]
    return Sound(match[0].lower(), _LAUGHTER_STARTS[match["start"].lower()] + "".join(syllables) + stressed)


def _stutter(match: re.Match[str], context: Context) -> Sound | None:
    """Read the fragments of "b-b-but" by the sound with which the word begins."""
    first, word = match["first"], match["word"]
    fragment = first.lower()
    is_single = "-" not in match["rest"]
    if is_single and (f"{fragment}-{word.lower()}" in _NO_STUTTERS or fragment in _PREFIXES):
        return None
    if (
        is_single
        and len(first) > 1
        and context.is_word(fragment)
        and (len(first) > 2 or fragment in _SHORT_WORDS)
    ):
        # "so-sorry" has a word before the hyphen.
        return None
    before = match.string[max(0, match.start() - 2) : match.start()].rstrip()
    if is_single and len(first) == 1 and first.isupper() and word.islower() and before[-1:].isalnum():
        # "an S-shaped curve": within a sentence a stutter is written as its word is.
        return None
    phonemes = context.pronounce(_collapse(word, context) or word)
    sound = _sound_of_fragment(fragment, phonemes)
    repeated = " ".join([sound] * (1 + match["rest"].count("-")))
    return Sound(match["it"].strip("-").replace("-", " "), repeated) if sound else None


def _broken_off(match: re.Match[str], context: Context) -> Sound | None:
    """Read the letter of "W… what" by the sound with which the word begins."""
    sound = _sound_of_fragment(match["first"].lower(), context.pronounce(match["word"]))
    repeated = " ".join([sound] * (1 + match["it"].count("-")))
    return Sound(match["it"].replace("-", " "), repeated) if sound else None


def _sound_of_fragment(fragment: str, phonemes: str) -> str:
    """Return the phonemes that the first letters of a word stand for.

    Args:
        fragment: The letters, in small letters: "st" of "stop", "wha" of "what".
        phonemes: The phonemes of the whole word.
    """
    sounds = [sound for sound in phonemes if sound not in STRESS_MARKS]
    consonants = list(itertools.takewhile(lambda sound: sound in CONSONANTS, sounds))
    letters = [part[0] for part in _FRAGMENT_SOUND.finditer(fragment)]
    before = list(itertools.takewhile(lambda part: part[0] not in _VOWEL_LETTERS or part == "y", letters))
    if len(before) == len(letters):
        onset = "".join(consonants[: len(letters)])
        if not onset:
            return "".join(sounds[:1])
        return onset + ("ə" if onset[-1] in _NEEDS_VOWEL or len(onset) > 1 else "")
    vowels = list(itertools.takewhile(lambda part: part[0] in _VOWEL_LETTERS, letters[len(before) :]))
    after = len(letters) - len(before) - len(vowels)
    start = len(consonants)
    stop = start + 1 if sounds[start : start + 1] and sounds[start] in VOWELS else start
    return "".join(sounds[: stop + after])


RULES = (
    Rule(
        r"(?<![\w'-])(?P<it>(?P<first>[A-Za-z]{1,4})(?P<rest>(?:-(?i:(?P=first)))*)-)"
        r"(?P<word>(?i:(?P=first))[A-Za-z']*[A-Za-z])(?![\w-])",
        _stutter,
        "-",
    ),
    Rule(
        r"(?<![\w'-])(?P<it>(?P<first>[B-HJ-Zb-hj-z])(?:-(?i:(?P=first)))*)"
        r"(?=(?:(?:—|\.\.\.) ?(?i:(?P=first))){0,4}?(?:—|\.\.\.) ?(?P<word>(?i:(?P=first))[a-z']*[a-z]))",
        _broken_off,
        "—.",
    ),
    Rule(
        r"(?i)(?<![\w'])(?P<start>m[uw]a|bw?a|a|)(?P<body>(?P<unit>hee|heh|hah|ha|he|hi|ho)(?P=unit)+)h?(?![\w'])",
        _laughter,
        "hH",
    ),
    Rule(rf"(?i)(?<![\w'-])(?:{_PLAIN_NOISES}|(?=[a-z]*?([a-z])\1)[a-z]{{2,}}(?:-h+m+)?)(?![\w'-])", _noise),
    Rule(r"(?i)(?<![\w'-])[a-z]*?([aeiou])-\1(?:-\1)+[a-z]*(?![\w'-])", _hyphenated, "-"),
    Rule(r"(?i)(?<![\w'])(?=\w*?([^\W\d_])\1\1)[^\W\d_]+(?:'[a-z]{1,2})?(?!\w)", _long_word),
)
