"""Where and how a model runs: OpenVINO devices, precision, threads and compilation.

Precision is chosen here and never inherited. OpenVINO's own default on a CPU that computes in bf16 is bf16, which can
be slower than f32 and leaves HiFi-GAN a signal-to-noise ratio of 20 to 23 dB. So a CPU gets f32 unless the caller asks
otherwise; a GPU and an NPU get f16.

    target = resolve_target("AUTO:GPU,CPU")
    model = compile_model(read_model(path), target, path)
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from ..errors import DeviceError, InputError, telling_line
from ..forks import check_not_forked, loading_models
from ..openvino_import import meet_numpy, openvino
from .compiled import Prepare, compile_kept

logger = logging.getLogger(__name__)

Precision: TypeAlias = Literal["auto", "f32", "f16", "bf16", "int8"]
Hint: TypeAlias = Literal["latency", "throughput"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
HINTS: tuple[Hint, ...] = get_args(Hint)
MOST_THREADS = 1024
# OpenVINO's names of what a device can compute in.
CAPABILITIES = {"f32": "FP32", "f16": "FP16", "bf16": "BF16", "int8": "INT8"}
# Virtual devices, which share the work among real ones.
GROUPS = ("AUTO", "HETERO", "MULTI")

# For every length of input the CPU plugin makes new kernels and keeps them, and oneDNN, which it calls, keeps them a
# second time: 30 MB for each length that HiFi-GAN meets, and sentences have hundreds of lengths. So the plugin is told
# to keep a few, and oneDNN to keep none: by this environment variable, which it reads at its first kernel.
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
        device: OpenVINO's name of the device, such as `CPU` or `GPU.1`.
        precision: f32, f16 or bf16. In a quantized model, the layers that are not quantized are computed in it.
        reason: Why this precision, for the start-up report.
    """

    device: str
    precision: str
    reason: str

    def config(self, *, kernels: int = 0, threads: int | None = None) -> dict[str, Any]:
        """Return the properties that are this device's own; see `compile_model` and `Target`."""
        config: dict[str, Any] = {"INFERENCE_PRECISION_HINT": self.precision}
        if _kind(self.device) == "CPU":
            config["CPU_RUNTIME_CACHE_CAPACITY"] = kernels
            if threads is not None:
                config["INFERENCE_NUM_THREADS"] = threads
        return config

    def __str__(self) -> str:
        return f"{self.device} in {self.precision} ({self.reason})"


@dataclass(frozen=True)
class Target:
    """Where a model runs: a device string that OpenVINO understands, and the real devices that it means.

    Attributes:
        device: What the caller asked for, in capitals, such as `AUTO:GPU,CPU`.
        members: The real devices, in order of preference.
        threads: Threads of one inference on a CPU; None leaves the choice to OpenVINO.
    """

    device: str
    members: tuple[Member, ...]
    threads: int | None = None

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

    def config(self, *, kernels: int = 0, hint: Hint = "latency") -> dict[str, Any]:
        """Return the properties that a model is compiled with on this target; see `compile_model`."""
        config: dict[str, Any] = {"PERFORMANCE_HINT": hint.upper()}
        each = {
            member.device: member.config(kernels=kernels, threads=self.threads) for member in self.members
        }
        if self.is_group:
            return config | {"DEVICE_PROPERTIES": each}
        return config | each[self.members[0].device]


def core() -> openvino.Core:
    """Return the one OpenVINO Core of this process.

    Its first use sets the environment variable ONEDNN_PRIMITIVE_CACHE_CAPACITY to 0 in this process, unless it is set:
    otherwise oneDNN keeps 30 MB of kernels for each length of input.

    Raises:
        DeviceError: A parent of this process had loaded models when it was forked.
    """
    check_not_forked()
    global _core
    if _core is None:
        with _core_lock:
            if _core is None:
                os.environ.setdefault(ONEDNN_CACHE, "0")
                meet_numpy()
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
    precision: Precision = "auto",
    *,
    threads: int | None = None,
    available: Sequence[str] | None = None,
    capabilities: Callable[[str], Sequence[str]] = device_capabilities,
) -> Target:
    """Turn a device string and a precision into a target, or refuse them.

    Args:
        device: `CPU`, `GPU`, `GPU.1`, `NPU`, `AUTO`, or a list such as `AUTO:GPU,CPU`, `HETERO:GPU,CPU`,
            `MULTI:GPU,CPU`; the case of the letters does not matter.
        precision: `auto` (f32 on a CPU, f16 elsewhere), `f32`, `f16`, `bf16` or `int8` (for a quantized model; the
            layers that are not quantized are computed as in `auto`).
        threads: Threads of one inference on a CPU, 1..1024; None leaves the choice to OpenVINO. Other devices have
            none to set.
        available: The devices of the machine; asked of OpenVINO when None.
        capabilities: What a device computes in, by its name.

    Raises:
        DeviceError: A device is not there, or lacks the precision.
        InputError: The precision or the number of threads is none of the allowed ones.
    """
    if precision not in PRECISIONS:
        raise InputError(f"precision {precision!r}: expected one of {', '.join(PRECISIONS)}")
    check_threads(threads)
    name = device.strip().upper()
    if available is None:
        # Listing the devices loads the plugins of all of them, which costs more than compiling a small model.
        available = ("CPU",) if name == "CPU" and _has_cpu() else available_devices()
    members = tuple(_member(m, precision, capabilities) for m in _members(name, available))
    return Target(device=name, members=members, threads=threads)


def _has_cpu() -> bool:
    try:
        return bool(device_capabilities("CPU"))
    except RuntimeError:
        return False


def _members(name: str, present: Sequence[str]) -> list[str]:
    """Return the real devices that a device string means."""
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


def _member(device: str, asked: Precision, capabilities: Callable[[str], Sequence[str]]) -> Member:
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
    """Whether this CPU has instructions for bf16. Only Linux tells without a library; elsewhere the answer is no."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "amx_bf16" in flags or "avx512_bf16" in flags


def compile_model(
    model: openvino.Model,
    target: Target,
    path: str | Path,
    *,
    kernels: int = 0,
    hint: Hint = "latency",
    prepare: Prepare | None = None,
) -> openvino.CompiledModel:
    """Compile a model for a target, or take it from the cache of compiled models; see the module `compiled`.

    Args:
        model: The model, reshaped to the input shapes that it will get.
        target: Where the model runs.
        path: Where the model was read from, for the message.
        kernels: How many kernels a CPU keeps for lengths that come again; a layer needs one or more for each length.
        hint: `latency` if one request is to be done soon, `throughput` if many are computed side by side.
        prepare: A transformation of the model before it is compiled.

    Raises:
        DeviceError: The device refuses the model, or a parent of this process had loaded models when it was forked.
    """
    loading_models()
    config = target.config(kernels=kernels, hint=hint)
    try:
        if target.is_group:
            return core().compile_model(prepare(model) if prepare else model, target.device, config)
        return compile_kept(core(), model, target.device, config, Path(path), prepare=prepare)
    except RuntimeError as error:
        raise DeviceError(f"{target.device} refuses {path}: {telling_line(error)}") from error


def check_hint(hint: str) -> None:
    """Refuse a performance hint that is none of `latency` and `throughput`."""
    if hint not in HINTS:
        raise InputError(f"hint {hint!r}: expected one of {', '.join(HINTS)}")


def check_threads(threads: int | None) -> None:
    """Refuse a number of threads that is no whole number of 1..1024; None is allowed."""
    if threads is not None and (type(threads) is not int or not 1 <= threads <= MOST_THREADS):
        raise InputError(f"threads {threads!r}: expected a whole number of 1 to {MOST_THREADS}")
