"""Model files: found, read, and checked before they are compiled.

model = read_model(model_path("hifi-gan"))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import ModelError, telling_line
from ..forks import check_not_forked
from ..openvino_import import openvino
from .runtime import Precision, core

FRONTEND_FAILURES = (
    openvino.frontend.GeneralFailure,
    openvino.frontend.InitializationFailure,
    openvino.frontend.NotImplementedFailure,
    openvino.frontend.OpConversionFailure,
    openvino.frontend.OpValidationFailure,
)


def model_path(model: str | Path, *, precision: Precision = "auto") -> Path:
    """Return the file of a model. A path stays as it is; a model of this repository is converted on first use.

    Args:
        model: A path that ends in .xml or .onnx, or the name of a model of this repository.
        precision: As in `resolve_target`. With `int8`, a name means the quantized IR, which is not made here.

    Raises:
        ModelError: There is no such model, or it is not quantized yet.
    """
    if isinstance(model, Path) or Path(model).suffix or len(Path(model).parts) > 1:
        return Path(model)
    from ..store import ensure_ir, quantized_ir

    return quantized_ir(model) if precision == "int8" else ensure_ir(model)


def check_quantized(model: openvino.Model, path: str | Path) -> None:
    """Refuse a model without quantized layers, which would run in another precision than int8.

    Raises:
        ModelError: It has none.
    """
    if not any(node.get_type_name() == "FakeQuantize" for node in model.get_ops()):
        raise ModelError(f"model {path} is not quantized: expected for int8 an IR that omz_quantizer made")


def read_model(path: str | Path) -> openvino.Model:
    """Read an IR (.xml with its .bin) or an ONNX file.

    Raises:
        ModelError: The file is missing, or is not a model.
    """
    check_not_forked()
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"model {path} is not there: expected an OpenVINO IR (.xml) or an ONNX file")
    if path.suffix not in (".xml", ".onnx"):
        raise ModelError(f"model {path}: expected a name that ends in .xml (OpenVINO IR) or .onnx")
    if path.suffix == ".xml" and not path.with_suffix(".bin").is_file():
        raise ModelError(
            f"model {path} lacks its weights: expected {path.with_suffix('.bin').name} beside it"
        )
    try:
        return _read_ir(path) if path.suffix == ".xml" else _read_onnx(path)
    except (OSError, RuntimeError, *FRONTEND_FAILURES) as error:
        raise ModelError(f"{path} is not a model that OpenVINO reads: {telling_line(error)}") from error


# Core.read_model tries one frontend after the other, and some of them write to standard error if a file has another
# format. So a file that claims to be an IR is looked into first, and an ONNX file goes to its own frontend.


def _read_ir(path: Path) -> openvino.Model:
    with path.open("rb") as file:
        if b"<net" not in file.read(4096):
            raise RuntimeError("it does not begin as an IR does")
    return core().read_model(path)


def _read_onnx(path: Path) -> openvino.Model:
    frontend = openvino.frontend.FrontEndManager().load_by_framework("onnx")
    return frontend.convert(frontend.load(str(path)))


def check_interface(
    model: openvino.Model, path: str | Path, inputs: Mapping[str, str], outputs: Mapping[str, str]
) -> None:
    """Refuse a model whose inputs or outputs are not the expected ones.

    Args:
        model: The model.
        path: Where the model was read from, for the message.
        inputs: Name to shape, written as `"?,80,?"`; a question mark is any length.
        outputs: Name to shape of the outputs. A model may have more outputs, but no more inputs.

    Raises:
        ModelError: A name is missing or superfluous, or a shape is not compatible with the expected one.
    """
    for what, ports, expected in (("input", model.inputs, inputs), ("output", model.outputs, outputs)):
        found = {name: port for port in ports for name in port.get_names()}
        wanted = ", ".join(f"{name} [{shape}]" for name, shape in expected.items())
        given = ", ".join(f"{min(p.get_names(), default='unnamed')} {p.get_partial_shape()}" for p in ports)
        fits = all(
            name in found and found[name].get_partial_shape().compatible(openvino.PartialShape(f"[{shape}]"))
            for name, shape in expected.items()
        )
        if not fits or (what == "input" and len(ports) > len(expected)):
            raise ModelError(f"model {path} has {what}s {given or 'none'}: expected {wanted}")


def reshaped(model: openvino.Model, shapes: Mapping[str, Sequence[int]], path: str | Path) -> openvino.Model:
    """Return a copy of a model with other input shapes.

    Args:
        model: The model; stays as it is.
        shapes: Input name to shape; -1 is any length.
        path: Where the model was read from, for the message.

    Raises:
        ModelError: The model cannot take these shapes.
    """
    copy = model.clone()
    try:
        copy.reshape({name: openvino.PartialShape(list(shape)) for name, shape in shapes.items()})
    except RuntimeError as error:
        wanted = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
        raise ModelError(f"model {path} cannot be reshaped to {wanted}: {telling_line(error)}") from error
    return copy
