import re
from pathlib import Path

import pytest

from text_to_speech.text import SYMBOLS, Lexicon, Phonemizer
from text_to_speech.text.heteronym_rules import heteronym_rules, parse_rules


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def pronounce(phonemizer: Phonemizer, marked: str) -> str:
    """Return the phonemes, without stress and marks, of the word between asterisks."""
    start, text = marked.index("*"), marked.replace("*", "")
    word = next(word for word in phonemizer.words(text) if word.start == start)
    return re.sub(r"[ˈˌ.,?!“”]", "", word.phonemes)


@pytest.mark.parametrize(
    ("sentence", "phonemes"),
    [
        ("Have you *read* it?", "ɹɛd"),
        ("Do you *read* it?", "ɹid"),
        ("We *live* here.", "lɪv"),
        ("A *live* show.", "lIv"),
        ("Pipes of *lead*.", "lɛd"),
        ("They *lead* us.", "lid"),
        ("*Wind* the clock.", "wInd"),
        ("Nobody will *object* to it.", "əbʤɛkt"),
        ("A *tear* in my coat.", "tɛɹ"),
        ("The actors took a *bow*.", "bW"),
        ("The difference is *minute*.", "mInut"),
        ("He said so. *Close* the door!", "klOz"),
        ("Stay *close* to me.", "klOs"),
        ("My *Polish* friend.", "pOlɪʃ"),
        ("*POLISH* SHOES", "pɑlɪʃ"),
    ],
)
def test_a_word_of_two_sounds_is_said_as_its_neighbours_want(
    phonemizer: Phonemizer, sentence: str, phonemes: str
):
    assert pronounce(phonemizer, sentence) == phonemes


def test_the_measured_sentences_are_said_right(phonemizer: Phonemizer):
    table = Path(__file__).parents[2] / "accuracy_checker" / "text" / "heteronyms.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t")[1:] for line in lines if not line.startswith("#")]
    wrong = [sentence for sentence, phonemes in rows if pronounce(phonemizer, sentence) != phonemes]
    assert len(wrong) <= 0.05 * len(rows), wrong


def test_a_compound_with_a_hyphen_is_left_to_the_dictionary(phonemizer: Phonemizer):
    assert phonemizer("a close-up") == "ɐ klˈOsˌʌp"


def test_the_user_decides_before_the_rules():
    assert Phonemizer(lexicon=Lexicon({"lead": "lˈɛd"}))("They lead us.").split()[1] == "lˈɛd"


def test_the_table_is_in_the_alphabet_of_the_voice():
    phonemes = "".join(rule.phonemes for rules in heteronym_rules().values() for rule in rules)
    assert set(phonemes) <= set(SYMBOLS[1:])


def test_a_table_is_words_with_phonemes_and_conditions():
    rules = parse_rules("# a comment\nread\tɹˈɛd\tprev he she & first\nread\tɹˈid\tnext\n")
    assert [rule.phonemes for rule in rules["read"]] == ["ɹˈɛd", "ɹˈid"]
    kinds = [[(c.kind, sorted(c.words)) for c in rule.conditions] for rule in rules["read"]]
    assert kinds == [[("prev", ["he", "she"]), ("first", [])], [("next", [])]]


@pytest.mark.parametrize("line", ["read\tɹˈɛd", "read\tɹˈɛd\tprevious he", "read ɹˈɛd verb"])
def test_a_line_of_another_form_is_refused(line: str):
    with pytest.raises(ValueError, match=r"unpack|condition 'previous'; expected one of verb, noun"):
        parse_rules(line)
