"""Random SSML with voices, languages and pauses in one another: no word is lost, and times are in order."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spelling import Speller
from text_to_speech.pipeline import Synthesizer
from text_to_speech.voices import Voice, is_mixture

NAMES = ("heart", "bella", "michael", "emma", "george", "solo", "bm_george", "zorro", "en-GB-RyanNeural")
MIXED = ("heart", "bella", "michael", "emma", "george")

mixtures = st.dictionaries(st.sampled_from(MIXED), st.floats(0.001, 1000), min_size=1, max_size=5).map(
    lambda parts: "+".join(f"{name}:{weight!r}" for name, weight in parts.items())
)
attributes = st.one_of(
    st.lists(st.sampled_from(NAMES) | mixtures, min_size=1, max_size=3).map(
        lambda names: f"name='{' '.join(names)}'"
    ),
    st.sampled_from(("gender='male'", "gender='female'", "gender='neutral'", "gender='male' variant='2'")),
    st.sampled_from(("xml:lang='en-GB'", "languages='en-US'", "languages='de en:en-GB'", "xml:lang='fr'")),
)
words = st.lists(
    st.sampled_from(("one", "two", "Three", "four,", "five.", "“six”", "…", "seven!")), min_size=1, max_size=5
).map(" ".join)
pauses = st.sampled_from(("<break time='300ms'/>", "<break strength='none'/>", "<mark name='m'/>", " ", "\n"))


def elements(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    content = st.lists(inside, min_size=1, max_size=4).map(" ".join)
    return st.one_of(
        st.builds("<voice {}>{}</voice>".format, attributes, content),
        st.builds("<{0}>{1}</{0}>".format, st.sampled_from(("p", "s")), content),
        st.builds("<lang xml:lang='{}'>{}</lang>".format, st.sampled_from(("en-GB", "en-US", "en")), content),
        st.builds("<prosody pitch='{}'>{}</prosody>".format, st.sampled_from(("+2st", "150Hz")), content),
        content,
    )


documents = st.recursive(words | pauses, elements, max_leaves=12).map("<speak>zero {}</speak>".format)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents)
def test_no_word_is_lost_and_times_are_in_order(document: str, several_voices: dict[str, Voice]) -> None:
    synthesizer = Synthesizer(phonemizer=Speller())
    speech = synthesizer.synthesize(document)
    outside_tags = "".join(part.partition(">")[2] for part in document.split("<"))
    spelled = [word for word in outside_tags.split() if any(map(str.isalpha, word))]
    assert [word.text for word in speech.words] == spelled
    assert all(document[slice(*word.span)] == word.text for word in speech.words)
    for sentence in speech.sentences:
        assert sentence.voice in several_voices or is_mixture(sentence.voice)
        assert sentence.start <= sentence.words[0].start <= sentence.words[-1].end <= sentence.end
    for before, after in itertools.pairwise(speech.words):
        assert before.start < before.end <= after.start
    assert speech.seconds > speech.sentences[-1].end - 1e-6
    chunks = [chunk.audio for chunk in synthesizer.stream(document, first_window=8, largest_window=64)]
    np.testing.assert_allclose(np.concatenate(chunks), speech.audio, atol=2e-4)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=mixtures)
def test_every_mixture_speaks_for_a_call_and_in_a_text(name: str, several_voices: dict[str, Voice]) -> None:
    synthesizer = Synthesizer(phonemizer=Speller())
    (sentence,) = synthesizer.synthesize("One two.", voice=name).sentences
    inside = synthesizer.synthesize(f"<speak><voice name='{name}'>One two.</voice></speak>").sentences[0]
    assert sentence.voice == inside.voice
    np.testing.assert_array_equal(sentence.mel, inside.mel)
