"""Vocoders compared voice by voice: the teacher's sentences, figures that are kept, tables."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

import generate_voices
from spoken import spoken

pytest.importorskip("torch")
pytest.importorskip("soxr")

from vocoder import evaluate_voices as module

pytestmark = pytest.mark.training


def test_the_teachers_sentences_come_with_the_pitch_that_they_were_spoken_at(tmp_path: Path):
    records = [(f"text {hz}", "tˈɛkst", spoken(2.0, hz=hz)) for hz in (110.0, 220.0)]
    generate_voices.save(records, tmp_path / "validation")
    given = module.taught(tmp_path / "validation", 5)
    assert [p.text for p in given.passages] == ["text 110.0", "text 220.0"]
    for piece, passage, audio, hz in zip(
        given.pieces, given.passages, given.originals, (110, 220), strict=True
    ):
        assert isinstance(piece, module.MelPiece)
        frames = piece.mel.shape[1]
        assert piece.contour.shape == (2, frames)
        assert audio.size == 256 * frames
        assert np.median(passage.contour) == pytest.approx(hz, rel=0.1)


def test_what_was_measured_is_kept_and_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    scores = module.Scores(tmp_path / "scores.json")
    scores.add("cost|best|light", {"vocoder": 0.01, "warm": float("nan")})
    again = module.Scores(tmp_path / "scores.json")
    assert again.rows == {"cost|best|light": {"vocoder": 0.01, "warm": None}}
    monkeypatch.setattr(module, "cost_in_own_process", lambda args, name, isa: {"vocoder": 0.02})
    module.measure(argparse.Namespace(vocoders=["light"], voices=["heart"]), again)
    assert again.rows["cost|best|light"]["vocoder"] == 0.01
    assert again.rows["cost|AVX2|light"]["vocoder"] == 0.02


def test_a_table_has_the_mean_over_seeds_and_the_worst_of_all():
    rows = {f"drawn|heart|light|{seed}": {"distillmos": 4.0 + seed, "worst": 3.0 + seed} for seed in (0, 1)}
    lines = list(module.tables(rows | {"drawn|heart|itself|0": {}, "cost|AVX2|light": {"vocoder": 0.02}}))
    assert [line for line in lines if "light" in line] == [
        "| cost AVX2 light | 0.0200 | – | – | – | – |",
        "| drawn heart light | 4.500 | 3.00 | – | – | – | – | – | – | – |",
    ]
    assert not any("itself" in line for line in lines)
