import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import tiny_models
from text_to_speech.inference.mel import N_MELS, SAMPLE_RATE

CHECKER = Path(__file__).parents[2] / "accuracy_checker"


@pytest.fixture(scope="module")
def study():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(CHECKER)
        import int8_study

        yield int8_study
    sys.modules.pop("int8_study")


@pytest.fixture
def results():
    def scores(quality):
        return {"DNSMOS": 3.25, "P.808": quality, "WER %": 3.1}

    return {
        "f32": {"sentences": scores(4.0), "recordings": scores(3.9), "time": 1.0, "MB": 55.7},
        "default": {"sentences": scores(3.5), "recordings": scores(3.4), "time": 0.42, "MB": 14.1},
    }


def test_the_table_has_a_line_for_every_point(study, results):
    lines = study.table(results).splitlines()
    assert lines[0] == "| | point | time | MB | DNSMOS | P.808 | WER % |"
    assert lines[3].startswith(
        "| default | NNCF's defaults, mixed preset | 0.42 | 14.1 | 3.25 / 3.25 | 3.50 / 3.40 |"
    )


def test_the_picture_shows_every_point(study, results, tmp_path):
    cv2 = pytest.importorskip("cv2")
    study.draw(results, tmp_path / "int8.png")
    dots = (cv2.imread(str(tmp_path / "int8.png")) == study.DOT).all(axis=2)
    assert cv2.connectedComponents(dots.astype(np.uint8))[0] - 1 == len(results)


@pytest.mark.slow
def test_times_are_measured_of_every_point(study, tmp_path):
    paths = {
        "f32": tiny_models.save_vocoder(tmp_path / "vocoder.xml"),
        "default": tiny_models.save_quantized_vocoder(tmp_path / "quantized.xml"),
    }
    spent = study.times(paths, np.zeros((1, N_MELS, 128), np.float32))
    assert spent.keys() == paths.keys()
    assert all(value > 0 for value in spent.values())


def test_recordings_that_are_there_are_read(study, tmp_path):
    (tmp_path / "wavs").mkdir()
    soundfile.write(tmp_path / "wavs" / "b.wav", np.zeros(256 * 20), SAMPLE_RATE)
    (tmp_path / "metadata.csv").write_text("a|x|y\nb|Mr X|Mister X\n", encoding="utf-8")
    (clip,) = study.read_recordings(tmp_path, "metadata.csv", 5)
    assert (clip.name, clip.words, clip.mel.shape) == ("b", "Mister X", (1, N_MELS, 20))


def test_an_unknown_point_is_refused(study, tmp_path, capsys):
    arguments = ["--sentences", "x", "--recordings", "x", "--work", str(tmp_path), "--points", "best"]
    assert study.main(arguments) == 1
    assert "--points best: expected some of f32, bf16" in capsys.readouterr().err
