"""British English: its dictionaries, its dates, times and numbers, and the alphabet of an American voice."""

import re
from pathlib import Path

import pytest

from text_to_speech.errors import InputError
from text_to_speech.text import SYMBOLS, Lexicon, Phonemizer
from text_to_speech.text.british import british_sounds, without_r
from text_to_speech.text.languages import english, is_british, reading_in
from text_to_speech.text.normalization import read_as
from text_to_speech.text.symbols import nearest_symbols

CASES = [
    line.split("\t")
    for line in Path(__file__).with_name("british_cases.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def british() -> Phonemizer:
    return Phonemizer(language="en-GB")


@pytest.fixture(scope="module")
def american() -> Phonemizer:
    return Phonemizer()


def sounds(phonemizer: Phonemizer, text: str) -> str:
    return re.sub(r"[\W_]|[ˈˌ]", "", phonemizer(text))


@pytest.mark.parametrize(("written", "said"), CASES)
def test_a_british_text_has_the_sounds_of_its_words(british: Phonemizer, written: str, said: str):
    assert sounds(british, written) in [sounds(british, reading) for reading in said.split(" | ")]


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en", "en-US"), ("en-US", "en-US"), ("EN_gb", "en-GB"), ("en-GB-oxendict", "en-GB"), ("en-AU", "en-GB"),
     ("en-CA", "en-US")],
)  # fmt: skip
def test_a_tag_of_english_is_american_or_british(tag: str, language: str):
    assert english(tag) == language


@pytest.mark.parametrize("tag", ["de", "", "eng", "en.GB", "gb"])
def test_a_tag_of_another_language_is_refused(tag: str):
    with pytest.raises(InputError, match="expected en-US or en-GB"):
        english(tag)
    with pytest.raises(InputError, match="expected en-US or en-GB"):
        Phonemizer(language=tag)


def test_the_language_holds_for_a_block():
    with reading_in("en-GB"):
        assert is_british()
    assert not is_british()


def test_the_symbols_stay_in_the_alphabet_of_the_voice(british: Phonemizer):
    texts = [
        "Xiaoqing rendezvous Zürich, déjà vu.",
        "The hot bath of a goat, rare in the square.",
        "Nguyen ZZZ Brrr",
    ]
    assert set("".join(map(british, texts))) <= set(SYMBOLS[1:])


def test_british_sounds_stay_and_what_no_voice_says_becomes_the_nearest_sound():
    assert nearest_symbols("skwˈɛː lˈɒt ɡˈQt bˈat sˈiː", is_british=True) == "skwˈɛː lˈɒt ɡˈQt bˈat sˈiː"
    assert nearest_symbols("wˈɔːɾə bˈʌʔn ʀyˈn1-", is_british=True) == "wˈɔːtə bˈʌtn ɹuˈn"


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("ɡˈOɹdᵊn", "ɡˈQdᵊn"),
        ("bˈɜɹd", "bˈɜːd"),
        ("kˈɑɹ", "kˈɑː"),
        ("vˈɛɹi", "vˈɛɹi"),
        ("wˈɔTəɹ", "wˈɔːtə"),
        ("hˈɑt", "hˈɒt"),
        ("lˈid", "lˈiːd"),
        ("bˈɑksᵻz", "bˈɒksɪz"),
        ("stˈɔɹi", "stˈɔːɹi"),
    ],
)
def test_american_phonemes_are_said_in_the_british_way(american: str, british: str):
    assert british_sounds(american) == british
    assert without_r(british) == british


def test_the_user_decides_before_the_british_dictionary():
    assert Phonemizer(language="en-GB", lexicon=Lexicon({"schedule": "skˈɛʤul"}))("schedule") == "skˈɛʤul"


def test_another_language_has_the_same_lexicon_and_is_made_once():
    phonemizer = Phonemizer(lexicon=Lexicon({"hibari": "hɪbˈɑɹi"}))
    other = phonemizer.in_language("en-GB")
    assert other is phonemizer.in_language("en-AU") is not phonemizer
    assert (other("hibari"), other.in_language("en-GB")) == ("hɪbˈɑɹi", other)


def test_american_readings_do_not_move(american: Phonemizer):
    assert sounds(american, "03/04/2025 at 7:30") == sounds(
        american, "March fourth twenty twenty five at seven thirty"
    )
    assert american("schedule") == "skˈɛʤˌul"


def test_a_date_of_say_as_is_read_in_the_language_of_its_text():
    assert read_as("date", "2024-03-05", language="en-GB") == "the fifth of March, twenty twenty four"
    assert read_as("date", "03/04/2025", language="en-GB") == "the third of April, twenty twenty five"
