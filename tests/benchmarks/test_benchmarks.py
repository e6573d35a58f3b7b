import argparse
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import openvino
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.inference.mel import HOP_LENGTH, N_MELS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NAMES = sorted(path.stem for path in BENCHMARKS.glob("*.py"))
SHARED = ("measuring", "runtimes", "texts")
CONTEXT = 14


@pytest.fixture(scope="module")
def benchmarks():
    """Every module of the folder, by name."""
    others = {name: sys.modules.pop(name) for name in NAMES if name in sys.modules}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield {name: importlib.import_module(name) for name in NAMES}
    for name in NAMES:
        del sys.modules[name]
    sys.modules.update(others)


@pytest.fixture(scope="module")
def measuring(benchmarks):
    return benchmarks["measuring"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SHARED])
def test_help_names_what_the_benchmark_answers(benchmarks, name, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stop:
        benchmarks[name].main()
    shown = capsys.readouterr().out
    assert stop.value.code == 0
    assert "--json FILE" in shown
    assert f"python benchmarks/{name}.py" in benchmarks[name].__doc__


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SHARED])
def test_every_benchmark_is_in_the_readme(name):
    assert f"benchmarks/{name}.py" in (BENCHMARKS / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plain_and_kept(benchmarks, tiny):
    """The tiny vocoder as it is and with kept state, and by how many samples that is late."""
    core = openvino.Core()
    model = core.read_model(tiny.vocoder)
    model.reshape({"mel": openvino.PartialShape([1, N_MELS, -1])})
    kept, delay = benchmarks["kept_state"].with_state(model)
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = (core.compile_model(m, "CPU", exact) for m in (model, kept))
    return (*(m.create_infer_request() for m in compiled), delay)


@given(chunks=st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_kept_state_speaks_as_the_plain_model_but_later(benchmarks, plain_and_kept, chunks):
    plain, kept, delay = plain_and_kept
    speak = benchmarks["kept_state"].speak
    ends = np.cumsum([2 * CONTEXT, *chunks])
    mel = np.random.default_rng(0).normal(-5, 2, size=(1, N_MELS, ends[-1])).astype(np.float32)
    kept.reset_state()
    pieces = np.split(mel, ends[:-1], axis=2)
    late = np.concatenate([speak(kept, piece) for piece in pieces])
    whole = speak(plain, mel)
    assert late.shape == whole.shape
    start = CONTEXT * HOP_LENGTH
    assert np.abs(late[delay + start :] - whole[start:-delay]).max() < 1e-5


def test_cases_run_in_turn_and_warm_up_does_not_count(measuring):
    order = []
    cases = {name: lambda name=name: order.append(name) for name in "ab"}
    costs = measuring.interleaved(cases, rounds=2, times=2, warm=1)
    assert "".join(order) == "ab" + "aabb" * 2
    assert costs.keys() == cases.keys()


def test_the_median_of_odd_rounds_is_one_of_them(measuring):
    costs = [measuring.Cost(wall=wall, cpu=cpu) for wall, cpu in ((1, 9), (2, 7), (100, 8))]
    assert measuring.median(costs) == measuring.Cost(wall=2, cpu=8)


def test_medians_of_rows_keep_what_is_no_number(measuring):
    rows = [{"a": 1.0, "b": "x"}, {"a": 5.0, "b": "x"}, {"a": 2.0, "b": "x"}]
    assert measuring.medians(rows) == {"a": 2.0, "b": "x"}


def test_a_report_is_a_table_and_a_file(measuring, tmp_path, capsys):
    report = measuring.Report(tmp_path / "figures.json")
    report.table(
        "Speed", [{"case": "one", "s": 0.123456, "MB": 512.4}, {"case": "two", "s": None, "MB": 1.0}]
    )
    shown = capsys.readouterr().out
    assert "| case | s | MB |\n|---|---|---|\n| one | 0.123 | 512 |\n| two |  | 1.00 |" in shown
    content = json.loads((tmp_path / "figures.json").read_text())
    assert content["tables"]["Speed"][0] == {"case": "one", "s": 0.123456, "MB": 512.4}
    assert content["machine"]["processor"]
    assert content["machine"]["openvino"]


def test_a_process_of_its_own_gives_its_last_line(measuring):
    program = "import os; print('noise'); print('{\"x\": ' + os.environ['NUMBER'] + '}')"
    assert measuring.in_own_process("-c", program, environment={"NUMBER": "7"}) == {"x": 7}


def test_a_process_that_fails_is_told_in_one_line(measuring):
    with pytest.raises(SystemExit, match="in a process of its own: KeyError: 'lost'"):
        measuring.in_own_process("-c", "raise KeyError('lost')")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_peak_covers_what_was_given_back(measuring):
    program = f"""
import json, sys
sys.path.insert(0, {str(BENCHMARKS)!r})
from measuring import peak_megabytes
before = peak_megabytes()
b"x" * 100_000_000
print(json.dumps({{"grown": peak_megabytes() - before}}))
"""
    assert 90 < measuring.in_own_process("-c", program)["grown"] < 120


def test_the_book_is_as_long_as_asked_and_its_sentences_differ(benchmarks):
    book = benchmarks["texts"].book
    text = book(5_000)
    assert 5_000 <= len(text) < 5_300
    assert text == book(5_000)
    assert len({len(sentence) for sentence in text.split(".")}) > 20
    assert len(benchmarks["texts"].TEXTS["paragraph"]) in range(950, 1_050)


def test_what_is_not_installed_is_skipped_by_name(benchmarks, capsys):
    def missing():
        raise ModuleNotFoundError("No module named 'x'", name="x")

    cases = benchmarks["vocoder"].available({"there": lambda: print, "not there": missing})
    assert cases == {"there": print}
    assert "skipped: not there: x is not installed" in capsys.readouterr().out


# With the tiny vocoder and the real acoustic models: the benchmarks take no names for those.


def test_speaking_to_a_file_is_measured(benchmarks, tiny):
    figures = benchmarks["memory"].speak(str(tiny.vocoder), "auto", 100)
    assert figures["audio s"] > 3
    assert figures["wall s"] > 0


def test_many_utterances_have_many_lengths(benchmarks, tiny):
    figures = benchmarks["memory"].speak_many(str(tiny.vocoder), "auto", [2, 5], 4)
    assert len(figures["resident MB"]) == 2
    # Two of the five may happen to be as long.
    assert 4 <= figures["lengths"] <= 5
    assert figures["audio s"] > 1


def test_growth_is_from_one_number_of_utterances_to_the_next(benchmarks, monkeypatch):
    found = {"resident MB": [300.0, 310.5], "lengths": 9, "audio s": 20.0, "wall s": 1.0, "CPU s": 2.0}
    monkeypatch.setattr(benchmarks["memory"], "in_own_process", lambda *command: found)
    first, last = benchmarks["memory"].rows_of_many("tiny", "auto", [50, 500], 4)
    assert (first["utterances"], first["growth MB"], first["lengths"]) == (50, None, None)
    assert (last["utterances"], last["growth MB"], last["lengths"]) == (500, 10.5, 9)
    assert list(first) == list(last)


def test_the_stages_are_parts_of_the_whole(benchmarks, tiny):
    run = benchmarks["pipeline"].speak(str(tiny.vocoder), "f32")
    assert run["first call ms"] > 0
    sentence = run["texts"]["sentence"]
    stages = [sentence[f"of it {stage}"] for stage in ("text", "acoustic", "vocoder")]
    assert all(stage > 0 for stage in stages)
    table = [
        *benchmarks["pipeline"].rows_of("tiny", [run, run]),
        benchmarks["pipeline"].first_row("tiny", [run]),
    ]
    assert [row["vocoder"] for row in table] == ["tiny"] * 4


def test_windows_are_compared_with_the_best_single_one(benchmarks, tiny):
    base, *rows = benchmarks["windows"].measure(str(tiny.vocoder), seconds=10.0, rounds=1)
    assert base["ratio"] == 1
    assert len(rows) == 4
    assert all(row["ratio"] > 0 for row in rows)


def test_a_peer_speaks_both_texts(benchmarks, tiny):
    figures = benchmarks["peers"].speak("ours", str(tiny.vocoder))
    row, longer = benchmarks["peers"].rows_of("ours", [figures])
    assert (row["text"], longer["text"]) == ("sentence", "paragraph")
    assert row["audio s"] < longer["audio s"]


def test_lines_are_spoken_to_files(benchmarks, tiny, tmp_path):
    (tmp_path / "lines.txt").write_text("One.\n\n Two, three.\n", encoding="utf-8")
    spoken = benchmarks["peers"].speak_lines("ours", str(tiny.vocoder), tmp_path / "lines.txt", tmp_path)
    assert spoken == {"rate": 22_050, "files": ["0.npy", "1.npy"]}
    first, second = (np.load(tmp_path / name, allow_pickle=False) for name in spoken["files"])
    assert first.dtype == np.float32
    assert 0 < first.size < second.size


@pytest.mark.training
def test_judged_lines_become_one_row(benchmarks):
    pytest.importorskip("whisper_normalizer")
    from evaluation.hearing import Heard
    from evaluation.judges import Quality

    class Panel:
        def hear(self, waveform, *, rate):
            quality = Quality(overall=waveform[0], signal=3.5, background=4.0, p808=4.1)
            return Heard(transcript="red fish", quality=quality, clicks=0, seconds=1.0)

    waveforms = [np.array([3.0]), np.array([4.0])]
    row = benchmarks["quality"].judge(Panel(), None, "tiny", ["Red fish.", "Red fox!"], waveforms)
    assert "DistillMOS" not in row
    second = type("Second", (), {"rate": staticmethod(lambda waveform: waveform[0] + 1)})
    row = benchmarks["quality"].judge(Panel(), second, "tiny", ["Red fish.", "Red fox!"], waveforms)
    assert (row["DistillMOS"], row["worst"]) == (4.5, 4.0)
    assert row["word error rate %"] == 25.0
    assert row["DNSMOS overall"] == 3.5
    assert row["audio s"] == 2.0


def test_a_peer_that_is_not_installed_is_skipped(benchmarks, capsys):
    parser = argparse.ArgumentParser()
    benchmarks["measuring"].add_vocoders(parser)
    benchmarks["peers"].add_pythons(parser)
    absent = [f"--{peer}=no/such/python" for peer in benchmarks["peers"].PEERS]
    found = benchmarks["peers"].contestants(parser.parse_args(absent))
    assert list(found) == ["this, hifi-gan"]
    printed = capsys.readouterr().out
    assert "skipped: piper" in printed
    assert "kokoro" not in printed  # without a folder nobody asked for it
    benchmarks["peers"].contestants(parser.parse_args([*absent, "--kokoro-model", "folder"]))
    assert "skipped: kokoro" in capsys.readouterr().out
