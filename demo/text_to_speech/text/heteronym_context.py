"""Describes the neighbours of one word of a sentence, from which the pronunciation of a heteronym is decided.

hibari's tagger often takes the verb for the noun, or the noun for the verb, in the words that are said in two ways. So
`WordContext` decides it from the function words around the word, and uses the tags only of other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .word_sets import word_set

_ADVERBS = word_set(
    "not n't never ever always also still just already only often usually really even soon rarely hardly"
)
_BEFORE_INFINITIVES = word_set(
    "to will would can could shall should may might must 'll wo ca cannot do does did let please help"
    " don't didn't doesn't won't can't couldn't wouldn't shouldn't"
)
_SUBJECTS = word_set("i you we they he she it who")
_HAVE_OR_BE = word_set(
    "have has had having 've was were been be being is are am get gets got 's 'd haven't hasn't hadn't isn't aren't"
    " wasn't weren't"
)
_ANYONE = word_set("anyone anybody everyone everybody someone somebody nobody people")
_DETERMINERS = word_set(
    "the a an this that these those my your his her our their its no some any every each another whose what of in at"
    " for with by from on one two three four five many few several 's"
)
_AUXILIARIES = word_set("do does did will would can could should shall may might")
_OBJECTS = word_set("the a an this that these those my your his her our their its it them him me us")

_TAGS_BEFORE_NOUNS = ("JJ", "JJR", "JJS", "CD", "PRP$", "DT")

# Words before the verb of a question among which its auxiliary is looked for.
_QUESTION_WORDS = 4


@dataclass(frozen=True)
class WordContext:
    """A word and its neighbours in the sentence. Distances count words: -1 is the word before, 1 the word after.

    Attributes:
        words: The words of the sentence as far as they matter, in small letters.
        tags: Their tags (Penn Treebank), as the tagger gives them.
        index: Index of the word.
        is_capitalized: Whether the word has a capital first letter and small letters after it.
    """

    words: Sequence[str]
    tags: Sequence[str]
    index: int
    is_capitalized: bool = False

    def word(self, distance: int) -> str:
        """Return the word at a distance; empty outside of the sentence."""
        index = self.index + distance
        return self.words[index] if 0 <= index < len(self.words) else ""

    def tag(self, distance: int) -> str:
        """Return the tag of the word at a distance; empty outside of the sentence."""
        index = self.index + distance
        return self.tags[index] if 0 <= index < len(self.tags) else ""

    def previous(self) -> int:
        """Return the distance of the nearest word before that is no adverb."""
        distance = -1
        while self.word(distance) in _ADVERBS or (
            self.tag(distance) == "RB" and self.word(distance)[-2:] == "ly"
        ):
            distance -= 1
        return distance

    def is_base(self) -> bool:
        """Tell whether the word must be an infinitive: "to lead", "did you read"."""
        return self.word(self.previous()) in _BEFORE_INFINITIVES or self._is_verb_of_question()

    def _is_verb_of_question(self) -> bool:
        """Tell whether the word is the verb of a question: "when does the bank close"."""
        for distance in range(-1, -1 - _QUESTION_WORDS, -1):
            if self.word(distance) in _AUXILIARIES:
                nearest = self.word(-1)
                has_determiner = self.word(distance + 1) in _DETERMINERS
                # A name needs no determiner: "does Anna object".
                is_noun = self.tag(-1).startswith("NN") and (has_determiner or distance == -2)
                return nearest in _SUBJECTS or nearest in _ANYONE or is_noun
        return False

    def is_verb(self) -> bool | None:
        """Tell whether the neighbours call for a verb (True) or a noun (False); None if they leave it open."""
        distance = self.previous()
        before, after = self.word(distance), self.word(1)
        if before in _BEFORE_INFINITIVES or before in _SUBJECTS or self._is_verb_of_question():
            return True
        if before in _DETERMINERS or self.tag(distance) in _TAGS_BEFORE_NOUNS:
            return False
        if not before:
            return after in _OBJECTS
        is_plural = self.tag(distance) in ("NNS", "NNPS") or (
            self.index + distance == 0 and before.endswith("s")
        )
        # "The roads wind through …": a plural needs a verb, unless the next word is one.
        if is_plural and self.tag(1)[:2] not in ("VB", "MD", "", ".", ","):
            return True
        return None

    def is_participle(self) -> bool:
        """Tell whether the word must be a participle: "have read", "was wound", "have you read"."""
        distance = self.previous()
        if self.word(distance) in _SUBJECTS:
            distance -= 1
        if self.word(distance) in _HAVE_OR_BE:
            return True
        # "Has your brother read": the auxiliary is the first word of the sentence.
        starts_question = self.word(distance - 2) in _HAVE_OR_BE and self.index + distance - 2 == 0
        return self.tag(distance).startswith("NN") and starts_question
