"""accuracy_checker/evaluators.py as the stock accuracy_check calls it, on tiny models."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import evaluators
import tiny_models
from text_to_speech.errors import InputError, ModelError
from text_to_speech.text import SYMBOLS

ROOT = Path(__file__).parents[2]
CONFIGURATIONS = [
    ROOT / "accuracy_checker" / "copy-synthesis.yml",
    ROOT / "models" / "forward-tacotron" / "accuracy-check.yml",
]
EVALUATIONS = [entry for path in CONFIGURATIONS for entry in yaml.safe_load(path.read_text())["evaluations"]]


class Reporter:
    """What the stock tool hands over to show progress."""

    def __init__(self):
        self.calls = []

    def reset(self, size):
        self.calls.append(("reset", size))

    def update(self, index, size):
        self.calls.append(("update", index, size))

    def finish(self):
        self.calls.append("finish")


@pytest.fixture
def folder(recordings):
    """Recordings, and below them tiny models with the names of the real ones."""
    place = recordings / "irs" / "FP32"
    place.mkdir(parents=True)
    tiny_models.save_vocoder(place / "hifi-gan.xml")
    tiny_models.save_duration_prediction(place / "forward-tacotron-duration-prediction.xml", SYMBOLS)
    tiny_models.save_regression(place / "forward-tacotron-regression.xml")
    return recordings


def configuration(folder, *, metrics=("mel_l1", "f0_rmse", "voicing_error"), **dataset):
    return {
        "_models": [folder / "irs"],
        "launchers": [{"framework": "openvino", "device": "CPU"}],
        "datasets": [
            {
                "name": "LJSpeech",
                "data_source": str(folder),
                "metrics": [{"type": metric} for metric in metrics],
                **dataset,
            }
        ],
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["CopySynthesis", "TextToSpeech"])
def test_it_does_what_the_stock_tool_asks(folder, kind, capsys):
    config = configuration(folder)
    evaluation = {"name": "some", "module": f"evaluators.{kind}", "module_config": config}
    evaluator = getattr(evaluators, kind).from_configs(config, orig_config=evaluation)
    reporter = Reporter()
    evaluator.process_dataset(stored_predictions=None, progress_reporter=reporter, store_only=False)
    results, meta = evaluator.extract_metrics_results(
        print_results=True, ignore_results_formatting=False, ignore_metric_reference=False
    )
    assert [result["type"] for result in results] == ["mel_l1", "f0_rmse", "voicing_error"]
    assert results[0]["value"] > 0.1
    assert meta[0] == {"target": "higher-worse", "scale": 1, "postfix": " "}
    assert reporter.calls == [("reset", 2), ("update", 0, 1), ("update", 1, 1), "finish"]
    assert evaluator.dataset_size == 2
    assert capsys.readouterr().out.splitlines()[0] == f"mel_l1: {results[0]['value']:.3f} (mel L1)"
    assert evaluator.get_processing_info(evaluation) == ("some", "openvino", "CPU", None, "LJSpeech")
    evaluator.reset()
    assert evaluator.dataset_size == 0
    evaluator.release()


@pytest.mark.slow
def test_a_part_of_the_dataset(folder):
    evaluator = evaluators.CopySynthesis.from_configs(configuration(folder, subsample_size="1"))
    evaluator.process_dataset()
    assert evaluator.dataset_size == 1
    bad = evaluators.CopySynthesis.from_configs(configuration(folder, subsample_size="10%"))
    with pytest.raises(InputError, match="10%"):
        bad.process_dataset()


@pytest.mark.slow
def test_what_is_refused(folder):
    with pytest.raises(InputError, match="'pesq': expected one of mel_l1"):
        evaluators.TextToSpeech.from_configs(configuration(folder, metrics=["pesq"]))
    (folder / "irs" / "FP16").mkdir()
    tiny_models.save_vocoder(folder / "irs" / "FP16" / "hifi-gan.xml")
    with pytest.raises(ModelError, match=r"expected one hifi-gan\.xml there, found 2"):
        evaluators.CopySynthesis.from_configs(configuration(folder)).process_dataset()


@pytest.mark.parametrize("evaluation", EVALUATIONS, ids=lambda evaluation: evaluation["name"])
def test_the_configurations_name_what_there_is(evaluation):
    module, kind = evaluation["module"].split(".")
    evaluator = getattr(importlib.import_module(module), kind)
    known = [name for name in evaluators.TITLES if name not in evaluator.unknown]
    metrics = evaluation["module_config"]["datasets"][0]["metrics"]
    assert [metric["type"] for metric in metrics] == known
    assert (ROOT / evaluation["python_path"] / f"{module}.py").is_file()


@pytest.mark.slow
def test_it_is_imported_without_the_folders_on_the_path():
    code = f"import sys; sys.path.append({str(ROOT / 'accuracy_checker')!r}); import evaluators"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
