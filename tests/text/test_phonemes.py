import logging
import os
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_to_speech.errors import InputError
from text_to_speech.text import SYMBOLS, Phonemizer, Reading, to_ids
from text_to_speech.text.known_names import KNOWN_NAMES
from text_to_speech.text.normalization.informal import FACES

MIXED_TEXT = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(exclude_categories=())),  # lone surrogates too
    st.text(alphabet=st.characters(max_codepoint=0x17F)),
    st.text(alphabet="0123456789,.-/:$%"),
    st.lists(
        st.sampled_from(
            [
                "US$",
                "a.m.",
                '"Hi"',
                "½",
                "5th",
                "x",
                "-",
                "Dr.",
                "1/2",
                "😀",
                "'",
                "I'd",
                "[[",
                "]]",
                "ˈ",
                "″",
            ]
        )
    ).map("".join),
)


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("Hello world!", "həlˈO wˈɜɹld!"),
        ("I read it and will read it.", "ˌI ɹˈɛd ɪt ænd wɪl ɹˈid ɪt."),
        ("It cost $3.50.", "ˌɪt kˈɔst θɹˈi dˈɑləɹz ænd fˈɪfti sˈɛnts."),
        ("Zyxquorbl", "zˈɪkskwɔɹbᵊl"),
        ("007", "zˈɪɹO zˈɪɹO sˈɛvən"),
        ("The FBI is here.", "ði ˌɛfbˌiˈI ɪz hˈɪɹ."),
        ("Two CPUs", "tˈu sˌipˌijˈuz"),
        ("Say [[ həˈloʊ ]], [[ /W ER1 L D/ ]]!", "sˈA həlˈO, wˈɜɹld!"),
        ("😀", "ɡɹˈɪnɪŋ fˈAs"),
    ],
)
def test_sentences_become_phonemes(phonemizer: Phonemizer, text: str, phonemes: str):
    assert phonemizer(text) == phonemes


@pytest.mark.parametrize("text", ['"hello"', "«hello»", "„hello”"])
def test_a_quoted_word_is_still_looked_up_in_the_dictionary(phonemizer: Phonemizer, text: str):
    assert phonemizer(text) == "“həlˈO”"


@pytest.mark.parametrize(
    "joint", [*';!?"()[]{}|<>*=~^_\\&%@#+:/', " - ", "--", "—", "…", "→", " • ", "©", "²"]
)
def test_the_words_on_both_sides_of_a_mark_are_spoken(phonemizer: Phonemizer, joint: str):
    phonemes = phonemizer(f"The tiger{joint}window.")
    assert "tˈIɡəɹ" in phonemes
    assert "wˈɪndO" in phonemes.replace("wˌɪnd", "wˈɪnd")


@pytest.mark.parametrize(
    "text", ["US$ 5", "a.m.", "B", "5$", "$", "٣", "⅓", "ℵ", "1" * 40, "ñ", "Ⅷ", "⌘", "中", "Я"]
)
def test_nothing_with_a_sound_stays_silent(phonemizer: Phonemizer, text: str):
    assert any(map(str.isalpha, phonemizer(text)))


@pytest.mark.parametrize("text", ["", "  \n", "─────", "•", "\u200b", "***"])
def test_nothing_to_say_gives_no_phonemes(phonemizer: Phonemizer, text: str):
    assert phonemizer(text) == ""


def test_a_warning_names_what_cannot_be_spoken(phonemizer: Phonemizer, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        assert phonemizer("Hello \ue000 Москва.").startswith("həlˈO")
    assert [record.getMessage() for record in caplog.records] == [
        "not English, read by its Latin transliteration: Москва",
        "characters that cannot be spoken: U+E000 no character",
    ]


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [("Nguyen", "wˈɪn"), ("Siobhan's", "ʃəvˈɔnz"), ("Beyoncé", "biˈɑnsA")],
)
def test_names_that_the_network_cannot_guess_are_known(phonemizer: Phonemizer, text: str, phonemes: str):
    assert phonemizer(text) == phonemes


def test_the_table_of_names_is_in_the_alphabet_and_no_word_of_it_is_in_the_dictionary(phonemizer: Phonemizer):
    assert [name for name, said in KNOWN_NAMES.items() if not set(said) <= set(SYMBOLS[1:])] == []
    unused = [name for name, said in KNOWN_NAMES.items() if phonemizer(name.capitalize()) != said]
    assert unused == []


def test_phonemes_in_brackets_of_another_program_are_text(phonemizer: Phonemizer):
    assert phonemizer("[word](/Q/)").startswith("(wˈɜɹd)")


def written_words(phonemizer: Phonemizer, text: str) -> list[str]:
    return [text[word.start : word.end] for word in phonemizer.words(text)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('He said: "Dr. Who\'s here" - yes.', ["He", "said", "Dr.", "Who's", "here", "yes"]),
        ("It cost $3.2 million, or 5%.", ["It", "cost", "$3.2 million", "or", "5%"]),
        ("A well-known 10-year-old's COVID-19", ["A", "well-known", "10-year-old's", "COVID-19"]),
        ("On May 5, 2020 — (at 7 p.m.)!", ["On", "May 5, 2020", "at", "7 p.m."]),
        ("Hi 😀😀 naïve e\u0301te\u0301", ["Hi", "😀😀", "naïve", "e\u0301te\u0301"]),
        ("See https://example.com/a?b=1.", ["See", "https://example.com/a?b=1"]),
        ("[[ həlˈO ]] and/or x", ["[[ həlˈO ]]", "and", "or", "x"]),
        ("...", ["..."]),
        ("“ Ah", ["Ah"]),
        ("", []),
    ],
)
def test_words_are_those_that_the_user_wrote(phonemizer: Phonemizer, text: str, written: list[str]):
    assert written_words(phonemizer, text) == written


def test_a_word_has_the_phonemes_of_all_that_it_is_read_as(phonemizer: Phonemizer):
    words = phonemizer.words("Pay $5 now.")
    assert [word.phonemes for word in words] == ["pˈA", "fˈIv dˈɑləɹz", "nˈW."]


@settings(deadline=None, max_examples=300)
@given(text=MIXED_TEXT)
def test_words_are_in_order_and_together_what_the_text_is(phonemizer: Phonemizer, text: str):
    words = phonemizer.words(text)
    assert " ".join(word.phonemes for word in words) == phonemizer(text)
    assert all(word.phonemes == " ".join(word.phonemes.split()) != "" for word in words)
    position = 0
    for word in words:
        assert position <= word.start < word.end <= len(text)
        position = word.end


def test_spans_that_the_caller_reads_are_read_so(phonemizer: Phonemizer):
    readings = [Reading(4, 8, spoken="one two A"), Reading(9, 10, phonemes="wˈI")]
    words = phonemizer.words("The 1234 y.", readings=readings)
    assert [(word.start, word.end, word.phonemes) for word in words] == [
        (0, 3, "ðə"),
        (4, 8, "wˈʌn tˈu ˈA"),
        (9, 10, "wˈI."),
    ]


@pytest.mark.parametrize(
    ("readings", "message"),
    [
        (
            [(0, 2, "x"), (1, 3, "x")],
            "characters 1 to 3 overlaps that of 0 to 2: expected each character in one",
        ),
        ([(2, 4, "x"), (0, 3, "x")], "characters 2 to 4 overlaps that of 0 to 3"),
        ([(0, 2, "x"), (0, 2, "x")], "overlaps"),
        ([(2, 2, "x")], "characters 2 to 2: expected at least one of the 4 characters"),
        ([(3, 9, "x")], "characters 3 to 9: expected at least one of the 4 characters"),
        ([(-1, 2, "x")], "characters -1 to 2"),
        ([(0, 2, "")], "characters 0 to 2: expected words or phonemes, got neither"),
        ([(0, 2, " ")], "got neither"),
    ],
)
def test_readings_that_cannot_be_are_refused_in_the_callers_words(
    phonemizer: Phonemizer, readings: list[tuple[int, int, str]], message: str
):
    with pytest.raises(InputError, match=message) as refused:
        phonemizer.words("abcd", readings=[Reading(start, end, spoken) for start, end, spoken in readings])
    assert "Reading(" not in str(refused.value)


def test_brackets_are_text_where_the_caller_reads(phonemizer: Phonemizer):
    assert [word.phonemes for word in phonemizer.words("[[ wˈI ]] x")] == ["wˈI", "ˈɛks"]
    (word, _) = phonemizer.words("[[ həlˈO ]] x", readings=[Reading(3, 8, phonemes="wˈI")])
    assert "wˈI" in word.phonemes


@pytest.mark.parametrize("spoken", ["\ue001", "a\ue001b", "😀", "\ue000", "a\ud800b", "五"])
def test_what_a_reading_says_may_be_any_text(phonemizer: Phonemizer, spoken: str):
    words = phonemizer.words("One X two.", readings=[Reading(4, 5, spoken=spoken)])
    assert words[0].phonemes == "wˈʌn"
    assert words[-1].phonemes == "tˈu."
    assert len(words) == (2 if spoken in ("\ue000", "\ue001") else 3)


@pytest.mark.parametrize("text", [None, b"hello", 3.0, ["hello"]])
def test_what_is_no_text_is_refused(phonemizer: Phonemizer, text: object):
    with pytest.raises(InputError, match=f"^{type(text).__name__} given; expected a text as str$"):
        phonemizer.words(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("lost", ["\ud83d", "\0"])
def test_halves_of_characters_are_named_once_and_keep_their_place(
    phonemizer: Phonemizer, lost: str, caplog: pytest.LogCaptureFixture
):
    words = phonemizer.words(f"One {lost} two{lost}.")
    assert [(word.start, word.end) for word in words] == [(0, 3), (6, 9)]
    assert (
        f"no character of a text: U+{ord(lost):04X} at offset 4 and 1 more; U+FFFD takes its place"
        in caplog.text
    )


@pytest.mark.parametrize("text", ["[[ 12 ]]", "[[]]", "a [[Main Page]] b"])
def test_what_stands_in_brackets_and_is_no_phonemes_is_read_as_text(
    phonemizer: Phonemizer, text: str, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        read = phonemizer(text)
    assert "is read as text" in caplog.text
    assert (
        read.translate(dict.fromkeys(b"()")).strip()
        == phonemizer(text.translate(dict.fromkeys(b"[]"))).strip()
    )


@settings(deadline=None, max_examples=300)
@given(text=MIXED_TEXT)
def test_any_text_becomes_symbols_of_the_voice_and_no_plain_letter_is_lost(phonemizer: Phonemizer, text: str):
    phonemes = phonemizer(text)
    assert to_ids(phonemes).size == len(phonemes) + 2
    assert set(phonemes) <= set(SYMBOLS[1:])
    # A face such as ":O" is silent.
    said = FACES.regex.sub(" ", text)
    if any(character.isascii() and character.isalnum() for character in said):
        assert any(map(str.isalpha, phonemes))


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["7", "zyxquorbl", "!?", "😀😂", "שלום ", "a-", "1,", "aB", "x.com/", '"', "中文"]
)
def test_time_is_linear_in_the_length(phonemizer: Phonemizer, unit: str):
    start = time.process_time()
    phonemizer(unit * (20_000 // len(unit)))
    assert time.process_time() - start < 20  # about 1 s; a quadratic step would take minutes


def test_speaking_unknown_words_imports_neither_another_inference_runtime_nor_torch():
    code = (
        "import sys; from text_to_speech.text import Phonemizer; Phonemizer()('Zyxquorbl.');"
        "print([name for name in ('onnxruntime', 'torch') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert (done.stdout.decode().strip(), done.stderr.decode()) == ("[]", "")


@pytest.mark.parametrize("text", ["#²e", "www.²e", "x⁴¹y"])
def test_raised_digits_that_no_rule_reads_are_spoken(text: str, phonemizer: Phonemizer):
    assert any(symbol.isalpha() for symbol in phonemizer(text))


def test_threads_that_share_a_phonemizer_use_its_tokens_one_after_the_other(monkeypatch: pytest.MonkeyPatch):
    phonemizer = Phonemizer()
    texts = [f"Mr. {name} read 5 km of lead." for name in ("Zyx", "Smith", "Quorbl", "Nguyen")] * 2
    expected = [phonemizer.words(text) for text in texts]
    inner, running, most = phonemizer._g2p.phonemize_tokens, [], []

    def watched(tokens: list[object]) -> list[object]:
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        try:
            return inner(tokens)
        finally:
            running.pop()

    monkeypatch.setattr(phonemizer._g2p, "phonemize_tokens", watched)
    found: dict[int, object] = {}
    threads = [
        threading.Thread(target=lambda at=at: found.update({at: phonemizer.words(texts[at])}))
        for at in range(len(texts))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[at] for at in range(len(texts))] == expected
    assert most == [1] * len(texts)
