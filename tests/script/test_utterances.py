"""Sentences become utterances: pauses, marks, deliveries, and nothing lost."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spelling import Speller
from text_to_speech.errors import InputError
from text_to_speech.script import Alias, Block, Piece, Script, parse_text
from text_to_speech.script.directions import Delivery, Manner, Mark, Pause
from text_to_speech.script.formats import read_script
from text_to_speech.script.utterances import Utterance, spoken_utterances, utterances
from text_to_speech.script.words import LONGEST_UTTERANCE
from text_to_speech.text import PhonemizedWord, Phonemizer, Reading

MANNER = Manner(pause_sentence=0.3, pause_paragraph=0.7)


def script(text: str, *directions: Pause | Mark, **more: object) -> Script:
    return Script(text, text, (Piece(0, 0, len(text)),), (Block(0, len(text)),), directions, **more)


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def said(script: Script) -> list[Utterance]:
    return list(utterances(script, Speller(), MANNER, median_f0=196.0))


def test_sentences_are_utterances_with_the_pauses_between() -> None:
    first, second, third = said(parse_text("One two. Then three!\n\nOver."))
    assert [u.text for u in (first, second, third)] == ["One two.", "Then three!", "Over."]
    assert [u.pause for u in (first, second, third)] == [0.0, 0.3, 0.7]
    assert [u.pause_after for u in (first, second, third)] == [0.3, 0.7, 0.7]
    assert [(w.text, w.span) for w in second.words] == [("Then", (9, 13)), ("three!", (14, 20))]
    assert second.phonemes == "thɛn thɹɛɛ"


def test_a_pause_in_a_sentence_makes_two_utterances() -> None:
    first, second = said(parse_text("Wait for it [pause 1s] now. "))
    assert (first.text, first.phonemes, first.pause_after) == ("Wait for it", "wɑit fOɹ it,", 1.0)
    assert (second.text, second.words[0].offset, second.pause) == ("now.", 23, 1.0)


@pytest.mark.parametrize(
    "text", ["One. [pause 2s] Two.", "One.[pause 2s]\n\nTwo.", "One. [pause 1s] [pause 1s] Two."]
)
def test_a_pause_between_sentences_is_the_pause(text: str) -> None:
    first, second = said(parse_text(text))
    assert (first.pause_after, second.pause) == (2.0, 2.0)


def test_a_pause_of_nothing_in_a_sentence_does_not_cut_it() -> None:
    assert [u.text for u in said(script("One two.", Pause(4, 0.0)))] == ["One two."]


def test_pauses_at_both_ends_are_kept() -> None:
    first, last = said(parse_text("[pause 1s] One. [pause 2s]"))
    assert (first.text, first.pause) == ("One.", 1.0)
    assert (last.words, last.pause) == ((), 2.0)


def test_pauses_on_end_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    _, second = said(parse_text("One. " + "[pause 50s] " * 3 + "Two."))
    assert second.pause == 60.0
    assert [record.getMessage() for record in caplog.records] == ["pauses of 150 s on end: 60 s are kept"]


def test_marks_keep_their_positions() -> None:
    text = "One two. Three."
    first, second, last = said(
        script(
            text,
            Mark(0, "start"),
            Mark(4, "two"),
            Mark(8, "end of one"),
            Pause(8, 2.0),
            Mark(8, "three"),
            Mark(15, "end"),
            Pause(15, 1.0),
            Mark(15, "very end"),
        )
    )
    assert first.marks == ((0, "start"), (1, "two"))
    assert (second.marks_in_pause, second.marks) == (((0.0, "end of one"),), ((0, "three"),))
    assert last.marks_in_pause == ((0.0, "end"), (1.0, "very end"))


def test_a_direction_in_a_word_takes_effect_after_it() -> None:
    first, second = said(script("Hello world", Pause(3, 1.0)))
    assert [first.text, second.text] == ["Hello", "world"]
    (utterance,) = said(script("One two three", Mark(5, "in two")))
    assert utterance.marks == ((2, "in two"),)


def test_text_without_a_sound_keeps_its_pause() -> None:
    first, second = said(parse_text("One.\n\n***\n\nTwo."))
    assert [first.text, second.text, second.pause] == ["One.", "Two.", 0.7]


def test_words_are_delivered_as_they_begin() -> None:
    loud, high = Delivery(volume=6.0), Delivery(pitch=2.0)
    (utterance,) = said(script("One two three.", deliveries=((0, loud), (5, high))))
    assert [word.delivery for word in utterance.words] == [loud, loud, high]


def test_readings_and_aliases_are_read_in_their_sentence() -> None:
    text = "One two. Three W3C four."
    first, second = said(
        script(text, readings=(Reading(4, 7, phonemes="i"),), aliases=(Alias(15, 18, "web"),))
    )
    assert first.phonemes == "Onɛ i"
    assert second.phonemes == "thɹɛɛ wɛb fOuɹ"
    assert [word.text for word in second.words] == ["Three", "W3C", "four."]


def test_an_alias_without_a_sound_is_named_and_the_text_is_read(
    phonemizer: Phonemizer, caplog: pytest.LogCaptureFixture
) -> None:
    (utterance,) = utterances(
        script("One two.", aliases=(Alias(4, 7, "***"),)), phonemizer, MANNER, median_f0=196.0
    )
    assert [word.phonemes for word in utterance.words] == ["wˈʌn", "tˈu."]
    assert [record.getMessage() for record in caplog.records] == [
        "alias '***' has no sound: the text itself is read"
    ]


@given(st.text(alphabet="ab .!\n*[]", max_size=60), st.lists(st.integers(0, 60), max_size=4))
def test_every_character_is_in_one_word(text: str, places: list[int]) -> None:
    pauses = [Pause(min(place, len(text)), 1.0) for place in sorted(places)]
    joined = "".join(w.written for u in said(script(text, *pauses)) for w in u.words)
    wanted = [c for s in script(text).sentences() if any(c in "ab" for c in s.text) for c in s.text]
    assert [c for c in joined if c in "ab"] == [c for c in wanted if c in "ab"]


def bounded(found: list[Utterance]) -> list[Utterance]:
    assert all(len(utterance.phonemes) <= LONGEST_UTTERANCE for utterance in found)
    assert all(any(map(str.isalpha, utterance.phonemes)) for utterance in found if utterance.words)
    return found


def joined(found: list[Utterance]) -> str:
    return "".join(word.written for utterance in found for word in utterance.words)


EMOJI = "".join(map(chr, range(0x1F600, 0x1F640))) + "".join(map(chr, range(0x1F400, 0x1F4E0)))
LONG = {
    "emoji": EMOJI,
    "emoji with spaces": " ".join(EMOJI[:145]),
    "one long [[ ]]": f"[[ {'həlˈoʊ ' * 280}]]",
    "a [[ ]] without a space": f"[[ {'həlˈoʊ' * 300} ]]",
    "a [[ ]] of stress marks": f"[[ hə{'ˈ' * 1900} ]]",
    "a [[ ]] of marks": f"[[ hə{'.' * 1900} ]]",
    "many [[ ]] side by side": "[[ həlˈoʊ ]]" * 800,
    "many [[ ]] with spaces": "[[ həlˈoʊ ]] " * 800,
    "a word of 3,000 letters": "Zyxquorbl" * 333,
    "3,000 capitals": "WXW" * 1000,
    "3,000 digits": "1234567890" * 300,
    "a row of dates": "12/25/1999 " * 60,
    "a row of sums": "$1,234,567.89;" * 60,
    "marks": "One " + ". , ; " * 200 + "two",
    "an alias": f'<speak>One <sub alias="{EMOJI[:150]}">W3C</sub> two.</speak>',
    "a say-as": f'<speak>One <say-as interpret-as="characters">{"W" * 150}</say-as> two.</speak>',
    "a phoneme": f'<speak>One <phoneme ph="{"həlˈoʊ" * 400}">W3C</phoneme> two.</speak>',
}


@pytest.mark.parametrize("case", LONG)
def test_an_utterance_is_bounded_in_phonemes(case: str, phonemizer: Phonemizer) -> None:
    script = read_script(LONG[case])
    found = bounded(list(utterances(script, phonemizer, MANNER, median_f0=196.0)))
    silent = [sentence for sentence in script.sentences() if set(sentence.text) <= set(" .,;")]
    assert joined(found) == "".join(s.text for s in script.sentences() if s not in silent)
    assert len(found) > 1 or ".." in LONG[case]
    place = 0
    for utterance in found:
        for word in utterance.words:
            assert place <= word.span[0] < word.span[1] <= len(script.source)
            assert script.source[word.offset] != " " or not word.written.strip()
            place = word.span[0]


def test_the_parts_of_a_word_are_all_of_its_phonemes_without_a_pause() -> None:
    phonemes = " ".join(["həlO"] * 200)
    alias = script("One W3C two.", readings=(Reading(4, 7, phonemes=phonemes),))
    found = bounded(said(alias))
    parts = [word for utterance in found for word in utterance.words if word.text == "W3C"]
    assert " ".join(part.phonemes for part in parts) == phonemes
    assert {part.span for part in parts} == {(4, 7)}
    assert "".join(part.written for part in parts) == "W3C "
    assert [(u.pause, u.pause_after) for u in found[:-1]] == [(0.0, 0.0)] * (len(found) - 1)


def test_a_sentence_is_cut_at_clauses_rather_than_between_words() -> None:
    text = "aa " * 60 + "aa, " + "aa " * 60
    readings = tuple(
        Reading(at, at + 2, phonemes="ɑ" * 3 + "," * (at == 180)) for at in range(0, 363, 3) if at < 181
    )
    first, second = bounded(said(script(text, readings=readings)))
    assert first.text.endswith("aa,")
    assert not second.text.startswith(",")


def test_marks_and_pauses_stay_where_they_are_in_a_long_sentence() -> None:
    text = "aa " * 300
    found = bounded(said(script(text, *(Mark(at, str(at)) for at in range(0, 900, 30)), Pause(450, 1.0))))
    places = [
        (utterance.words[index].span[0], name)
        for utterance in found
        for index, name in utterance.marks
        if utterance.words
    ]
    waiting = [name for utterance in found for _, name in utterance.marks_in_pause]
    assert [name for _, name in places] == [str(at) for at in range(0, 900, 30) if str(at) not in waiting]
    assert all(place == int(name) for place, name in places)
    assert {utterance.pause for utterance in found} == {0.0, 0.3, 1.0}  # 0.3: more than 300 characters


class Babbler:
    """Reads every run between spaces as long as it says: "a12" as 12 symbols, ".3" as 3 marks."""

    def words(self, text: str, *, readings: object = ()) -> list[PhonemizedWord]:
        return [
            PhonemizedWord(
                match.start(), match.end(), {"a": "ɑ", ".": ".", "s": "ɑ "}[match[1]] * int(match[2])
            )
            for match in re.finditer(r"([a.s])(\d+)", text)
        ]


@given(
    st.lists(
        st.tuples(st.sampled_from("a.s"), st.integers(1, 900)).map(lambda pair: f"{pair[0]}{pair[1]}"),
        max_size=30,
    ),
    st.lists(st.tuples(st.sampled_from([Mark, Pause]), st.integers(0, 150)), max_size=4),
)
def test_any_words_are_cut_into_bounded_utterances(
    written: list[str], places: list[tuple[type, int]]
) -> None:
    text = " ".join(written)
    directions = [
        Mark(min(at, len(text)), "m") if kind is Mark else Pause(min(at, len(text)), 1.0)
        for kind, at in sorted(places, key=lambda place: place[1])
    ]
    one = script(text, *directions)
    found = bounded(list(utterances(one, Babbler(), MANNER, median_f0=196.0)))
    marks = sum(len(utterance.marks) + len(utterance.marks_in_pause) for utterance in found)
    assert marks == sum(isinstance(direction, Mark) for direction in directions)
    if not any(isinstance(direction, Pause) for direction in directions) and "a" in text:
        heard = "".join(u.text for u in found).replace(" ", "")
        assert heard == "".join(
            sentence.text.replace(" ", "") for sentence in one.sentences() if set("as") & set(sentence.text)
        )


@settings(max_examples=60)
@given(
    text=st.lists(st.sampled_from([*"aW1$.,😀é", " ", "[[ hˈI ]]", "\n\n", "word "]), max_size=300).map(
        "".join
    )
)
def test_any_text_is_cut_into_bounded_utterances_and_nothing_is_lost(
    text: str, phonemizer: Phonemizer
) -> None:
    one = parse_text(text)
    found = bounded(list(utterances(one, phonemizer, MANNER, median_f0=196.0)))
    spoken = [s.text for s in one.sentences() if any(map(str.isalpha, phonemizer(s.text)))]
    assert "".join(joined(found).split()) == "".join("".join(spoken).split())


@pytest.mark.parametrize(
    ("own", "given_to_all", "together"),
    [
        (Delivery(alpha=0.5), Delivery(alpha=0.5), Delivery(alpha=0.5)),
        (Delivery(alpha=2.0), Delivery(alpha=1.5), Delivery(alpha=2.0)),
        (Delivery(pitch=12.0), Delivery(pitch=12.0), Delivery(pitch=12.0)),
        (Delivery(pitch=-12.0), Delivery(pitch=-1.0), Delivery(pitch=-12.0)),
        (Delivery(volume=20.0), Delivery(volume=20.0), Delivery(volume=20.0)),
        (Delivery(volume=-60.0), Delivery(volume=-1.0), Delivery(volume=-60.0)),
        (Delivery(volume=-math.inf), Delivery(volume=20.0), Delivery(volume=-math.inf)),
        (Delivery(2.0, 6.0, 3.0), Delivery(0.5, 2.0, 1.0), Delivery(1.0, 8.0, 4.0)),
    ],
)
def test_directions_and_options_together_stay_within_bounds(
    own: Delivery, given_to_all: Delivery, together: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    one = script("One two. Three.", deliveries=((0, own),))
    found = list(
        utterances(
            one,
            Speller(),
            Manner(given_to_all.alpha, None, given_to_all.pitch, given_to_all.volume),
            median_f0=196.0,
        )
    )
    assert {word.delivery for utterance in found for word in utterance.words} == {together}
    assert len(caplog.records) == (together != own.under(given_to_all))
    assert all("more than the voice can do: kept to" in record.getMessage() for record in caplog.records)


def test_an_option_and_a_document_together_stay_within_bounds() -> None:
    one = read_script('<speak><prosody rate="200%">One</prosody> two.</speak>')
    (utterance,) = utterances(one, Speller(), Manner(alpha=0.5), median_f0=196.0)
    assert [word.delivery.alpha for word in utterance.words] == [0.5, 0.5]


def test_warnings_of_a_long_text_are_grouped(
    phonemizer: Phonemizer, caplog: pytest.LogCaptureFixture
) -> None:
    text = "".join(f"One {chr(0xE010 + k)} two. " for k in range(100))
    assert len(list(utterances(parse_text(text), phonemizer, MANNER, median_f0=196.0))) == 100
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == "characters that cannot be spoken: U+E010 no character"
    assert messages[-1] == "… and 95 more: sentences with characters that cannot be spoken"
    assert len(messages) == 6


@pytest.mark.parametrize(
    "text",
    ["", "  ", "***", "XD", "XD :-P", "[pause 1s]", "<speak/>", "<speak><break/><mark name='m'/></speak>"],
)
def test_a_script_with_nothing_to_speak_is_refused_at_the_call(text: str, phonemizer: Phonemizer) -> None:
    with pytest.raises(InputError, match="nothing in the text can be spoken: expected at least one word"):
        spoken_utterances(read_script(text), phonemizer, MANNER, median_f0=196.0)


def test_only_the_first_utterance_is_made_at_the_call() -> None:
    seen: list[str] = []

    class Reader(Speller):
        def words(self, text: str, *, readings: Sequence[Reading] = ()) -> list[PhonemizedWord]:
            seen.append(text)
            return super().words(text, readings=readings)

    found = spoken_utterances(parse_text("*** One. Two. Three."), Reader(), MANNER, median_f0=196.0)
    assert seen == ["*** One."]
    assert [utterance.text for utterance in found] == ["*** One.", "Two.", "Three."]
