import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_to_speech.text import Phonemizer
from text_to_speech.text.characters import make_readable
from text_to_speech.text.normalization import SAY_AS, normalize, read_as, spoken
from text_to_speech.text.traced import TracedText


def rows(name: str) -> list[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.casefold().replace("’", "'"))


CASES = rows("normalization_cases.tsv") + rows("number_cases.tsv")
KNOWN_WRONG = rows("normalization_known_wrong.tsv")


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def read(text: str, phonemizer: Phonemizer) -> list[str]:
    return words(spoken(make_readable(TracedText.of(text)).text.text, is_word=phonemizer.is_word))


@pytest.mark.parametrize(("category", "written", "said"), CASES)
def test_what_is_written_short_is_said_in_words(
    phonemizer: Phonemizer, category: str, written: str, said: str
):
    assert read(written, phonemizer) in [words(reading) for reading in said.split(" | ")]


def test_there_are_enough_cases_and_none_twice():
    assert len({written for _, written, _ in CASES}) == len(CASES) >= 300


@pytest.mark.parametrize(("written", "said", "reason"), KNOWN_WRONG)
def test_a_case_known_to_be_wrong_has_a_reason_and_moves_to_the_others_once_it_is_right(
    phonemizer: Phonemizer, written: str, said: str, reason: str
):
    assert reason
    assert read(written, phonemizer) != words(said)


def test_a_reading_knows_the_whole_of_what_it_stands_for():
    text = "Dr. Smith paid $3.2 million."
    readings = [(text[r.start : r.end], r.spoken) for r in normalize(text)]
    assert readings == [("Dr.", "Doctor"), ("$3.2 million", "three point two million dollars")]


def test_a_full_stop_that_also_ends_the_sentence_is_kept():
    assert spoken("It is 7 p.m.") == "It is seven P M."
    assert spoken("It was 7 p.m. then.") == "It was seven P M then."


def test_a_closed_span_is_left_alone():
    assert [reading.spoken for reading in normalize("\ue000 5", closed="\ue000")] == ["five"]


@pytest.mark.parametrize(
    ("interpretation", "text", "said"),
    [
        ("cardinal", "1234", "one thousand two hundred thirty four"),
        ("ordinal", "21", "twenty first"),
        ("characters", "a1b", "A one B"),
        ("digits", "1234", "one two three four"),
        ("fraction", "3/4", "three quarters"),
        ("fraction", "1 1/2", "one and a half"),
        ("telephone", "555-1234", "five five five one two three four"),
        ("date", "2024-03-05", "March fifth twenty twenty four"),
        ("time", "7:30pm", "seven thirty P M"),
        ("unit", "5 km", "five kilometers"),
        ("cardinal", "no number", "no number"),
        ("something else", "5", "five"),
    ],
)
def test_a_text_is_read_as_what_it_is_said_to_be(interpretation: str, text: str, said: str):
    assert words(read_as(interpretation, text)) == words(said)


@pytest.mark.parametrize(
    ("interpretation", "text"),
    [
        ("date", "12/25/99"),
        ("date", "1/2/41"),
        ("date", "1/2/40"),
        ("date", "2024-03-05"),
        ("date", "5.3.2024"),
        ("date", "March 5, 2024"),
        ("date", "13/13/99"),
        ("time", "7:30pm"),
        ("time", "19:05"),
        ("cardinal", "1,234"),
        ("cardinal", "-5"),
        ("cardinal", "+5"),
        ("cardinal", ".5"),
        ("cardinal", "3.14"),
        ("cardinal", "1e5"),
        ("cardinal", "1/2"),
        ("cardinal", "$5"),
        ("cardinal", "12kg"),
        ("cardinal", "XIV"),
        ("cardinal", "１２"),
        ("cardinal", "no number"),
        ("ordinal", "21st"),
        ("ordinal", "1,000th"),
        ("ordinal", "first"),
        ("ordinal", ""),
        ("currency", "$5"),
        ("currency", "$+.30"),
        ("currency", "€3.50"),
        ("currency", "5 USD"),
        ("fraction", "1 1/2"),
        ("fraction", "3/4"),
        ("fraction", "½"),
        ("telephone", "555-1234"),
        ("telephone", "+1 (555) 123-4567"),
        ("telephone", "1-800-555-1234"),
        ("telephone", "1-800-FLOWERS"),
        ("telephone", "555-1234 ext. 5"),
        ("unit", "10kg"),
        ("unit", "5'6\""),
    ],
)
def test_plain_text_and_say_as_read_a_value_alike(interpretation: str, text: str):
    plain = spoken(make_readable(TracedText.of(text)).text.text)
    assert words(read_as(interpretation, text)) == words(plain)


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("12/25/99", "mdy", "December twenty-fifth, nineteen ninety nine"),
        ("25.12.99", "ddmmyy", "December twenty-fifth, nineteen ninety nine"),
        ("99-12-25", "ymd", "December twenty-fifth, nineteen ninety nine"),
        ("25/12", "dm", "December twenty-fifth"),
        ("1/2", "dmy", "one half"),  # the format does not fit: plain text
        ("13/13/99", "mdy", "thirteen slash thirteen slash ninety nine"),
    ],
)
def test_a_format_gives_the_order_of_a_date(text: str, form: str, said: str):
    assert words(read_as("date", text, form=form)) == words(said)


@pytest.mark.parametrize(
    ("interpretation", "text", "said"),
    [
        ("ordinal", "XIV", "fourteenth"),
        ("characters", "A&B", "A and B"),
        ("characters", "1😀", "one grinning face"),
        ("digits", "A1", "A one"),
    ],
)
def test_nothing_of_an_interpreted_text_is_lost(interpretation: str, text: str, said: str):
    assert words(read_as(interpretation, text)) == words(said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("s5s", "S fives"),
        ("The s4s are old.", "The S fours are old"),
        ("We sell s21s and s22s.", "We sell S twenty ones and S twenty twos"),
        ("747s", "seven forty sevens"),
        ("x2023y2023", "X two zero two three Y twenty twenty three"),
        ("$+.30", "plus thirty cents"),
        ("+.30$", "plus thirty cents"),
        ("costs $+.50 now", "costs plus fifty cents now"),
        ("$-.50", "minus fifty cents"),
        ("-€.05", "minus five cents"),
        ("$.00", "zero dollars"),
        (".00¥", "zero yen"),
        ("$+5", "plus five dollars"),
        ("$+5.50", "plus five dollars and fifty cents"),
        ("+5.50", "plus five point five zero"),
    ],
)
def test_signs_and_letters_around_digits_are_read(written: str, said: str):
    assert words(spoken(written)) == words(said)


SHORT_FORMS = st.lists(
    st.sampled_from(
        [*"0123456789.,:/-–$€%°'’#@&+=~ ½²", *"AbCIVX", "Dr.", "p.m.", "Mar", "km", "th", "http://"]
    ),
    max_size=40,
).map("".join)


CODES = st.text(alphabet="0123456789sSpx$€¥%+-−.,:/'# ", max_size=12)


@settings(deadline=None, max_examples=400)
@given(text=CODES, interpretation=st.sampled_from(sorted(SAY_AS)))
def test_any_interpretation_reads_any_text(text: str, interpretation: str):
    assert not re.search(r"[0-9]", read_as(interpretation, text))


@settings(deadline=None, max_examples=400)
@given(text=st.one_of(CODES, SHORT_FORMS, st.text(alphabet=st.characters(max_codepoint=0x2200), max_size=60)))
def test_readings_are_in_order_inside_the_text_and_leave_no_digit(text: str):
    readable = make_readable(TracedText.of(text)).text.text
    readings = normalize(readable)
    position = 0
    for reading in readings:
        assert position <= reading.start < reading.end <= len(readable)
        position = reading.end
    assert not re.search(r"[0-9]", spoken(readable))


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "7",
        "1,",
        "1-",
        "$1",
        "a.",
        "1/2 ",
        "I",
        "Dr. ",
        "a@",
        "x1",
        "12:30 ",
        "A&",
        "http://a.",
        "etc. ",
        "Mr. I ",
        "1x1x",
        "[1]",
        "12 Aa ",
        "Main St ",
        "Order 1-1",
        "John 1:1, 1, ",
        "5/h/",
        "March – ",
        "word.1 ",
    ],
)
def test_time_is_linear_in_the_length(unit: str):
    text = make_readable(TracedText.of(unit * (100_000 // len(unit)))).text.text
    start = time.process_time()
    normalize(text)
    assert time.process_time() - start < 10  # below 1 s; a quadratic step would take minutes


def test_patterns_are_compiled_when_they_are_needed():
    code = (
        "from text_to_speech.text.normalization import RULES, normalize;"
        "compiled = lambda: sum('regex' in vars(rule) for rule in RULES);"
        "before = compiled(); normalize('Hello.'); print(before, 0 < compiled() < len(RULES) / 2);"
        "import re; [re.compile(rule.pattern) for rule in RULES]"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert (done.stdout.decode().split(), done.stderr.decode()) == (["0", "True"], "")
