"""SSML becomes a script; content without effect is warned about, a malformed document is refused with its position."""

from __future__ import annotations

import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelling import Speller
from text_to_speech.errors import InputError
from text_to_speech.script.directions import Delivery, Manner, Mark, Pause
from text_to_speech.script.formats import read_script
from text_to_speech.script.plain import parse_text
from text_to_speech.script.script import Alias, Script
from text_to_speech.script.ssml import is_ssml, parse_ssml
from text_to_speech.script.ssml_values import BREAKS, EMPHASIS, RATES
from text_to_speech.script.utterances import Utterance, utterances
from text_to_speech.text import Phonemizer, Reading


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def speak(inside: str) -> Script:
    return parse_ssml(f"<speak>{inside}</speak>")


def said(script: Script) -> list[Utterance]:
    return list(
        utterances(script, Speller(), Manner(pause_sentence=0.3, pause_paragraph=0.7), median_f0=196.0)
    )


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


def test_spans_are_those_of_the_document() -> None:
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


def test_a_break_replaces_the_default_pause() -> None:
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
        ('pitch="98Hz"', Delivery(f0=98.0)),
        ('pitch="+196Hz"', Delivery(f0_shift=196.0)),
        ('pitch="-20.5Hz"', Delivery(f0_shift=-20.5)),
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


@pytest.mark.parametrize(
    ("pitches", "semitones"),
    [
        (["98Hz"], -12.0),
        (["+196Hz"], 12.0),
        (["-98Hz"], -12.0),
        (["392Hz"], 12.0),
        (["98Hz", "+2st"], -10.0),
        (["98Hz", "+49Hz"], 12 * math.log2(1.5) - 12),
        (["98Hz", "+12st", "-98Hz"], -12.0),
        (["-12st", "+98Hz"], 0.0),
        (["+12st", "-196Hz", "-1st"], -1.0),
        (["+98Hz", "+98Hz", "-2st"], 10.0),
        (["98Hz", "high"], 2.5),
        (["+98Hz", "high"], 2.5),
        (["high", "196Hz"], 0.0),
        (["49Hz", "+18st"], -6.0),
        (["9999Hz"], 12.0),
        (["-999Hz"], -12.0),
        (["0Hz"], -12.0),
    ],
)
def test_a_pitch_in_hz_is_compared_with_the_median_of_the_voice(pitches: list[str], semitones: float) -> None:
    inside = "".join(f'<prosody pitch="{pitch}">' for pitch in pitches) + "a" + "</prosody>" * len(pitches)
    script = speak(inside)
    for median, other in ((196.0, 0.0), (98.0, 12.0)):
        is_absolute = pitches[0] == "98Hz" and "high" not in pitches
        if median == 196.0 or is_absolute:
            (utterance,) = utterances(script, Speller(), Manner(), median_f0=median)
            assert math.isclose(utterance.words[0].delivery.pitch, semitones + other, abs_tol=1e-9)
            assert utterance.words[0].delivery.f0 is None


def test_an_option_shifts_a_pitch_in_hz_too() -> None:
    script = speak('<prosody pitch="98Hz">a <emphasis level="strong">b</emphasis></prosody>')
    (utterance,) = utterances(script, Speller(), Manner(pitch=3.0), median_f0=98.0)
    assert [word.delivery.pitch for word in utterance.words] == [3.0, 5.0]


def test_more_than_the_voice_can_do_is_kept_to_its_bounds(caplog: pytest.LogCaptureFixture) -> None:
    script = speak('<prosody rate="1000%" pitch="+40st" volume="+99dB">a</prosody>')
    assert script.delivery(0) == Delivery(0.5, 12.0, 20.0)
    assert (
        "line 1, column 8: more than the voice can do: kept to 200% of its rate, +12.0 semitones"
        in caplog.text
    )


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


OVERLAPS = {
    "phonemes in sub": ('<sub alias="bee">[[ həlˈoʊ ]]</sub> x', ["bɛɛ", "z"]),
    "phonemes in sub, beside a word": ('<sub alias="bee">a [[ həlˈoʊ ]]</sub> x', ["bɛɛ", "z"]),
    "phonemes in say-as": ('<say-as interpret-as="cardinal">[[ hˈI ]]</say-as> x', None),
    "phonemes in phoneme": ('<phoneme ph="bi">[[ hˈI ]]</phoneme> x', ["bi", "z"]),
    "phonemes around sub": ('[[ h<sub alias="bee">ˈ</sub>i ]] x', ["hˈi", "z"]),
    "phonemes around say-as": ('[[ h<say-as interpret-as="characters">i</say-as> ]] x', ["hi", "z"]),
    "phonemes across the start of sub": ('[[ h<sub alias="bee">ˈI ]]</sub> x', None),
    "phonemes across the end of sub": ('<sub alias="bee">[[ h</sub>ˈI ]] x', None),
    "phonemes across a paragraph": ("[[ h<p>ˈI ]]</p> x", None),
    "a break in phonemes": ('[[ h<break time="1s"/>ˈi ]] x', ["h ˈi,", "z"]),
    "a break in sub": ('<sub alias="bee">a <break/> b</sub> x', ["bɛɛ,", "z"]),
    "a mark in sub": ('<sub alias="bee">a <mark name="m"/> b</sub> x', ["bɛɛ", "z"]),
    "a pause in sub": ('<sub alias="bee">[pause 1s]</sub> x', ["bɛɛ", "z"]),
    "an empty say-as": ('<say-as interpret-as="ordinal"/> x', ["z"]),
    "a blank say-as": ('<say-as interpret-as="ordinal"> <break/> </say-as> x', ["z"]),
    "an empty sub": ('<sub alias="bee"/> x', ["bɛɛ", "z"]),
    "an empty sub in sub": ('<sub alias="bee"><sub alias="dee"/></sub> x', ["bɛɛ", "z"]),
    "an empty sub in say-as": ('<say-as interpret-as="characters"><sub alias="b"/></say-as> x', ["b", "z"]),
    "an alias of phonemes": ('<sub alias="[[ hˈI ]]">a</sub> x', None),
    "a paragraph in sub": ('<sub alias="bee"><p>One.</p> <s>Two.</s></sub> x', ["bɛɛ", "z"]),
    "a sub that ends in a word": ('<sub alias="bee">W3</sub>C x', None),
    "two subs side by side": ('<sub alias="bee">a</sub><sub alias="dee">b</sub> x', None),
}


@pytest.mark.parametrize("case", OVERLAPS)
def test_of_two_readings_the_outer_counts(case: str, phonemizer: Phonemizer) -> None:
    inside, phonemes = OVERLAPS[case]
    script = speak(inside)
    if phonemes:
        assert [word.phonemes for utterance in said(script) for word in utterance.words] == phonemes
    words = [w for u in utterances(script, phonemizer, Manner(), median_f0=196.0) for w in u.words]
    assert words[-1].phonemes.endswith("ˈɛks")
    assert all(start < end for start, end in (word.span for word in words))


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (
            'One\n<sub alias="b">[[ hˈI ]]</sub>',
            "SSML, line 2, column 16: [[ hˈI ]] in an element that is read otherwise: the element counts",
        ),
        (
            '[[ h<sub alias="b">i</sub> ]]',
            "SSML, line 1, column 8: an element in [[ hi ]]: the phonemes count",
        ),
        (
            "[[ h<p>ˈI ]]</p>",
            "line 1, column 8: a paragraph or sentence ends in [[ h ˈI ]], which is read as text",
        ),
        (
            "é [[ 12 ]]",
            "SSML, line 1, column 10: phonemes '12' have '1' (U+0031), '2' (U+0032); expected IPA",
        ),
        (
            '<sub alias="x"> <sub alias="y">z</sub></sub>',
            "SSML, line 1, column 8: an element in <sub> is not read: the outer one is",
        ),
        (
            '<sub alias="x"><p>One.</p></sub>',
            "column 23: a sentence or paragraph in <sub> has no effect here",
        ),
    ],
)
def test_a_reading_that_does_not_count_is_named_with_its_position(
    inside: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    speak(inside)
    (record,) = caplog.records
    assert message in record.getMessage()


@pytest.mark.parametrize(
    "element",
    [
        '<sub alias="x"/>',
        '<sub alias="a>b"/>',
        "<sub\n alias='x' ></sub >",
        '<sub alias="x"> </sub>',
        '<phoneme ph="i"/>',
        '<phoneme ph="i"> \n</phoneme>',
    ],
)
def test_text_of_an_empty_element_has_the_span_of_the_element(element: str) -> None:
    document = f"<speak>a {element} end</speak>"
    first, word, last = (word for utterance in said(parse_ssml(document)) for word in utterance.words)
    assert [document[slice(*w.span)] for w in (first, word, last)] == ["a", element, "end"]


def test_warnings_are_grouped_by_kind_and_bounded(caplog: pytest.LogCaptureFixture) -> None:
    many = " ".join(f'a{k}=""' for k in range(20_000))
    speak(f"\n<p {many}>One</p>" + "".join(f"<x{k}/>" for k in range(1_000)))
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == "SSML, line 2, column 1: a0 of <p> has no effect here"
    assert messages[-2:] == [
        "… and 19,995 more: attributes without effect",
        "… and 995 more: unknown elements",
    ]
    assert len(messages) == 12


def test_nested_emphasis_out_of_bounds_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    speak("<emphasis level='strong'>" * 30 + "a" + "</emphasis>" * 30)
    first, more = (record.getMessage() for record in caplog.records)
    assert first.startswith("SSML, line 1, column ")
    assert "more than the voice can do" in first
    assert more.endswith("more: directions out of bounds")


def test_brackets_without_phonemes_are_named_a_few_times_only(caplog: pytest.LogCaptureFixture) -> None:
    parse_text("".join(f"[[ {k} ]] " for k in range(10_000)))
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0].startswith("offset 0: phonemes '0' have '0'")
    assert messages[-1] == "… and 9,995 more: double brackets without phonemes"
    assert len(messages) == 6


@pytest.mark.parametrize("lost", ["\ud800", "\0"])
@pytest.mark.parametrize("document", ["One {}two {}", "<speak>One {}<mark name='{}'/>two</speak>"])
def test_halves_of_characters_are_replaced_in_every_document(
    lost: str, document: str, caplog: pytest.LogCaptureFixture
) -> None:
    script = read_script(document.replace("{}", lost))
    assert script.source == document.replace("{}", "\ufffd")
    script.text.encode()
    assert [record.getMessage() for record in caplog.records] == [
        f"no character of a text: U+{ord(lost):04X} at offset {document.index('{')} and 1 more;"
        " U+FFFD takes its place"
    ]


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
        ("<voice name='x' ordering='name'>One</voice> two", "ordering of <voice> has no effect"),
        ("<prosody contour='(0%,+20Hz)'>One</prosody> two", "contour of <prosody> has no effect"),
        ("<say-as interpret-as='song'>One</say-as> two", "interpret-as 'song' is not known"),
        ("<p xml:lang='de'>One two</p>", "speaks English, not 'de'"),
    ],
)
def test_content_without_effect_is_spoken_with_one_warning(
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
    "a control character": ("<speak>\x01</speak>", "line 1, column 8: not well-formed"),
    "no text": (None, "NoneType given; expected a text as str"),
    "bytes": (b"<speak/>", "bytes given; expected a text as str"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_malformed_document_is_refused_with_its_position(case: str) -> None:
    document, message = REFUSED[case]
    with pytest.raises(InputError) as refusal:
        parse_ssml(document)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(("SSML", type(document).__name__))
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
    assert read_script("<speak>One</speak>", input_format="text").text == "<speak>One</speak>"
    with pytest.raises(InputError, match="SSML, line 1, column 1"):
        read_script("One", input_format="ssml")


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


GROWING = {
    "breaks and marks": '<break time="1s"/><mark name="m"/>a ',
    "sentences": "<s/><p/> a ",
    "readings": "<say-as interpret-as='cardinal'>1</say-as> <sub alias='x'>y</sub> ",
    "empty subs": "<sub alias='x'/> ",
    "deliveries": "<emphasis>b &amp;</emphasis> ",
    "entities": "&amp;é",
    "phonemes": "[[ hˈI ]] ",
    "brackets": "[[ 12 ]] ",
    "phonemes in subs": "<sub alias='x'>[[ hˈI ]]</sub> ",
    "unknown elements": "<x y=''>a</x> ",
    "lines": "<x/>\n",
}


def seconds(document: str) -> float:
    """Measure the CPU time of parsing, the best of three."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        parse_ssml(document)
        spent.append(time.process_time() - began)
    return min(spent)


@pytest.mark.slow
@pytest.mark.parametrize("part", GROWING)
def test_the_time_is_linear(part: str) -> None:
    count = 100_000 // len(GROWING[part])
    seconds("<speak>warm</speak>")
    one, four = (seconds(f"<speak>{GROWING[part] * (count * times)}</speak>") for times in (1, 4))
    assert four < 12 * one + 0.01  # linear is 4 times as long, quadratic 16 times


@pytest.mark.parametrize(
    "document", ["<speak>a <sub alias='bee'/></speak>", "<speak>a <p><sub alias='bee'/></p></speak>"]
)
def test_an_empty_element_ends_where_its_own_tag_ends(document: str) -> None:
    (alias,) = parse_ssml(document).aliases
    start, end = parse_ssml(document).span(alias.start, alias.end)
    assert document[start:end] == "<sub alias='bee'/>"


@pytest.mark.parametrize("rest", ["</speak\ue000", "</speak", "</sub", "<", "</speak x"])
def test_a_tag_that_does_not_end_after_an_empty_element_is_refused(rest: str) -> None:
    with pytest.raises(InputError, match="SSML, line 1"):
        parse_ssml("<speak><sub alias='bee'/>" + rest)


@pytest.mark.parametrize(
    ("inside", "spoken"),
    [
        ("The schedule.", "ðə skˈɛʤˌul."),
        ("<lang xml:lang='en-GB'>The schedule.</lang> The schedule.", "ðə ʃˈɛdjuːl. ðə skˈɛʤˌul."),
        ("<p xml:lang='en-GB'>A car <lang xml:lang='en-US'>and a car</lang>.</p>", "ɐ kˈɑː ænd ɐ kˈɑɹ."),
        ("<voice xml:lang='en-GB'>A car.</voice>", "ɐ kˈɑː."),
        (
            "<s xml:lang='en-GB'><say-as interpret-as='date'>03/04/2025</say-as></s>",
            "ðə θˈɜːd ɒv ˈApɹɪl, twˈɛnti twˈɛnti fˈIv",
        ),
    ],
)
def test_a_part_in_another_english_is_read_in_it(phonemizer: Phonemizer, inside: str, spoken: str) -> None:
    found = utterances(speak(inside), phonemizer, Manner(), median_f0=196.0)
    assert " ".join(" ".join(word.phonemes for word in utterance.words) for utterance in found) == spoken


def test_the_language_of_the_document_is_that_of_all_its_words(phonemizer: Phonemizer) -> None:
    script = parse_ssml("<speak xml:lang='en-GB'>The bath. <lang xml:lang='en'>The bath.</lang></speak>")
    assert [script.language(script.text.index(word)) for word in ("The", "bath")] == ["en-GB", "en-GB"]
    assert script.language(script.text.rindex("The")) == ""
    words = [word for one in utterances(script, phonemizer, Manner(), median_f0=196.0) for word in one.words]
    assert [script.source[slice(*word.span)] for word in words] == ["The", "bath", "The", "bath"]
    assert [word.phonemes for word in words] == ["ðə", "bˈɑːθ.", "ðə", "bˈæθ."]


def test_a_reader_of_one_language_reads_them_all() -> None:
    script = parse_ssml("<speak xml:lang='en-GB'>One two.</speak>")
    assert [word.text for utterance in said(script) for word in utterance.words] == ["One", "two."]
