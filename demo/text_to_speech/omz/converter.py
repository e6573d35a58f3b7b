"""Convert models to OpenVINO IR: the command omz_converter, on an OpenVINO that has no Model Optimizer.

    DOWNLOADS/public/NAME/FILE ── pre-convert.py ──▶ RESULTS/public/NAME/NAME.onnx
                                                            │ OpenVINO's ONNX front end
                                                            ▼
                                           RESULTS/public/NAME/FP32/NAME.xml, NAME.bin

The arguments for Model Optimizer in model.yml are translated; one that has no translation is refused, not ignored. An
IR carries the key of what it was made from, so that a second run does nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
import string
import subprocess  # nosec
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import ModelError
from ..files import cannot_write
from ..store.convert import CONVERTER_VERSION, onnx_to_ir
from ..store.model_yml import InputInfo, Model
from ..store.sources import file_sha384
from .selection import Selected, build_parser, precisions, precisions_of, run_for_each, subfolder

PRE_CONVERT = "pre-convert.py"
# The name of the key in the IR, under model_info.
KEY = "source_key"


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What Model Optimizer's arguments ask for.

    Attributes:
        source: The ONNX file.
        inputs: Shapes and layouts.
        outputs: The outputs to keep; an empty tuple keeps all.
    """

    source: Path
    inputs: tuple[InputInfo, ...]
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Folders:
    """The folders of one model: its downloads and its results."""

    downloads: Path
    results: Path


def translate(model: Model, folders: Folders) -> Conversion:
    """Translate the model_optimizer_args of a model.

    Args:
        model: The model; its input_info has the meaning of --input_shape and --layout.
        folders: The folders that $dl_dir and $conv_dir name; $config_dir is the model's own folder.

    Raises:
        ModelError: An argument is malformed or has no translation.
    """
    places = {"dl_dir": folders.downloads, "conv_dir": folders.results, "config_dir": model.folder}
    given = dict(_pairs(model, places))
    inputs = {entry.name: entry for entry in model.input_info}
    names = [name for name in given.pop("--input", "").split(",") if name]
    for name in names:
        inputs.setdefault(name, InputInfo(name))
    order = names or list(inputs)
    for name, shape in _shapes(given.pop("--input_shape", ""), order).items():
        inputs[name] = replace(inputs[name], shape=shape)
    for name, layout in _layouts(given.pop("--layout", ""), order).items():
        inputs[name] = replace(inputs[name], layout=layout)
    outputs = tuple(name for name in given.pop("--output", "").split(",") if name)
    source = given.pop("--input_model", "")
    if given:
        raise ModelError(f"model_optimizer_args: {', '.join(given)} has no translation for this OpenVINO")
    if not source.endswith(".onnx"):
        raise ModelError(f"model_optimizer_args: expected --input_model=….onnx, got {source!r}")
    return Conversion(source=Path(source), inputs=tuple(inputs.values()), outputs=outputs)


def _pairs(model: Model, places: Mapping[str, Path]) -> list[tuple[str, str]]:
    pairs = []
    for argument in model.model_optimizer_args:
        try:
            key, equals, value = string.Template(argument).substitute(places).partition("=")
        except (KeyError, ValueError) as error:
            raise ModelError(f"model_optimizer_args: {argument!r}: no meaning for {error}") from error
        if not key.startswith("--") or not equals:
            raise ModelError(f"model_optimizer_args: expected --key=value, got {argument!r}")
        pairs.append((key, value))
    return pairs


def _shapes(text: str, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Read [1,2],[3] into the shapes of the inputs, in their order."""
    if not text:
        return {}
    parts = text.removeprefix("[").removesuffix("]").split("],[")
    try:
        shapes = [tuple(int(size) for size in part.split(",")) for part in parts]
        return dict(zip(names, shapes, strict=True))
    except ValueError as error:
        raise ModelError(
            f"--input_shape={text}: expected one [1,2,3] for each of {', '.join(names)}"
        ) from error


def _layouts(text: str, names: Sequence[str]) -> dict[str, str]:
    """Read mel(NCW),other(NC) into the layouts of the inputs."""
    layouts = {}
    for part in filter(None, text.split(",")):
        name, _, layout = part.removesuffix(")").partition("(")
        if name not in names or not layout:
            raise ModelError(f"--layout={text}: expected name(LETTERS) with a name out of {', '.join(names)}")
        layouts[name] = layout
    return layouts


def convert(model: Model, folders: Folders, wanted: Sequence[str], *, dry_run: bool = False) -> None:
    """Make the IRs of a model that are not there yet.

    Raises:
        ModelError: A file of the model is missing or cannot be converted.
        OutputError: A result cannot be written.
    """
    if model.framework == "dldt":
        print(f"{model.name}: skipped, it is an IR already")
        return
    if model.framework != "onnx":
        raise ModelError(f"framework {model.framework}: only onnx is converted here, expected an ONNX model")
    chosen = [precision for precision in precisions_of(model) if precision in wanted]
    if not chosen:
        print(f"{model.name}: skipped, it cannot be had in {', '.join(wanted)}")
        return
    conversion = translate(model, folders)
    if dry_run:
        _print_commands(model, folders, conversion, chosen)
        return
    missing = []
    for precision in chosen:
        path = folders.results / precision / f"{model.name}.xml"
        if _key_of(path) == _key(model, precision):
            print(f"{model.name}: {path} is there already")
        else:
            missing.append(precision)
    if missing:
        _pre_convert(model, folders)
    for precision in missing:
        print(f"{model.name}: made {_convert(model, folders, conversion, precision)}", flush=True)


def _key(model: Model, precision: str) -> str:
    """Return a digest of what decides about an IR: the model's folder, the precision, and what converts."""
    import openvino

    facts = [precision, str(CONVERTER_VERSION), openvino.get_version()]
    for path in sorted(model.folder.iterdir()):
        if path.is_file() and path.suffix not in (".md", ""):
            facts.append(f"{path.name}={file_sha384(path)}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _key_of(path: Path) -> str:
    """Return the key that an IR carries; an empty text if the IR is missing, damaged or made by other tools."""
    from ..inference.runtime import core

    if not path.is_file():
        return ""
    try:
        return str(core().read_model(path).get_rt_info(["model_info", KEY]).astype(str))
    except RuntimeError:
        return ""


def _pre_convert_command(model: Model, folders: Folders) -> list[str]:
    script = model.folder / PRE_CONVERT
    return [sys.executable, "--", str(script), "--", str(folders.downloads), str(folders.results)]


def _pre_convert(model: Model, folders: Folders) -> None:
    """Run the model's pre-convert.py where it has one."""
    try:
        folders.results.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folders.results, error) from error
    if not (model.folder / PRE_CONVERT).is_file():
        return
    command = _pre_convert_command(model, folders)  # no shell, only the model's own program
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # nosec
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise ModelError(f"{PRE_CONVERT} failed: {lines[-1].removeprefix(f'{model.name}: ')}")


def _convert(model: Model, folders: Folders, conversion: Conversion, precision: str) -> Path:
    """Write one IR; the .xml last, so that there is none without its weights."""
    folder = folders.results / precision
    names = (f"{model.name}.bin", f"{model.name}.xml")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".converting-", dir=folder) as work:
            onnx_to_ir(
                conversion.source,
                Path(work) / names[-1],
                precision=precision,
                inputs=conversion.inputs,
                outputs=conversion.outputs,
                info={"name": model.name, KEY: _key(model, precision), **_texts(model.model_info)},
            )
            for name in names:
                (Path(work) / name).replace(folder / name)
    except OSError as error:
        raise cannot_write(folder / names[-1], error) from error
    return folder / names[-1]


def _texts(info: Mapping[str, object]) -> dict[str, str]:
    return {
        key: " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in info.items()
    }


def _print_commands(model: Model, folders: Folders, conversion: Conversion, chosen: Sequence[str]) -> None:
    """Print the commands of a conversion. Layouts and model_info are missing in them, because ovc cannot set them."""
    if (model.folder / PRE_CONVERT).is_file():
        print(shlex.join(_pre_convert_command(model, folders)))
    shapes = [
        f"{entry.name}{list(entry.shape)}".replace(" ", "") for entry in conversion.inputs if entry.shape
    ]
    for precision in chosen:
        command = ["ovc", str(conversion.source)]
        command += ["--output_model", str(folders.results / precision / f"{model.name}.xml")]
        command += [f"--compress_to_fp16={precision == 'FP16'}"]
        command += ["--input", ",".join(shapes)] if shapes else []
        command += ["--output", ",".join(conversion.outputs)] if conversion.outputs else []
        print(shlex.join(command))


def build_options() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = build_parser("omz_converter", "Convert models to OpenVINO IR.")
    add = parser.add_argument
    add(
        "-d",
        "--download_dir",
        type=Path,
        metavar="DIR",
        default=Path(),
        help="downloaded files (default: here)",
    )
    add(
        "-o", "--output_dir", type=Path, metavar="DIR", help="where the IRs go (default: the download folder)"
    )
    add(
        "--precisions",
        type=precisions,
        metavar="PREC[,PREC...]",
        help="such as FP16 or FP16,FP32 (default: all)",
    )
    add("--dry_run", action="store_true", help="print the commands of the conversion without running them")
    return parser


def _work_on(choice: Selected, options: argparse.Namespace) -> None:
    for model in choice.models():
        place = subfolder(model, choice.root)
        folders = Folders(options.download_dir / place, (options.output_dir or options.download_dir) / place)
        convert(model, folders, options.precisions or precisions_of(model), dry_run=options.dry_run)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    return run_for_each(_work_on, build_options(), argv)


if __name__ == "__main__":
    sys.exit(main())
