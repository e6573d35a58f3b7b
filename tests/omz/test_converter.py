import numpy as np
import openvino
import pytest
import yaml

from text_to_speech.errors import ModelError
from text_to_speech.omz import converter
from text_to_speech.omz.converter import Folders, main, translate
from text_to_speech.store.model_yml import InputInfo, read_model
from tiny_zoo import CHECKPOINT, write_doubler

PRE_CONVERT = """
import shutil, sys
from pathlib import Path
downloads, results = map(Path, sys.argv[-2:])
if not (downloads / "source.onnx").is_file():
    sys.exit("twice: source.onnx is not there")
shutil.copy(downloads / "source.onnx", results / "twice.onnx")
"""


@pytest.fixture
def root(tmp_path):
    """A zoo of one model, which doubles."""
    folder = tmp_path / "models" / "twice"
    folder.mkdir(parents=True)
    model = {
        "description": "It doubles.",
        "task_type": "text_to_speech",
        "files": [],
        "input_info": [{"name": "data", "shape": [1, 5, 3], "layout": "NCW"}],
        "model_optimizer_args": ["--input_model=$conv_dir/twice.onnx", "--output=mel"],
        "framework": "onnx",
        "license": "https://example.org/LICENSE",
        "model_info": {"labels": ["a", "b"]},
    }
    (folder / "model.yml").write_text(yaml.safe_dump(model))
    (folder / "pre-convert.py").write_text(PRE_CONVERT)
    downloads = tmp_path / "work" / "public" / "twice"
    downloads.mkdir(parents=True)
    write_doubler(downloads / "source.onnx")
    return folder.parent


@pytest.fixture
def run(root, tmp_path, capsys):
    def run(*arguments):
        status = main(["--model_root", str(root), "-d", str(tmp_path / "work"), *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def results(tmp_path):
    return tmp_path / "work" / "public" / "twice"


def change(root, **changes):
    path = root / "twice" / "model.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))


def test_a_model_becomes_ir_of_both_precisions(run, results):
    status, out, err = run("--all")
    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 2
    for precision in ("FP16", "FP32"):
        assert {path.name for path in (results / precision).iterdir()} == {"twice.xml", "twice.bin"}
        model = openvino.Core().read_model(results / precision / "twice.xml")
        assert model.input("data").shape == [1, 5, 3]
        assert model.input("data").get_node().layout == openvino.Layout("NCW")
        assert str(model.get_rt_info(["model_info", "labels"]).astype(str)) == "a b"
        np.testing.assert_array_equal(
            openvino.Core().compile_model(model, "CPU")(np.ones((1, 5, 3)))["mel"], 2
        )


def test_results_go_elsewhere_and_precisions_are_chosen(run, tmp_path):
    assert run("--name", "twice", "-o", tmp_path / "out", "--precisions", "FP16,FP16-INT8")[0] == 0
    assert {path.name for path in (tmp_path / "out" / "public" / "twice").iterdir()} == {"FP16", "twice.onnx"}
    status, out, _ = run("--all", "--precisions", "FP32-INT8")
    assert status == 0
    assert "skipped" in out


def test_a_second_run_does_nothing(run, monkeypatch):
    assert run("--all")[0] == 0
    monkeypatch.setattr(converter, "onnx_to_ir", None)
    monkeypatch.setattr(converter, "_pre_convert", None)
    status, out, _ = run("--all")
    assert status == 0
    assert out.count("is there already") == 2


def test_nothing_stale_and_nothing_damaged_is_kept(run, root, results):
    run("--all", "--precisions", "FP32")
    change(root, input_info=[{"name": "data", "shape": [1, 7, 3]}])
    assert "made" in run("--all", "--precisions", "FP32")[1]
    assert openvino.Core().read_model(results / "FP32" / "twice.xml").input(0).shape == [1, 7, 3]
    (results / "FP32" / "twice.bin").unlink()
    assert "made" in run("--all", "--precisions", "FP32")[1]
    assert (results / "FP32" / "twice.bin").is_file()
    assert "already" in run("--all", "--precisions", "FP32")[1]


def test_an_output_can_be_left_out(run, root, results):
    import onnx

    path = results / "source.onnx"
    model = onnx.load(path)
    model.graph.output.append(model.graph.output[0])
    model.graph.node.append(onnx.helper.make_node("Neg", ["data"], ["other"]))
    model.graph.output[1].name = "other"
    onnx.save(model, path)
    assert run("--all", "--precisions", "FP32")[0] == 0
    converted = openvino.Core().read_model(results / "FP32" / "twice.xml")
    assert [output.any_name for output in converted.outputs] == ["mel"]


def test_a_dry_run_prints_the_commands_and_does_nothing(run, results):
    status, out, _ = run("--all", "--dry_run")
    lines = out.splitlines()
    assert status == 0
    assert "pre-convert.py" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == ["ovc", "ovc"]
    assert "'data[1,5,3]'" in lines[1]
    assert [path.name for path in results.iterdir()] == ["source.onnx"]


def test_a_failure_is_one_line_and_stops_no_other_model(run, root, results):
    (results / "source.onnx").unlink()
    (root / "aaa").mkdir()
    (root / "aaa" / "model.yml").write_text("- no model")
    (root / "zzz").mkdir()
    model = yaml.safe_load((root / "twice" / "model.yml").read_text())
    model["model_optimizer_args"][0] = "--input_model=$config_dir/zzz.onnx"
    (root / "zzz" / "model.yml").write_text(yaml.safe_dump(model))
    write_doubler(root / "zzz" / "zzz.onnx")
    status, out, err = run("--all", "--precisions", "FP32")
    assert status == 1
    assert len(err.splitlines()) == 3
    assert "error: aaa: " in err
    assert "error: twice: pre-convert.py failed: source.onnx is not there" in err
    assert out.startswith("zzz: made")


def test_a_failed_conversion_leaves_nothing(run, root, results):
    change(root, input_info=[{"name": "data", "shape": [1, 7, 4]}])
    status, _, err = run("--all")
    assert status == 1
    assert "cannot be converted" in err
    assert sorted(path.name for path in results.rglob("*") if path.is_file()) == ["source.onnx", "twice.onnx"]


def test_results_that_cannot_be_written(run, tmp_path):
    (tmp_path / "out").touch()
    status, _, err = run("--all", "-o", tmp_path / "out")
    assert status == 1
    assert "cannot be written" in err


def test_the_real_way_from_a_checkpoint(zoo, site, tmp_path, capsys):
    """A pre-convert.py of this repository does its work when the converter calls it."""
    source = (converter.Path(__file__).parents[2] / "models" / "hifi-gan" / "pre-convert.py").read_text()
    demo = str(converter.Path(__file__).parents[2] / "demo")
    (zoo / "tiny" / "pre-convert.py").write_text(
        source.replace('HERE.parents[1] / "demo"', f"Path({demo!r})")
    )
    downloads = tmp_path / "public" / "tiny"
    downloads.mkdir(parents=True)
    (downloads / "generator.pth.tar").write_bytes(CHECKPOINT.read_bytes())
    assert main(["--model_root", str(zoo), "--all", "-d", str(tmp_path), "--precisions", "FP32"]) == 0
    assert openvino.Core().read_model(downloads / "FP32" / "tiny.xml").output("audio").shape == [1, 1, 64]


# Model Optimizer's arguments.


def translated(root, tmp_path, arguments, **changes):
    change(root, model_optimizer_args=["--input_model=$conv_dir/x.onnx", *arguments], **changes)
    return translate(read_model(root / "twice"), Folders(tmp_path / "d", tmp_path / "c"))


def test_arguments_say_more_than_input_info(root, tmp_path):
    arguments = ["--input=b,a", "--input_shape=[1,2],[3]", "--layout=a(W)", "--output=x,y"]
    conversion = translated(root, tmp_path, arguments, input_info=[{"name": "a", "shape": [9]}])
    assert conversion.source == tmp_path / "c" / "x.onnx"
    assert conversion.outputs == ("x", "y")
    assert set(conversion.inputs) == {InputInfo("b", (1, 2)), InputInfo("a", (3,), "W")}


def test_places(root, tmp_path):
    for place, folder in (("dl", tmp_path / "d"), ("conv", tmp_path / "c"), ("config", root / "twice")):
        change(root, model_optimizer_args=[f"--input_model=${place}_dir/x.onnx"])
        conversion = translate(read_model(root / "twice"), Folders(tmp_path / "d", tmp_path / "c"))
        assert conversion.source == folder / "x.onnx"


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("--mean_values=data[1]", "--mean_values"),
        ("--reverse_input_channels", "--reverse_input_channels"),
        ("--x=$mo_dir", "mo_dir"),
        ("--input_shape=[1,x]", "--input_shape"),
        ("--input_shape=[1],[2]", "--input_shape"),
        ("--layout=other(NC)", "--layout"),
        ("--layout=data", "--layout"),
        ("--input_model=model.pb", "model.pb"),
    ],
)
def test_arguments_without_a_translation_are_refused(root, tmp_path, argument, named):
    with pytest.raises(ModelError) as caught:
        translated(root, tmp_path, [argument])
    assert named in str(caught.value)


def test_other_frameworks(run, root):
    change(root, framework="dldt")
    assert "IR already" in run("--all")[1]
    change(root, framework="tf")
    status, _, err = run("--all")
    assert status == 1
    assert "framework tf" in err


def test_print_all(run):
    assert run("--print_all") == (0, "twice\n", "")
