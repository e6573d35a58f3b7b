"""What SSML asks of voices, by offset; and utterances that end where the voice changes, with nothing lost."""

from __future__ import annotations

import pytest

from spelling import Speller
from text_to_speech.errors import InputError
from text_to_speech.script import Script, join_scripts, parse_ssml, parse_text
from text_to_speech.script.directions import Manner
from text_to_speech.script.utterances import Utterance, utterances
from text_to_speech.script.voice_request import VoiceRequest
from text_to_speech.script.words import TextVoice
from text_to_speech.text import Phonemizer


def speak(inside: str) -> Script:
    return parse_ssml(f"<speak>{inside}</speak>")


def by_name(request: VoiceRequest) -> TextVoice:
    """Every name is that of a voice of 100 Hz; those that begin with b are British."""
    name = request.names[0] if request.names else ""
    return TextVoice(name, 100.0, "en-GB" if name.startswith("b") else "")


def said(script: Script, reader: object = None) -> list[Utterance]:
    manner = Manner(pause_sentence=0.3, pause_paragraph=0.7)
    found = utterances(script, reader or Speller(), manner, median_f0=200.0, casting=by_name)  # type: ignore[arg-type]
    return list(found)


def told(inside: str) -> list[tuple[str, str, float, float]]:
    return [(one.voice, one.text, one.pause, one.pause_after) for one in said(speak(inside))]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("name='emma'", VoiceRequest(names=("emma",))),
        ("name=' emma  heart:1+emma:2 '", VoiceRequest(names=("emma", "heart:1+emma:2"))),
        ("gender='Female'", VoiceRequest(gender="female")),
        ("gender='neutral' variant='2'", VoiceRequest(variant=2)),
        ("xml:lang='en-GB'", VoiceRequest(languages=("en-GB",))),
        ("languages='en-GB de'", VoiceRequest(languages=("en-GB", "de"))),
        ("languages='en:en-GB fr:de'", VoiceRequest(languages=("en-GB", "fr"))),
        ("age='8' required='name' gender='male'", VoiceRequest(gender="male")),
    ],
)
def test_what_the_attributes_ask_for_is_kept(
    attributes: str, expected: VoiceRequest, caplog: pytest.LogCaptureFixture
) -> None:
    script = speak(f"One <voice {attributes}>two</voice> three")
    assert [script.voice(script.text.index(word)) for word in ("One", "two", "three")] == [
        None,
        expected,
        None,
    ]
    assert caplog.text == ""


@pytest.mark.parametrize("attributes", ["", "gender=''", "gender='neutral'", "age='70'", "name=' '"])
def test_a_voice_of_which_nothing_is_asked_is_that_around(attributes: str) -> None:
    assert speak(f"One <voice {attributes}>two</voice>").voices == ()


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ("gender='woman'", "gender 'woman'; expected female, male, neutral"),
        ("variant='0'", "variant '0'; expected a number from 1 to 999"),
        ("variant='first'", "variant 'first'"),
        (f"name='{'a ' * 600}'", "name of 1200 characters; expected at most 1000"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_position(attributes: str, message: str) -> None:
    with pytest.raises(InputError, match=f"SSML, line 1, column 8: {message}"):
        speak(f"<voice {attributes}>one</voice>")


def test_a_nested_voice_knows_those_around_it_and_what_their_text_is_written_in() -> None:
    script = parse_ssml(
        "<speak xml:lang='en-GB'><voice gender='male'>one <voice name='x'>two</voice> three</voice> four</speak>"
    )
    one, two, three, four = (
        script.voice(script.text.index(word)) for word in ("one", "two", "three", "four")
    )
    assert one == three == VoiceRequest(gender="male", text_language="en-GB")
    assert two == VoiceRequest(names=("x",), text_language="en-GB", outer=one)
    assert two.place == "SSML, line 1, column 50"
    assert four is None
    # Whoever names a voice wants it to read in its own language.
    assert [script.language(script.text.index(word)) for word in ("one", "two", "four")] == [
        "en-GB",
        "",
        "en-GB",
    ]


def test_an_utterance_ends_where_the_voice_changes() -> None:
    assert told("One two <voice name='a'>three four</voice> five. Six.") == [
        ("", "One two", 0.0, 0.0),
        ("a", "three four", 0.0, 0.0),
        ("", "five.", 0.0, 0.3),
        ("", "Six.", 0.3, 0.7),
    ]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        # Between sentences and paragraphs their pause is heard, and where a pause is asked for that one.
        ("One. <voice name='a'>Two.</voice>", [("", "One.", 0.0, 0.3), ("a", "Two.", 0.3, 0.7)]),
        ("<p>One</p><p><voice name='a'>Two.</voice></p>", [("", "One", 0.0, 0.7), ("a", "Two.", 0.7, 0.7)]),
        (
            "One <break time='1s'/><voice name='a'>two</voice>",
            [("", "One", 0.0, 1.0), ("a", "two", 1.0, 0.7)],
        ),
        (
            "One <voice name='a'><break time='1s'/>two</voice>",
            [("", "One", 0.0, 1.0), ("a", "two", 1.0, 0.7)],
        ),
        # Punctuation that stands alone changes no voice.
        ("One<voice name='a'> … </voice>two", [("", "One … two", 0.0, 0.7)]),
        ("<voice name='a'>One</voice> … two", [("a", "One …", 0.0, 0.0), ("", "two", 0.0, 0.7)]),
        # Voices that follow one another, and one that is named again.
        (
            "<voice name='a'>One</voice> <voice name='b'>two</voice> <voice name='b'>three</voice>",
            [("a", "One", 0.0, 0.0), ("b", "two three", 0.0, 0.7)],
        ),
        (
            "<voice name='a'>One</voice> <voice gender='male'>two</voice>",
            [("a", "One", 0.0, 0.0), ("", "two", 0.0, 0.7)],
        ),
    ],
)
def test_changes_of_the_voice(inside: str, expected: list[tuple[str, str, float, float]]) -> None:
    assert told(inside) == expected


def test_marks_at_a_change_are_at_the_next_word() -> None:
    first, second = said(
        speak("One <mark name='m'/><voice name='a'><mark name='n'/>two <mark name='o'/>three</voice>")
    )
    assert first.marks == first.marks_in_pause == ()
    assert (second.marks, second.marks_in_pause) == (((0, "m"), (0, "n"), (1, "o")), ())


def test_the_last_word_before_a_change_ends_as_before_a_pause() -> None:
    first, second, _ = said(speak("One <voice name='a'>two.</voice> Three."))
    assert first.phonemes == "Onɛ,"
    assert second.phonemes == "twO"


def test_one_voice_speaks_everything_where_none_are_looked_for() -> None:
    script = speak("One <voice name='a'>two</voice>.")
    (only,) = utterances(script, Speller(), Manner(), median_f0=200.0)
    assert (only.text, only.voice) == ("One two.", "")


def test_a_pitch_in_hz_is_compared_with_the_voice_that_speaks() -> None:
    first, second = said(speak("<prosody pitch='200Hz'>One <voice name='a'>two</voice></prosody>"))
    assert first.words[0].delivery.pitch == 0.0
    assert second.words[0].delivery.pitch == pytest.approx(12.0)


def test_scripts_that_are_joined_keep_their_voices() -> None:
    document = speak("One <voice name='a'>two</voice>")
    script = join_scripts([parse_text("Zero."), document, parse_text("Three.")])
    found = [(one.voice, one.text) for one in said(script)]
    assert found == [("", "Zero."), ("", "One"), ("a", "two"), ("", "Three.")]
    assert join_scripts([parse_text("Zero."), parse_text("One.")]).voices == ()
    unended = join_scripts([speak("<voice name='a'>One.</voice>"), parse_text("Two.")])
    assert [one.voice for one in said(unended)] == ["a", ""]


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("A car. <voice name='b'>A car.</voice>", ["ɐ kˈɑɹ.", "ɐ kˈɑː."]),
        ("A car <voice name='b'>a car</voice>.", ["ɐ kˈɑɹ,", "ɐ kˈɑː."]),
        ("A car, <voice name='b'>a car</voice>?! A car.", ["ɐ kˈɑɹ,", "ɐ kˈɑː?!", "ɐ kˈɑɹ."]),
        # xml:lang says otherwise, on the element, inside of it and not around it.
        ("<voice name='b' xml:lang='en-US'>A car.</voice>", ["ɐ kˈɑɹ."]),
        ("<voice name='b'><lang xml:lang='en-US'>A car.</lang> A car.</voice>", ["ɐ kˈɑɹ.", "ɐ kˈɑː."]),
        ("<p xml:lang='en-US'><voice name='b'>A car.</voice></p>", ["ɐ kˈɑː."]),
        ("<voice name='a' xml:lang='en-GB'>A car.</voice> A car.", ["ɐ kˈɑː.", "ɐ kˈɑɹ."]),
        # An alias is read by the reader of its words, and whole where a voice begins in it.
        ("<voice name='b'><sub alias='a car'>AC</sub></voice>", ["ɐ kˈɑː"]),
        ("<sub alias='a car'>A <voice name='b'>C</voice></sub>", ["ɐ kˈɑɹ"]),
        ("<sub alias='a car'>A <lang xml:lang='en-GB'>C</lang></sub> car", ["ɐ kˈɑɹ kˈɑɹ"]),
    ],
)
def test_words_are_read_in_the_language_of_their_voice(
    inside: str, expected: list[str], phonemizer: Phonemizer
) -> None:
    assert [one.phonemes for one in said(speak(inside), phonemizer)] == expected


DATE = "<say-as interpret-as='date'>03/04/2025</say-as>"


@pytest.mark.parametrize(
    ("inside", "first"),
    [
        (DATE, "mˈɑɹʧ"),
        (f"<voice name='b'>{DATE}</voice>", "ðə"),
        (f"<voice name='a'>{DATE}</voice>", "mˈɑɹʧ"),
        (f"<voice name='b' xml:lang='en-US'>{DATE}</voice>", "mˈɑɹʧ"),
        (f"<voice gender='male'>{DATE}</voice>", "mˈɑɹʧ"),
        (f"<p xml:lang='en-GB'><voice name='a'>{DATE}</voice></p>", "mˈɑɹʧ"),
        (f"<p xml:lang='en-GB'><voice gender='male'>{DATE}</voice></p>", "ðə"),
    ],
)
def test_a_date_is_read_as_the_voice_reads_dates(inside: str, first: str, phonemizer: Phonemizer) -> None:
    (utterance,) = said(speak(inside), phonemizer)
    assert utterance.phonemes.split()[0] == first


def test_a_voice_of_the_same_language_does_not_change_how_a_sentence_is_read(phonemizer: Phonemizer) -> None:
    # "read" is in the past after "has", whoever speaks it.
    plain = [word.phonemes for one in said(speak("She has read it."), phonemizer) for word in one.words]
    voices = speak("She has <voice name='a'>read</voice> it.")
    found = [word.phonemes.strip(",") for one in said(voices, phonemizer) for word in one.words]
    assert found == plain
