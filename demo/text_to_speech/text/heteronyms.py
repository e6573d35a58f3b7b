"""Words that are said in two ways, by the words around them.

hibari's tagger and dictionary tell most nouns from verbs; what they miss is decided here, from a table. Under each word
stand lines of phonemes and a condition; the first line whose condition holds counts, and if none does, the dictionary
decides by the tag. Conditions, several of which may stand in a line with `&` between them:

    verb, noun     the words around it want a verb, or a noun
    base           an infinitive: behind "to", "will", "did" …
    participle     behind "have" or "be"
    prev, next     the word before or behind it is one of these
    before, after  one of the four words before or behind it is
    near           one of the six words on either side is
    prevtag, nexttag  the tagger says so of the word before (adverbs left out), or behind
    capital        written with a capital, but not at the beginning of the sentence
    titled         written with a capital and small letters
    first, last    the first word of the sentence, the last one
    tag            the tagger says so
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_TABLE = """
read
    ɹˈid  base
    ɹˈɛd  participle
    ɹˈid  before let make makes made help helps helped hear heard watch watched see saw & prevtag NN NNP NNS
    ɹˈɛd  prevtag NN NNP
    ɹˈid  prev who that & after do are have will can tend like love enjoy learn know live get & tag VBP VBD VB VBN
    ɹˈɛd  prev he she it
    ɹˈɛd  prev who & tag VBD
    ɹˈid  near every always often usually sometimes daily tomorrow now
    ɹˈɛd  near yesterday ago last earlier then once
    ɹˈid  first
    ɹˈid  tag VBP & prev who people children students
    ɹˈid  tag VB NN
live
    lˈIv  next wire wires show shows music performance performances concert broadcast broadcasts audience recording
    lˈIv  next album tv television stream coverage ammunition animals stock births bait event events band action feed
    lˈIv  prev played play plays playing sang sing performed perform recorded broadcast streamed stream aired going went
    lˈIv  prev go see shown watch televised reporting & next on from in at to
    lˈIv  prev broadcast streamed shown televised reporting
    lˈIv  last & before hear heard watch watched see saw show shown broadcast stream streamed air aired play played
    lˈIv  last & before sing sang perform performed performing performance concert match game event
    lˈIv  before watch hear catch follow & prevtag NN NNS NNP & next on at from
    lˈIv  first & next from updates coverage music
    lˈIv  noun & nexttag NN NNS
    lˈɪv  verb
lives
    lˈɪvz  prev he she it who everyone nobody someone somebody
    lˈIvz  noun
    lˈIvz  prev save saves saved saving lose loses lost risk risked cost costs many three four five nine both human
    lˈIvz  prev claim claimed changed changes change ruined take takes took past whose
wind
    wˈInd  base
    wˈInd  next up
    wˈInd  verb
    wˈInd  first & next the your it
    wˈɪnd  noun
winds
    wˈIndz  verb & next along through around up down its past between over round into
    wˈIndz  next along around its & tag NNS VBZ NN
    wˈɪndz  noun
wound
    wˈund  base
    wˈund  noun
    wˈWnd  next up around round it its the a his her through tightly on in into & participle
    wˈWnd  verb
    wˈWnd  next up around round it
lead
    lˈɛd  next pipe pipes paint paints poisoning pencil pencils shot weight weights acid battery batteries roof crystal
    lˈɛd  next bullet bullets mine mines ore glass contamination content levels exposure
    lˈɛd  next oxide solder ions dust foil smelter
    lˈɛd  prev as & before heavy dense soft grey gray dull
    lˈɛd  prev like & before heavy heavily felt feel feels feeling weighed sank sink
    lˈɛd  prev with from in of & last & before covered lined coated filled poisoned contaminated sealed roof pipe pipes
    lˈɛd  next balloon lined free based
    lˈid  base
    lˈid  prev the & before in took take takes taking into lost held hold gained regained
    lˈɛd  near metal metals toxic poison poisonous copper zinc mercury pencil bullets paint pipes gasoline petrol
    lˈɛd  near melted gold iron silver heavier tin
    lˈɛd  prev of & before made piece pieces full pound pounds sheet sheets lump out ton tons amount levels traces
    lˈɛd  prev much little & after found in
    lˈid  verb
present
    pɹˈɛzᵊnt  next day company tense
    pɹizˈɛnt  verb
    pɹizˈɛnt  next itself themselves himself herself evidence
    pɹˈɛzᵊnt  noun
presents
    pɹizˈɛnts  prev he she it who & next the a an his her its their some
    pɹˈɛzᵊnts  noun
object
    əbʤˈɛkt  base
    əbʤˈɛkt  verb
    əbʤˈɛkt  next to & tag VB VBP NN & prev i we you they
    ˈɑbʤəkt  noun
objects
    əbʤˈɛkts  next to & prev he she it who
    ˈɑbʤəkts  noun
dove
    dˈOv  prev he she it we they i who & next into off in under down through over behind for from deep to back out
    dˈʌv  noun
    dˈOv  next into off under in down through over behind for from deep to back
polish
    pˈOlɪʃ  capital
    pˈOlɪʃ  titled & first & nexttag NN NNS NNP JJ
    pˈOlɪʃ  first & tag NNP JJ & next food language people man woman government president army border city citizens
    pˈɑlɪʃ  first
tear
    tˈɪɹ  next gas duct ducts drop drops stained
    tˈɛɹ  prev and & before wear
    tˈɛɹ  verb
    tˈɛɹ  first & next along here off up open down out into
    tˈɛɹ  next in & near coat shirt dress jeans paper fabric muscle ligament sleeve cloth sail tent pocket trousers
    tˈɛɹ  near ligament muscle tendon meniscus fabric
    tˈɛɹ  near hamstring achilles cartilage calf cuff acl seam lining knee shoulder tissue curtain net mesh
    tˈɪɹ  noun
tears
    tˈɛɹz  prev he she it who
    tˈɛɹz  verb & next the a an his her its up down apart off at through
    tˈɪɹz  noun
bow
    bˈO  next tie ties window and & after tie ties window arrow arrows
    bˈW  next out down & tag VB VBP VBD NN
    bˈW  verb
    bˈW  next of & after ship boat vessel yacht ferry canoe
    bˈW  before take takes took taking make makes made making gave give gives & prev a low deep final polite slight
    bˈW  near ship boat vessel stern deck waves sailors hull harbour harbor anchor
    bˈW  near actors actor audience stage applause performers cast king queen emperor encore greeting final curtsy
    bˈO  noun
bows
    bˈWz  prev he she it who
bowed
    bˈWd  next
record
    ɹəkˈɔɹd  verb
    ɹˈɛkəɹd  noun
records
    ɹəkˈɔɹdz  prev he she it who
    ɹˈɛkəɹdz  noun
minute
    mInˈut  next detail details trace traces amount amounts quantity quantities particle particles difference
    mInˈut  next differences change changes fraction fractions variations crystals creatures organisms
    mˈɪnət  prevtag CD
    mˈɪnət  prev every each last next final a per this that any
    mInˈut  nexttag NNS
    mInˈut  prev is are was were be been so very too extremely almost & last
    mInˈut  prev is are was were be been so very too extremely & next but and yet though compared in or
desert
    dəzˈɜɹt  verb
    dˈɛzəɹt  noun
deserts
    dəzˈɜɹts  prev he she it who
    dəzˈɜɹts  prev just
    dˈɛzəɹts  noun
close
    klˈOz  base
    klˈOs  prev very so too how as more quite really pretty fairly uncomfortably dangerously extremely stay stays
    klˈOs  prev stayed come comes came get gets got getting sit sat stand stood keep kept hold held draw drew is are was
    klˈOs  prev were be been & next to by together enough behind
    klˈOz  verb
    klˈOz  next of
    klˈOz  first & next the your it this that
    klˈOs  prev a the his her my our their its & next friend friends game call relative relatives look attention
    klˈOs  next to by together enough friends relatives
    klˈOs  prev a
closes
    klˈOzᵻz  next
use
    jˈuz  base
    jˈuz  verb
    jˈus  noun
uses
    jˈuzᵻz  prev he she it who
    jˈusᵻz  noun
produce
    pɹədˈus  verb
    pɹˈOdˌus  noun
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ADVERBS = _words(
    "not n't never ever always also still just already only often usually really even soon rarely hardly"
)
_BEFORE_INFINITIVES = _words(
    "to will would can could shall should may might must 'll wo ca cannot do does did let please help"
    " don't didn't doesn't won't can't couldn't wouldn't shouldn't"
)
_SUBJECTS = _words("i you we they he she it who")
_HAVE_OR_BE = _words(
    "have has had having 've was were been be being is are am get gets got 's 'd haven't hasn't hadn't isn't aren't"
    " wasn't weren't"
)
_ANYONE = _words("anyone anybody everyone everybody someone somebody nobody people")
_DETERMINERS = _words(
    "the a an this that these those my your his her our their its no some any every each another whose what of in at"
    " for with by from on one two three four five many few several 's"
)
_AUXILIARIES = _words("do does did will would can could should shall may might")
_OBJECTS = _words("the a an this that these those my your his her our their its it them him me us")


@dataclass(frozen=True)
class _Place:
    """One word among the tokens of a text."""

    words: Sequence[str]
    tags: Sequence[str]
    at: int

    def word(self, offset: int) -> str:
        place = self.at + offset
        return self.words[place] if 0 <= place < len(self.words) else ""

    def tag(self, offset: int) -> str:
        place = self.at + offset
        return self.tags[place] if 0 <= place < len(self.tags) else ""

    def previous(self) -> int:
        """Return the offset of the word before, adverbs left out."""
        offset = -1
        while self.word(offset) in _ADVERBS or (self.tag(offset) == "RB" and self.word(offset)[-2:] == "ly"):
            offset -= 1
        return offset

    def is_base(self) -> bool:
        return self.word(self.previous()) in _BEFORE_INFINITIVES or self._is_asked()

    def _is_asked(self) -> bool:
        """Tell whether it is the verb of a question: "when does the bank close"."""
        for offset in range(-1, -5, -1):
            if self.word(offset) in _AUXILIARIES:
                nearest = self.word(-1)
                named = self.tag(-1).startswith("NN") and (
                    self.word(offset + 1) in _DETERMINERS or offset == -2  # does Anna object
                )
                return nearest in _SUBJECTS or nearest in _ANYONE or named
        return False

    def is_verb(self) -> bool | None:
        """Tell whether the words around want a verb, or a noun; None if they leave it open."""
        offset = self.previous()
        before, behind = self.word(offset), self.word(1)
        if before in _BEFORE_INFINITIVES or before in _SUBJECTS or self._is_asked():
            return True
        if before in _DETERMINERS or self.tag(offset) in ("JJ", "JJR", "JJS", "CD", "PRP$", "DT"):
            return False
        if not before:
            return behind in _OBJECTS
        plural = self.tag(offset) in ("NNS", "NNPS") or (self.at + offset == 0 and before.endswith("s"))
        if plural and self.tag(1)[:2] not in ("VB", "MD", "", ".", ","):
            return True
        return None

    def is_participle(self) -> bool:
        offset = self.previous()
        if self.word(offset) in _SUBJECTS:  # have you read
            offset -= 1
        return self.word(offset) in _HAVE_OR_BE or (
            self.tag(offset).startswith("NN")
            and self.word(offset - 2) in _HAVE_OR_BE
            and offset - 2 + self.at == 0
        )


@dataclass(frozen=True)
class _Condition:
    kind: str
    words: frozenset[str]

    def holds(self, place: _Place, *, capital: bool) -> bool:
        """Tell whether a place is such a one."""
        match self.kind:
            case "verb":
                return place.is_verb() is True
            case "noun":
                return place.is_verb() is False
            case "base":
                return place.is_base()
            case "participle":
                return place.is_participle()
            case "prev":
                return place.word(place.previous()) in self.words
            case "next":
                return not self.words or place.word(1) in self.words
            case "prevtag":
                return place.tag(place.previous()) in self.words
            case "nexttag":
                return place.tag(1) in self.words
            case "before":
                return any(place.word(offset) in self.words for offset in range(-4, 0))
            case "after":
                return any(place.word(offset) in self.words for offset in range(1, 5))
            case "near":
                return any(place.word(offset) in self.words for offset in range(-6, 7))
            case "capital":
                return capital and place.at > 0
            case "titled":
                return capital
            case "first":
                return place.at == 0
            case "last":
                return not place.word(1).isalpha()
            case _:
                return place.tag(0) in self.words


@lru_cache(1)
def _rules() -> dict[str, list[tuple[str, list[_Condition]]]]:
    """Read the table."""
    rules: dict[str, list[tuple[str, list[_Condition]]]] = {}
    for line in filter(None, _TABLE.splitlines()):
        if not line.startswith(" "):
            found = rules[line] = []
            continue
        phonemes, *rest = line.split()
        conditions = (part.split() for part in " ".join(rest).split("&"))
        found.append((phonemes, [_Condition(kind, frozenset(words)) for kind, *words in conditions]))
    return rules


def pronounce_heteronyms(tokens: Sequence[Any]) -> None:
    """Give tokens that are said in two ways the phonemes that their context wants.

    Args:
        tokens: those of hibari with tags; `phonemes` is set where a rule decides. A word that has its phonemes, or is
            part of a compound with a hyphen, is left alone.
    """
    rules = _rules()
    words: list[str] = []
    tags: list[str] = []
    for at, token in enumerate(tokens):
        lines = rules.get(token.text.lower())
        if not lines or token.phonemes is not None or _is_joined(tokens, at):
            continue
        if not words:
            words = [one.text.lower() for one in tokens]
            tags = [one.tag for one in tokens]
        begin = _sentence_start(words, at)
        place = _Place(words[begin : at + 8], tags[begin : at + 8], at - begin)
        capital = token.text[:1].isupper() and not token.text.isupper()
        token.phonemes = next(
            (
                phonemes
                for phonemes, conditions in lines
                if all(c.holds(place, capital=capital) for c in conditions)
            ),
            None,
        )


def _is_joined(tokens: Sequence[Any], at: int) -> bool:
    """Tell whether a token is part of a compound: "close-up"."""
    before = at > 0 and not tokens[at - 1].whitespace and tokens[at - 1].text[-1:] in ("-", "'", "/")
    behind = not tokens[at].whitespace and at + 1 < len(tokens) and tokens[at + 1].text[:1] in ("-", "'", "/")
    return before or behind


def _sentence_start(words: Sequence[str], at: int) -> int:
    """Return where the sentence of a word begins, at most 12 tokens before it."""
    for place in range(at - 1, max(-1, at - 13), -1):
        if words[place] in (".", "!", "?", "“", ";", ":", "(", "—", '"'):
            return place + 1
    return max(0, at - 12)
