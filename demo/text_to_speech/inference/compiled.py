"""Compiled models that are kept for the next start, as files of the cache.

    openvino.Model ── fingerprint ──▶ CACHE/compiled/NAME-KEY/compiled.blob ── read and verified ──▶ CompiledModel

OpenVINO's own cache (CACHE_DIR) maps a file into memory while other processes may write over it, and uses damaged
files. Here OpenVINO exports the compiled model, `store.kept` keeps it with its checksum, and OpenVINO imports it from
memory whose checksum was compared. On a CPU the export holds no weights: they are mapped from the IR, as without a
cache, so that processes share them. AUTO and MULTI cannot export a model, so nothing is kept for them.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import CodeType
from typing import Any, Protocol

from ..errors import OutputError, telling_line
from ..openvino_import import openvino
from ..store.kept import Entry, checksums, complain, discard, read_kept, store

logger = logging.getLogger(__name__)

# Bytes of each constant that are part of the fingerprint. The checksum of the model's file covers all of them; the
# sample tells apart the graphs that two versions of this package make from the same file.
SAMPLE = 4096
BLOB = "compiled.blob"


class Prepare(Protocol):
    """A function that returns a changed copy of a model."""

    __qualname__: str
    __code__: CodeType

    def __call__(self, model: openvino.Model, /) -> openvino.Model:
        """Return the copy."""


def compile_kept(
    core: openvino.Core,
    model: openvino.Model,
    device: str,
    config: Mapping[str, Any],
    path: Path,
    *,
    prepare: Prepare | None = None,
) -> openvino.CompiledModel:
    """Compile a model, or take what an earlier process compiled.

    A cache that cannot be written or read costs time, never the result.

    Args:
        core: OpenVINO.
        model: The model.
        device: OpenVINO's name of a real device.
        config: The properties that it is compiled with.
        path: The file that it was read from.
        prepare: What the model goes through before it is compiled, a function of a module. It is left out where the
            compiled model is taken from the cache, which saves a quarter of the time that loading HiFi-GAN takes.

    Raises:
        RuntimeError: The device refuses the model.
    """
    if "EXPORT_IMPORT" not in core.get_property(device, "OPTIMIZATION_CAPABILITIES"):
        return core.compile_model(prepare(model) if prepare else model, device, dict(config))
    is_known = device == "CPU" and path.suffix == ".xml" and _knows_weightless(core, device)
    weightless = is_known and _fits_32_bits(model)
    config = {**config, "CACHE_MODE": "OPTIMIZE_SIZE"} if weightless else dict(config)
    properties = sorted(f"{key}={value}" for key, value in config.items())
    facts = (*_device_facts(core, device), *properties, _code_of(prepare))
    entry = Entry("compiled", f"{path.stem[:60]}-{_fingerprint(model, path, facts)}")
    weights = {"WEIGHTS_PATH": str(path.with_suffix(".bin"))} if weightless else {}
    if compiled := _imported(core, entry, device, {**config, **weights}):
        return compiled
    compiled = core.compile_model(prepare(model) if prepare else model, device, config)
    try:
        store(entry, lambda work: _export(compiled, work / BLOB))
    except OutputError as error:
        complain(error)
    except RuntimeError as error:
        logger.debug("%s cannot export %s: %s", device, path, telling_line(error))
    return compiled


def _knows_weightless(core: openvino.Core, device: str) -> bool:
    return "ENABLE_WEIGHTLESS" in core.get_property(device, "SUPPORTED_PROPERTIES")


def _fits_32_bits(model: openvino.Model) -> bool:
    """Tell whether all whole numbers of a model fit into 32 bits.

    A blob without weights takes the lower half of others from the file when it is read back (OpenVINO 2026.4.1): the
    end of a slice "to the end", the largest number of 64 bits, becomes -1, and the last value is left out.
    """
    whole = (
        node.data
        for node in model.get_ops()
        if node.get_type_name() == "Constant" and node.get_element_type() == openvino.Type.i64
    )
    return all(data.size == 0 or -(2**31) <= data.min() <= data.max() < 2**31 for data in whole)


def _device_facts(core: openvino.Core, device: str) -> tuple[str, ...]:
    """Return what a compiled model depends on besides the model: OpenVINO, this package, the device."""
    from ..version import __version__

    names = ("FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "OPTIMIZATION_CAPABILITIES")
    known = core.get_property(device, "SUPPORTED_PROPERTIES")
    properties = (f"{name}={core.get_property(device, name)}" for name in names if name in known)
    return (openvino.get_version(), __version__, device, *properties)


def _code_of(prepare: Prepare | None) -> str:
    """Return what tells two versions of a preparation apart: its name, and the checksum of its module's source."""
    if prepare is None:
        return "as it was read"
    source = Path(prepare.__code__.co_filename)
    checksum = zlib.crc32(source.read_bytes()) if source.is_file() else 0
    return f"{prepare.__qualname__} {checksum}"


def _fingerprint(model: openvino.Model, path: Path, facts: tuple[str, ...]) -> str:
    """Return 16 hexadecimal digits for a file, the graph that was made from it, and the facts of its compilation."""
    digest = hashlib.sha256("\n".join((*facts, checksums(path))).encode())
    nodes = model.get_ordered_ops()
    # The names that OpenVINO gives to new nodes differ from run to run; the order of the nodes does not.
    position = {node.get_name(): index for index, node in enumerate(nodes)}
    for node in nodes:
        digest.update(f"{node.get_type_name()} {_attributes(node)}".encode())
        for source in (port.get_source_output() for port in node.inputs()):
            digest.update(f" {position[source.get_node().get_name()]}:{source.get_index()}".encode())
        for port in node.outputs():
            digest.update(f" {port.get_element_type()}{port.get_partial_shape()}".encode())
    return digest.hexdigest()[:16]


def _attributes(node: openvino.Node) -> object:
    if node.get_type_name() != "Constant":
        return sorted((key, str(value)) for key, value in node.get_attributes().items())
    data = node.data.reshape(-1)
    return zlib.crc32(data[: SAMPLE // data.itemsize].tobytes())


def _imported(
    core: openvino.Core, entry: Entry, device: str, config: Mapping[str, Any]
) -> openvino.CompiledModel | None:
    """Return a compiled model from the cache; None if there is none, or a damaged one."""
    blob: openvino.Tensor = None

    def allocate(size: int) -> memoryview:
        # Memory of OpenVINO's own, because the compiled model goes on using it.
        nonlocal blob
        blob = openvino.Tensor(openvino.Type.u8, openvino.Shape([size]))
        return memoryview(blob.data)

    try:
        if read_kept(entry.folder, BLOB, allocate):
            return core.import_model(blob, device, dict(config))
    except OutputError as error:
        complain(error)
    except RuntimeError as error:
        logger.warning("%s is not used, it is made again: %s", entry.folder, telling_line(error))
        discard(entry.folder)
    return None


def _export(compiled: openvino.CompiledModel, target: Path) -> None:
    with target.open("wb") as file:
        file.write(compiled.export_model().getbuffer())
