import threading

import pytest

from text_to_speech.text import SYMBOLS
from text_to_speech.text.unknown_words import UnknownWords


@pytest.fixture(scope="module")
def unknown_words() -> UnknownWords:
    return UnknownWords()


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [
        ("Zyxquorbl", "zˈɪkskwɔɹbᵊl"),
        ("blockchains", "blˈɑkʧAnz"),
        ("Gödel", "ɡˈɜɹdᵊl"),
        ("xkcd", "ˌɛkskˌAsˌidˈi"),
    ],
)
def test_words_that_no_dictionary_has(unknown_words: UnknownWords, word: str, phonemes: str):
    assert unknown_words(word) == phonemes


def test_nothing_behind_the_longest_word_of_the_network_is_left_out(unknown_words: UnknownWords):
    assert unknown_words("snark" * 10).count("k") >= 8


def test_letters_that_the_network_does_not_know_are_read_as_their_base_letters(unknown_words: UnknownWords):
    assert unknown_words("blǫckchẵins") == unknown_words("blockchains")
    assert unknown_words("ñ") == unknown_words("n")


@pytest.mark.parametrize("word", ["", "'", "!?"])
def test_no_letter_has_no_sound(unknown_words: UnknownWords, word: str):
    assert unknown_words(word) == ""


def test_only_symbols_of_the_voice_come_out(unknown_words: UnknownWords):
    words = ["Bacharach", "Ýrsa", "déjà", "Жук", "müller", "ﬁ", "rendezvous", "Xiaoqing", "yé"]
    assert set("".join(map(unknown_words, words))) <= set(SYMBOLS[1:])


def test_several_threads_get_the_same_as_one():
    words, shared, results = [f"{a}orb{b}le" for a in "bdgkpt" for b in "lmnr"], UnknownWords(), {}
    threads = [threading.Thread(target=lambda w=word: results.update({w: shared(w)})) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {word: UnknownWords.__call__(shared, word) for word in words}
    assert len(set(results.values())) > len(words) // 2
