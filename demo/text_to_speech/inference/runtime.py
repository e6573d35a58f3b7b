"""Where and how a model runs: OpenVINO devices, precision, compilation and its cache.

Precision is chosen here and never inherited. OpenVINO's own default on a CPU that knows bf16 is bf16, which
can be slower than f32 and costs HiFi-GAN all but 27 dB of its signal-to-noise ratio, so a CPU
gets f32 unless the caller asks otherwise; a GPU and an NPU get f16.

    target = resolve_target("AUTO:GPU,CPU")
    model = compile_model(read_model(path), target, path)
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openvino
import openvino.frontend

from ..errors import DeviceError, InputError, ModelError, telling_line
from ..forks import check_not_forked, loading_models
from .compiled import compile_kept

logger = logging.getLogger(__name__)

PRECISIONS = ("auto", "f32", "f16", "bf16", "int8")
HINTS = ("latency", "throughput")
# OpenVINO's names of what a device can do
CAPABILITIES = {"f32": "FP32", "f16": "FP16", "bf16": "BF16", "int8": "INT8"}
GROUPS = ("AUTO", "HETERO", "MULTI")  # virtual devices that share the work among real ones

FRONTEND_FAILURES = (
    openvino.frontend.GeneralFailure,
    openvino.frontend.InitializationFailure,
    openvino.frontend.NotImplementedFailure,
    openvino.frontend.OpConversionFailure,
    openvino.frontend.OpValidationFailure,
)

# For every length of input the CPU plugin makes kernels anew and keeps them, and oneDNN below it keeps them once
# more: 30 MB for each length that HiFi-GAN meets, and sentences have hundreds of lengths. So oneDNN is told to keep
# none, by this environment variable, which it reads when it makes its first kernel, and the plugin only a few.
ONEDNN_CACHE = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"

_core: openvino.Core | None = None
_core_lock = threading.Lock()

CPU_REASON = "exact; OpenVINO's own choice may be bf16, which is not"
ACCELERATOR_REASON = "what this kind of device computes fastest"
ASKED_REASON = "asked for"
EMULATED_REASON = "asked for; emulated on this CPU, slower than f32 and less exact"
INT8_REASON = "and in int8 what is quantized, asked for"


@dataclass(frozen=True)
class Member:
    """One real device and the precision that it computes in.

    Attributes:
        device: OpenVINO's name of it, such as `CPU` or `GPU.1`.
        precision: One of f32, f16 and bf16; of a quantized model, what its other layers are computed in.
        reason: Why this precision, for the start-up report.
    """

    device: str
    precision: str
    reason: str

    def config(self, *, kernels: int = 0) -> dict[str, Any]:
        """Return the properties that are this device's own; see `compile_model`."""
        config: dict[str, Any] = {"INFERENCE_PRECISION_HINT": self.precision}
        if _kind(self.device) == "CPU":
            config["CPU_RUNTIME_CACHE_CAPACITY"] = kernels
        return config

    def __str__(self) -> str:
        return f"{self.device} in {self.precision} ({self.reason})"


@dataclass(frozen=True)
class Target:
    """A device string that OpenVINO understands and the real devices behind it.

    Attributes:
        device: What the caller asked for, in capitals, such as `AUTO:GPU,CPU`.
        members: The real devices, in order of preference.
    """

    device: str
    members: tuple[Member, ...]

    def __str__(self) -> str:
        members = ", ".join(str(member) for member in self.members)
        return members if len(self.members) == 1 and not self.is_group else f"{self.device}: {members}"

    @property
    def is_group(self) -> bool:
        """Whether this is one of AUTO, HETERO and MULTI."""
        return self.device.partition(":")[0] in GROUPS

    @property
    def needs_static_shapes(self) -> bool:
        """Whether a member refuses dynamic shapes, as every NPU does."""
        return any(_kind(member.device) == "NPU" for member in self.members)

    def config(self, *, kernels: int = 0, hint: str = "latency") -> dict[str, Any]:
        """Return the properties a model is compiled with on this target; see `compile_model`."""
        config: dict[str, Any] = {"PERFORMANCE_HINT": hint.upper()}
        each = {member.device: member.config(kernels=kernels) for member in self.members}
        if self.is_group:
            return config | {"DEVICE_PROPERTIES": each}
        return config | each[self.members[0].device]


def core() -> openvino.Core:
    """Return the one OpenVINO Core of this process; the cache of oneDNN is off in it, unless the user set it.

    Raises:
        DeviceError: A parent of this process had loaded models when it was forked.
    """
    check_not_forked()
    global _core
    if _core is None:
        with _core_lock:
            if _core is None:
                os.environ.setdefault(ONEDNN_CACHE, "0")
                _core = openvino.Core()
    return _core


def available_devices() -> tuple[str, ...]:
    """Return the devices OpenVINO finds on this machine, such as `("CPU", "GPU.0", "GPU.1")`."""
    return tuple(core().available_devices)


def device_capabilities(device: str) -> tuple[str, ...]:
    """Return what a real device can compute in, in OpenVINO's names, such as `("FP32", "INT8")`."""
    return tuple(core().get_property(device, "OPTIMIZATION_CAPABILITIES"))


def resolve_target(
    device: str = "CPU",
    precision: str = "auto",
    *,
    available: Sequence[str] | None = None,
    capabilities: Callable[[str], Sequence[str]] = device_capabilities,
) -> Target:
    """Turn a device string and a precision into a target, or refuse them.

    Args:
        device: `CPU`, `GPU`, `GPU.1`, `NPU`, `AUTO`, or a list such as `AUTO:GPU,CPU`, `HETERO:GPU,CPU`,
            `MULTI:GPU,CPU`; the case of the letters does not matter.
        precision: `auto` (f32 on a CPU, f16 elsewhere), `f32`, `f16`, `bf16` or `int8` (of a quantized model; its
            other layers as in `auto`).
        available: The devices of the machine; asked of OpenVINO when None.
        capabilities: What a device computes in, by its name.

    Raises:
        DeviceError: A device is not there, or lacks the precision.
        InputError: The precision is none of the known ones.
    """
    if precision not in PRECISIONS:
        raise InputError(f"precision {precision!r}: expected one of {', '.join(PRECISIONS)}")
    present = available_devices() if available is None else tuple(available)
    name = device.strip().upper()
    members = tuple(_member(m, precision, capabilities) for m in _members(name, present))
    return Target(device=name, members=members)


def _members(name: str, present: Sequence[str]) -> list[str]:
    """Return the real devices behind a device string."""
    group, _, names = name.partition(":")
    if group not in GROUPS:
        return [_checked(name, present)]
    listed = [member.strip() for member in names.split(",") if member.strip()]
    chosen = [_checked(member, present) for member in listed if not member.startswith("-")]
    if not chosen and group != "AUTO":
        raise DeviceError(
            f"device {name!r} lists no devices: expected for example '{group}:{','.join(present)}'"
        )
    excluded = {_checked(member[1:], present) for member in listed if member.startswith("-")}
    # Left to itself, AUTO takes every device but an NPU.
    found = chosen or [d for d in present if d not in excluded and _kind(d) != "NPU"]
    if not found:
        raise DeviceError(f"device {name!r} leaves no device of this machine, which has {', '.join(present)}")
    return found


def _checked(name: str, present: Sequence[str]) -> str:
    """Return the name of a real device that is there; one card alone is called GPU, and also GPU.0."""
    first_of_several = any(device.startswith(f"{name}.") for device in present)
    number_of_the_only_one = name.endswith(".0") and name[:-2] in present and name != "CPU.0"
    if name in present or first_of_several or number_of_the_only_one:
        return name
    raise DeviceError(
        f"device {name!r} is not there: this machine has {', '.join(present)}"
        f" (also AUTO, AUTO:…, HETERO:… and MULTI:… of these)"
    )


def _member(device: str, asked: str, capabilities: Callable[[str], Sequence[str]]) -> Member:
    """Choose the precision of one real device."""
    on_cpu = _kind(device) == "CPU"
    native = "f32" if on_cpu else "f16"
    if asked == "auto":
        return Member(device, native, CPU_REASON if on_cpu else ACCELERATOR_REASON)
    able = [name for name, capability in CAPABILITIES.items() if capability in capabilities(device)]
    if asked not in able:
        raise DeviceError(f"precision {asked!r} on {device}: this device computes in {', '.join(able)}")
    if asked == "bf16" and on_cpu and not computes_bf16():
        logger.warning("bf16 on %s: %s", device, EMULATED_REASON)
        return Member(device, asked, EMULATED_REASON)
    return Member(device, native, INT8_REASON) if asked == "int8" else Member(device, asked, ASKED_REASON)


def _kind(device: str) -> str:
    return device.partition(".")[0]


def computes_bf16() -> bool:
    """Whether this CPU has instructions for bf16; only Linux tells without a library, elsewhere it is no."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "amx_bf16" in flags or "avx512_bf16" in flags


def model_path(model: str | Path, *, precision: str = "auto") -> Path:
    """Return the file of a model: a path as it is, a name from the zoo, converted when it is first used.

    Args:
        model: A path that ends in .xml or .onnx, or the name of a model of this repository.
        precision: Of `resolve_target`; with `int8`, a name means the quantized IR, which is not made here.

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


# Core.read_model tries one frontend after the other, and some of them write to standard error when the file is
# not theirs. So a file that claims to be an IR is looked into first, and an ONNX file goes to its own frontend.


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
        path: Where it was read from, for the message.
        inputs: Name to shape, written as `"?,80,?"`; a question mark is any length.
        outputs: The same for the outputs; a model may have more outputs, but no more inputs.

    Raises:
        ModelError: A name is missing or superfluous, or a shape cannot be the expected one.
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
        path: Where it was read from, for the message.

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


def compile_model(
    model: openvino.Model,
    target: Target,
    path: str | Path,
    *,
    kernels: int = 0,
    hint: str = "latency",
) -> openvino.CompiledModel:
    """Compile a model for a target, or take it from the cache of compiled models; see `compiled`.

    Args:
        model: The model, with the shapes that it shall have.
        target: Where it shall run.
        path: Where it was read from, for the message.
        kernels: How many kernels a CPU keeps for lengths that come again; each length needs one or more a layer.
        hint: `latency` or `throughput`: whether one request shall be done soon, or many side by side.

    Raises:
        DeviceError: The device refuses the model, or a parent of this process had loaded models when it was forked.
    """
    loading_models()
    config = target.config(kernels=kernels, hint=hint)
    try:
        if target.is_group:
            return core().compile_model(model, target.device, config)
        return compile_kept(core(), model, target.device, config, Path(path))
    except RuntimeError as error:
        raise DeviceError(f"{target.device} refuses {path}: {telling_line(error)}") from error


def check_hint(hint: str) -> None:
    """Refuse a performance hint that is none of `latency` and `throughput`."""
    if hint not in HINTS:
        raise InputError(f"hint {hint!r}: expected one of {', '.join(HINTS)}")
