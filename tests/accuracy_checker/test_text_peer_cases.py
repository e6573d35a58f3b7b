"""Cases of a peer, read where they lie."""

from pathlib import Path

import pytest

import text_peer_cases
from text_peer_cases import agrees, figures_lines, read_figures, read_pairs, record
from text_to_speech.text import Phonemizer


def test_pairs_have_a_category_and_words(tmp_path: Path):
    (tmp_path / "test_cases_date.txt").write_text("may 12~may twelfth\n~\n 5 ~five\n", encoding="utf-8")
    (tmp_path / "test_cases_special_text.txt").write_text("[x]~[x]\n", encoding="utf-8")
    (tmp_path / "other.txt").write_text("a~b\n", encoding="utf-8")
    assert list(read_pairs(tmp_path)) == [("date", "may 12", "may twelfth"), ("date", " 5 ", "five")]


@pytest.mark.parametrize(
    ("written", "spoken", "is_same"),
    [
        ("$2.50", "two dollars fifty cents", True),
        ("105 dogs", "one hundred and five dogs", True),
        ("a@mail.com", "a at mail dot com", True),
        ("$2.50", "three dollars", False),
    ],
)
def test_a_pair_agrees_by_its_sounds(written: str, spoken: str, is_same: bool):
    assert agrees(Phonemizer(), written, spoken) is is_same


def test_figures_are_kept_by_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_peer_cases, "FIGURES", tmp_path / "figures.tsv")
    record("first", {"date": (1, 3), "time": (2, 2)})
    record("second", {"date": (3, 3), "time": (2, 2)})
    assert read_figures()["first"] == {"date": (1, 3), "time": (2, 2)}
    assert figures_lines()[2:] == ["| date | 3 | 1 | 3 |", "| time | 2 | 2 | 2 |", "| all | 5 | 3 | 5 |"]
