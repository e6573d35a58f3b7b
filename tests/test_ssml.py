"""SSML becomes a script; what cannot be followed is named, what is malformed is refused where it stands."""

from __future__ import annotations

import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelling import Speller
from text_to_speech.errors import InputError
from text_to_speech.script import Alias, Delivery, Manner, Mark, Pause, Script
from text_to_speech.ssml import is_ssml, parse_ssml, read_script
from text_to_speech.ssml_values import BREAKS, EMPHASIS, RATES
from text_to_speech.text import Reading
from text_to_speech.utterances import Utterance, utterances


def speak(inside: str) -> Script:
    return parse_ssml(f"<speak>{inside}</speak>")


def said(script: Script) -> list[Utterance]:
    return list(utterances(script, Speller(), Manner(pause_sentence=0.3, pause_paragraph=0.7)))


def texts(inside: str) -> list[str]:
    return [" ".join(sentence.text.split()) for sentence in speak(inside).sentences()]


def test_paragraphs_and_sentences() -> None:
    script = speak("Before. <p><s>One. Two.</s><s>Three</s></p><p>Four.\n\nFive.</p> After")
    found = [(s.text, s.ends_paragraph) for s in script.sentences()]
    assert found == [
        ("Before.", True),
        ("One. Two.", False),
        ("Three", True),
        ("Four.", False),
        ("Five.", True),
        ("After", True),
    ]


def test_places_are_those_of_the_document() -> None:
    document = (
        '<?xml version="1.0"?>\r\n<speak>naïve 😀 caf&#233; AT&amp;T <![CDATA[a<b]]>\r\n<s>end</s></speak>'
    )
    script = parse_ssml(document)
    assert script.text.split() == ["naïve", "😀", "café", "AT&T", "a<b", "end"]
    for word, written in (
        ("naïve", "naïve"),
        ("café", "caf&#233;"),
        ("AT&T", "AT&amp;T"),
        ("a<b", "a<b"),
        ("end", "end"),
    ):
        at = script.text.index(word)
        assert document[slice(*script.span(at, at + len(word)))] == written


@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [
        ("", 0.5),
        ('time="1.5s"', 1.5),
        ('time="250ms"', 0.25),
        ('strength="none"', 0.0),
        ('strength="x-strong"', BREAKS["x-strong"]),
        ('strength="weak" time="2s"', 2.0),
    ],
)
def test_breaks(attributes: str, seconds: float) -> None:
    script = speak(f"One<break {attributes}/>two.")
    assert script.text.split() == ["One", "two."]
    assert script.directions == (Pause(4, seconds),)


def test_a_break_takes_the_place_of_the_pause() -> None:
    _, second = said(speak('One. <break strength="none"/> Two.'))
    assert second.pause == 0.0


@pytest.mark.parametrize(
    ("attributes", "delivery"),
    [
        ('rate="slow"', Delivery(alpha=1 / RATES["slow"])),
        ('rate="125%"', Delivery(alpha=0.8)),
        ('rate="+25%"', Delivery(alpha=0.8)),
        ('rate="0.5"', Delivery(alpha=2.0)),
        ('pitch="+2st"', Delivery(pitch=2.0)),
        ('pitch="-50%"', Delivery(pitch=-12.0)),
        ('pitch="98Hz"', Delivery(pitch=-12.0)),
        ('pitch="+196Hz"', Delivery(pitch=12.0)),
        ('pitch="default" rate="medium" volume="medium"', Delivery()),
        ('volume="-6dB"', Delivery(volume=-6.0)),
        ('volume="10"', Delivery(volume=-20.0)),
        ('volume="+900%"', Delivery(volume=20.0)),
        ('volume="silent"', Delivery(volume=-math.inf)),
    ],
)
def test_prosody(attributes: str, delivery: Delivery) -> None:
    script = speak(f"Before <prosody {attributes}>word</prosody> after.")
    assert script.delivery(7) == delivery
    assert script.delivery(0) == script.delivery(12) == Delivery()


def test_prosody_in_prosody_changes_what_is_there() -> None:
    script = speak(
        '<prosody pitch="+2st" rate="80%">a <prosody pitch="-1st" rate="200%">b</prosody> c</prosody>'
    )
    at = [script.text.index(letter) for letter in "abc"]
    assert [script.delivery(k) for k in at] == [Delivery(1.25, 2.0), Delivery(0.5, 1.0), Delivery(1.25, 2.0)]


def test_more_than_the_voice_can_do_is_kept_to_it(caplog: pytest.LogCaptureFixture) -> None:
    script = speak('<prosody rate="1000%" pitch="+40st" volume="+99dB">a</prosody>')
    assert script.delivery(0) == Delivery(0.5, 12.0, 20.0)
    assert "line 1: more than the voice can do: kept to 200% of its rate, +12.0 semitones" in caplog.text


def test_emphasis() -> None:
    script = speak('a <emphasis>b</emphasis> <emphasis level="strong">c</emphasis>')
    assert script.delivery(script.text.index("b")) == EMPHASIS["moderate"]
    assert script.delivery(script.text.index("c")) == EMPHASIS["strong"]


@pytest.mark.parametrize(
    ("attributes", "text", "spoken"),
    [
        ('interpret-as="cardinal"', "1,234", "one thousand two hundred thirty four"),
        ('interpret-as="ordinal"', "21", "twenty-first"),
        ('interpret-as="characters"', "B2", "B two"),
        ('interpret-as="spell-out"', "ab", "A B"),
        ('interpret-as="date"', "2024-03-05", "March fifth, twenty twenty four"),
        ('interpret-as="date" format="dmy"', "05/03/2024", "March fifth, twenty twenty four"),
        ('interpret-as="date" format="ddmmyyyy"', "5.3.24", "March fifth, twenty twenty four"),
        ('interpret-as="time"', "7:30pm", "seven thirty P M"),
        ('interpret-as="telephone"', "555-1234", "five five five, one two three four"),
        ('interpret-as="fraction"', "3/4", "three quarters"),
        ('interpret-as="unit"', "10kg", "ten kilograms"),
    ],
)
def test_say_as(attributes: str, text: str, spoken: str) -> None:
    script = speak(f"It is <say-as {attributes}> {text} </say-as>.")
    (reading,) = script.readings
    assert script.text[reading.start : reading.end] == text
    assert reading.spoken.replace("-", " ") == spoken.replace("-", " ")


def test_sub_and_phoneme() -> None:
    script = speak(
        '<sub alias="World Wide Web">W3C</sub> <phoneme ph="həˈloʊ">hi</phoneme>'
        ' <phoneme alphabet="x-arpabet" ph="HH AY1">yo</phoneme> <phoneme ph="hˈI"/> <sub alias="X Y"/>'
    )
    assert script.text == "W3C hi yo hˈI X Y "
    assert script.aliases == (Alias(0, 3, "World Wide Web"), Alias(14, 17, "X Y"))
    assert script.readings == (
        Reading(4, 6, phonemes="həlˈO"),
        Reading(7, 9, phonemes="hˈI"),
        Reading(10, 13, phonemes="hˈI"),
    )


def test_the_outer_of_two_readings_counts() -> None:
    script = speak('<sub alias="three"><say-as interpret-as="cardinal">2</say-as></sub> 4')
    assert (script.readings, script.aliases) == ((), (Alias(0, 1, "three"),))


def test_marks() -> None:
    assert speak('<mark name="a"/>One <mark name="b"/>two.').directions == (Mark(0, "a"), Mark(4, "b"))


def test_prefixes_and_other_vocabularies() -> None:
    document = (
        '<ssml:speak xmlns:ssml="http://www.w3.org/2001/10/synthesis"><ssml:s>One</ssml:s></ssml:speak>'
    )
    assert parse_ssml(document).text.split() == ["One"]


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<audio src='x'>One</audio> <audio>two</audio>", "<audio> is not known here"),
        ("<voice name='x'>One</voice> two", "there is one voice"),
        ("<prosody contour='(0%,+20Hz)'>One</prosody> two", "contour of <prosody> has no effect"),
        ("<say-as interpret-as='song'>One</say-as> two", "interpret-as 'song' is not known"),
        ("<p xml:lang='de'>One two</p>", "speaks English, not 'de'"),
    ],
)
def test_what_cannot_be_followed_is_spoken_with_one_warning(
    inside: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert speak(inside).text.split() == ["One", "two"]
    assert len(caplog.records) == 1
    assert message in caplog.text


BILLION_LAUGHS = '<!DOCTYPE speak [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><speak>&b;</speak>'
REFUSED = {
    "not closed": ("<speak>One", "line 1, column 11: no element found"),
    "closed crosswise": ("<speak>\n<p>One<s>\n</p></s></speak>", "line 3, column 3: mismatched tag"),
    "empty": ("", "line 1, column 1: no element found"),
    "no speak": ("<html>One</html>", "line 1, column 1: the document is a <html>; expected <speak>"),
    "two documents": ("<speak>One</speak><speak/>", "column 19: junk after document element"),
    "entities of its own": (BILLION_LAUGHS, "line 1, column 17: a document type is declared"),
    "an outer file": ("<!DOCTYPE speak SYSTEM 'file:///etc/passwd'><speak/>", "a document type is declared"),
    "an unknown entity": ("<speak>&nbsp;</speak>", "line 1, column 8: undefined entity"),
    "too deep": ("<speak>" + "<p>" * 1000, "more than 64 elements in one another"),
    "a pause too long": ("<speak>\n é <break time='61s'/></speak>", "line 2, column 4: pause of 61 s"),
    "a pause of nothing": ("<speak><break time='long'/></speak>", "pause 'long': expected seconds"),
    "a strength": ("<speak><break strength='huge'/></speak>", "strength 'huge'; expected none, x-weak"),
    "a rate": ("<speak><prosody rate='quick'/></speak>", "line 1, column 8: rate 'quick'; expected x-slow"),
    "a pitch": ("<speak><prosody pitch='2st'/></speak>", "pitch '2st'; expected x-low"),
    "a volume": ("<speak><prosody volume='6dB'/></speak>", "volume '6dB'; expected silent"),
    "a level": ("<speak><emphasis level='much'/></speak>", "level 'much'; expected strong"),
    "say-as as nothing": ("<speak><say-as>1</say-as></speak>", "<say-as> without interpret-as"),
    "sub for nothing": ("<speak><sub>1</sub></speak>", "<sub> without alias"),
    "a long alias": (f"<speak><sub alias='{'a' * 200}'>1</sub></speak>", "alias of 200 characters"),
    "a long date": (
        f"<speak><say-as interpret-as='date'>{'1' * 200}</say-as></speak>",
        "<say-as> has 200 characters",
    ),
    "no phonemes": ("<speak><phoneme>a</phoneme></speak>", "<phoneme> without ph"),
    "other phonemes": ("<speak><phoneme ph='ж'>a</phoneme></speak>", "'ж' (U+0436)"),
    "another alphabet": (
        "<speak><phoneme alphabet='x-sampa' ph='a'>a</phoneme></speak>",
        "alphabet 'x-sampa'; expected ipa",
    ),
    "a mark without name": ("<speak><mark/></speak>", "<mark> without name"),
    "half a character": ("<speak>\ud800</speak>", "half a character at offset 7"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_malformed_is_refused_where_it_stands(case: str) -> None:
    document, message = REFUSED[case]
    with pytest.raises(InputError) as refusal:
        parse_ssml(document)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("SSML")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<speak>a</speak>", True),
        ("\ufeff\n <speak version='1.1'>", True),
        ("<?xml version='1.0'?><speak/>", True),
        ("<speaker> is a word", False),
        ("A <speak>", False),
        ("Hello", False),
    ],
)
def test_ssml_is_told_by_its_beginning(text: str, answer: bool) -> None:
    assert is_ssml(text) is answer


def test_the_caller_may_say_what_it_is() -> None:
    assert read_script("<speak>One</speak>").text.strip() == "One"
    assert read_script("<speak>One</speak>", ssml=False).text == "<speak>One</speak>"
    with pytest.raises(InputError, match="SSML, line 1, column 1"):
        read_script("One", ssml=True)


PARTS = """\
<p>|</p>|<s>|</s>|<break/>|<emphasis>|</emphasis>|<mark name='m'/>|word|a. |&amp;|<sub alias='x'>|</sub>| |é
]]>|<!-- a -->
<say-as interpret-as='date'>|</say-as>|<x>|</x>|<prosody rate='fast'>|</prosody>|<phoneme ph='i'>|</phoneme>|&x;|<"""
TAGS = st.sampled_from(re.split(r"\||(\n)", PARTS)).map(lambda part: part or " ")


@given(st.lists(TAGS, max_size=12))
def test_any_document_is_spoken_whole_or_refused(parts: list[str]) -> None:
    try:
        script = speak("".join(parts))
    except InputError:
        return
    covered = "".join(sentence.text for sentence in script.sentences())
    assert covered.replace(" ", "") == script.text.replace(" ", "")
    said(script)


def test_the_time_is_linear() -> None:
    began = time.process_time()
    speak(
        "<s/><p/> a <mark name='m'/><say-as interpret-as='cardinal'>1</say-as><emphasis>b &amp;</emphasis>"
        * 4_000
    )
    speak("<p/> <s/>" * 40_000)
    speak("&amp;" * 200_000)
    assert time.process_time() - began < 20  # quadratic would be minutes
