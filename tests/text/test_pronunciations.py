from pathlib import Path
from types import MappingProxyType

import pytest

from text_to_speech.errors import InputError
from text_to_speech.text import Lexicon, Phonemizer, Reading, parse_phonemes
from text_to_speech.text.symbols import nearest_symbols


@pytest.mark.parametrize(
    ("written", "phonemes"),
    [
        ("həlˈO", "həlˈO"),
        ("həlˈoʊ", "həlˈO"),
        ("həˈloʊ", "həlˈO"),
        ("/HH AH0 L OW1/", "həlˈO"),
        ("dʒʌdʒ", "ʤʌʤ"),
        ("t͡ʃɜːtʃ", "ʧɜɹʧ"),
        ("ˈbʌtɚ", "bˈʌtəɹ"),
        ("bɔɪ maɪ naʊ deɪ", "bY mI nW dA"),
        ("/T IH1 NG K ER0/", "tˈɪŋkəɹ"),
        ("ɡriːn", "ɡɹin"),
        ("ə.ˈɡoʊ", "əɡˈO"),
    ],
)
def test_phonemes_as_people_write_them(written: str, phonemes: str):
    assert nearest_symbols(parse_phonemes(written)) == phonemes


@pytest.mark.parametrize(
    ("written", "american", "british"),
    [
        ("ˈlɒt", "lˈɑt", "lˈɒt"),
        ("ɡəʊt", "ɡOt", "ɡQt"),
        ("ɡoʊt", "ɡOt", "ɡQt"),
        ("bɜːd", "bɜɹd", "bɜːd"),
        ("bɜːɹd", "bɜɹd", "bɜːɹd"),
        ("təˈmɑːtəʊ", "təmˈɑtO", "təmˈɑːtQ"),
        ("ˈwɔːɾə", "wˈɔTə", "wˈɔːtə"),
        ("ɡriːn", "ɡɹin", "ɡɹiːn"),
    ],
)
def test_each_english_says_the_sounds_that_it_has(written: str, american: str, british: str):
    parsed = parse_phonemes(written)
    assert nearest_symbols(parsed) == american
    assert nearest_symbols(parsed, is_british=True) == british


@pytest.mark.parametrize("written", ["", "ˈ", "...", "hɛl5", "hɛl1", "ж", "/HH QQ/", "/hh/", "q"])
def test_what_is_no_phoneme_is_refused(written: str):
    with pytest.raises(InputError, match="expected"):
        parse_phonemes(written)


@pytest.fixture
def lexicon_file(tmp_path: Path) -> Path:
    path = tmp_path / "own.tsv"
    path.write_text("# mine\nhibari\thɪbˈɑɹi\n\nPolly\t/P AA1 L IY0/\nNode.js\tnˈOd\n", encoding="utf-8")
    return path


def test_small_letters_stand_for_all_writings_and_a_capital_for_itself(lexicon_file: Path):
    lexicon = Lexicon.read(lexicon_file)
    assert (
        lexicon.pronounce("hibari") == lexicon.pronounce("Hibari") == lexicon.pronounce("HIBARI") == "hɪbˈɑɹi"
    )
    assert lexicon.pronounce("Polly") == "pˈɑli"
    assert lexicon.pronounce("polly") == lexicon.pronounce("other") == ""
    assert lexicon.pronounce("hibari's") == "hɪbˈɑɹiz"


def test_the_later_of_two_files_counts(lexicon_file: Path, tmp_path: Path):
    later = tmp_path / "later.tsv"
    later.write_text("hibari\thˈI\n", encoding="utf-8")
    assert Lexicon.read(lexicon_file, later).pronounce("hibari") == "hˈI"


@pytest.mark.parametrize(
    "line", ["word", "two words\thˈI", "word hˈI", "word\t", "word\thˈ5", "\thˈI", "good\thˈI", "word\t/XX/"]
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: str):
    path = tmp_path / "bad.tsv"
    path.write_text(f"good\thˈI\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.tsv, line 2: ") as refused:
        Lexicon.read(path)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read"):
        Lexicon.read(tmp_path / "none.tsv")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        Lexicon.read(tmp_path / "binary")


def test_the_phonemizer_takes_them_before_everything_else(lexicon_file: Path):
    phonemizer = Phonemizer(lexicon=Lexicon.read(lexicon_file))
    assert phonemizer("The hibari's song, Polly-Ann: Node.js.") == "ðə hɪbˈɑɹiz sˈɔŋ, pˈɑliˈæn: nˈOd."


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"foo": "ʘʘ"}, r"lexicon, entry 'foo': .*'ʘ' \(U\+0298\)"),
        ({"good": "hˈI", "Bar": "b5d"}, r"lexicon, entry 'Bar': .*'5'"),
        ({"foo": ""}, "entry 'foo': .*no sound"),
        ({"foo": "ˈ"}, "entry 'foo': .*no sound"),
        ({"foo": "/XX/"}, "entry 'foo': 'XX' .*no ARPAbet"),
        ({"": "hˈI"}, "entry '': '' is not one word"),
        ({" ": "hˈI"}, "is not one word"),
        ({"two words": "hˈI"}, "entry 'two words': .*one word, without a space"),
        ({"a\ud800b": "hˈI"}, "is not one word"),
        ({"a\0b": "hˈI"}, "is not one word"),
        ({"foo": "h\ud800I"}, "entry 'foo': .*expected IPA"),
        ({"don't": "hˈI", "don’t": "hˈI"}, "is there twice"),
        ({5: "hˈI"}, "entry '5': int → str; expected a word and its phonemes"),
        ({"foo": None}, "entry 'foo': str → NoneType"),
        ({"foo": b"hi"}, "entry 'foo': str → bytes"),
        (["foo"], "list given; expected a mapping"),
        ("foo", "str given; expected a mapping"),
        (None, "NoneType given; expected a mapping"),
    ],
)
def test_a_lexicon_that_is_given_as_a_mapping_is_checked_like_a_file(entry: object, message: str):
    with pytest.raises(InputError, match=message) as refused:
        Lexicon(entry)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_a_mapping_may_have_what_a_file_may_have(tmp_path: Path):
    words = {" gif ": "dʒˈɪf", "Nguyen": "/W IH1 N/", "rock’n’roll": "ɹˈɑkənɹˈoʊl", "nutshell": "nˈʌt.ʃˌɛl"}
    file = tmp_path / "own.tsv"
    file.write_text("".join(f"{word}\t{said}\n" for word, said in words.items()), encoding="utf-8")
    assert Lexicon(MappingProxyType(words)) == Lexicon(words) == Lexicon.read(file)
    assert Lexicon.read(file).words == {
        "gif": "ʤˈɪf",
        "Nguyen": "wˈɪn",
        "rock'n'roll": "ɹˈɑkənɹˈOl",
        "nutshell": "nˈʌtʃˌɛl",  # t and ʃ, no ʧ: the dot parts them
    }


def test_no_word_of_a_lexicon_is_lost():
    said = Phonemizer(lexicon=Lexicon({"foo": "fˈu", "Bar": "bˈɑɹ"}))("Say foo and Bar now.")
    assert said == "sˈA fˈu ænd bˈɑɹ nˈW."


@pytest.mark.parametrize("phonemes", ["ʘʘ", "b5d", "hə-", "_", "\0", "h\ud800"])
def test_a_reading_has_phonemes_of_the_alphabet(phonemes: str):
    with pytest.raises(InputError, match="outside the voice's alphabet"):
        Reading(0, 1, phonemes=phonemes)


@pytest.mark.parametrize("lexicon", [{"foo": "ʘʘ"}, {}, "own.tsv"])
def test_a_phonemizer_takes_a_lexicon_only(lexicon: object):
    with pytest.raises(InputError, match=f"^lexicon: {type(lexicon).__name__} given; expected a Lexicon"):
        Phonemizer(lexicon=lexicon)  # type: ignore[arg-type]
