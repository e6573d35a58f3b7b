"""The corrections of the network for unknown words: their table, and what they may not do."""

from text_to_speech.text import SYMBOLS
from text_to_speech.text.letter_corrections import KEPT, ReadSound, _table, contexts, corrected
from text_to_speech.text.unknown_words import UnknownWords


def test_the_table_is_in_the_alphabet():
    table = _table()
    assert len(table) > 5_000
    assert set("".join(table.values())) <= {*SYMBOLS[1:], KEPT}
    assert all(2 <= len(context) <= 10 and context[1] in "01" for context in table)


def test_a_context_grows_by_one_character_at_a_time():
    sounds = [ReadSound("k", 0, ""), ReadSound("æ", 1, "ˈ"), ReadSound("t", 2, "")]
    assert list(contexts("cat", sounds, 1))[:3] == ["æ1", "æ1a", "æ1at"]
    assert list(contexts("cat", sounds, 1))[-1] == "æ1attck###"


def test_names_are_said_as_americans_say_them():
    network = UnknownWords()
    names = {name: network(name) for name in ("Kroger", "Dimaggio", "Bianchi", "Yamazaki")}
    assert names["Kroger"].replace("ˈ", "") == "kɹOɡəɹ"
    assert "ʤi" in names["Dimaggio"]
    assert "ɑn" in names["Bianchi"]
    assert "ɑzˈɑ" in names["Yamazaki"]


def test_the_british_network_is_not_corrected():
    network = UnknownWords(is_british=True)
    sounds = network.sounds("Kroger")
    assert network("Kroger") == "".join(one.stress + one.sound for one in sounds)


def test_every_word_keeps_one_main_stress():
    network = UnknownWords()
    words = ["Papadopoulos", "Delacroix", "Rossellini", "Zyxquorbl", "Kowalczyk", "snarkle", "Targaryen"]
    plain = ["".join(one.stress + one.sound for one in network.sounds(word)).count("ˈ") for word in words]
    assert [network(word).count("ˈ") for word in words] == plain


def test_a_word_without_sounds_is_nothing():
    assert corrected("", []) == ""
