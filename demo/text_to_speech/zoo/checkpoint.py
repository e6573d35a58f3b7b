"""Read PyTorch checkpoints without PyTorch, and without running anything that they contain.

A checkpoint is a pickle, and a pickle is a program: it may name any importable function and call it. This
reader therefore runs it on an interpreter that knows three kinds of names — ordered dictionaries, the
function that describes a tensor, and the classes of typed storages — and puts immutable records in place of
the last two. Nothing else can be named, so nothing else can be called. The tensors are then laid over the
bytes of the file, where NumPy checks the bounds.

Two layouts of the file exist (PyTorch's torch/serialization.py is their only specification):

    legacy   five pickles one after another — magic number, protocol, facts about the writing machine, the
             data with one persistent id per storage, the keys of the storages — then for each key the number
             of elements (int64) and the raw elements. The official HiFi-GAN checkpoints are of this kind.
    zip      an uncompressed zip archive: NAME/data.pkl, NAME/byteorder, and NAME/data/KEY for each storage.
"""

from __future__ import annotations

import io
import math
import pickle  # nosec
import pickletools  # nosec
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError

MAX_FILE_BYTES = 2**31  # a checkpoint is read whole, and ONNX cannot hold more either
MAX_DEPTH = 32  # containers within containers
MAX_VALUES = 1_000_000  # tensors, numbers and containers in one checkpoint

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001

_STORAGE_TYPES = {
    "BoolStorage": np.dtype("?"),
    "ByteStorage": np.dtype("u1"),
    "CharStorage": np.dtype("i1"),
    "ShortStorage": np.dtype("<i2"),
    "IntStorage": np.dtype("<i4"),
    "LongStorage": np.dtype("<i8"),
    "HalfStorage": np.dtype("<f2"),
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
}

# What torch.save writes, and no more: no opcode that makes an object of a class, none that allocates memory
# by a size that the pickle only claims.
_OPCODES = {"PROTO", "STOP", "MARK", "GLOBAL", "REDUCE", "BUILD", "BINPERSID"}
_OPCODES |= {"NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE"}
_OPCODES |= {"EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "APPEND", "APPENDS"}
_OPCODES |= {"EMPTY_DICT", "SETITEM", "SETITEMS", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"}


class _StorageType(NamedTuple):
    """What stands for a class such as torch.FloatStorage."""

    dtype: np.dtype[np.generic]


class _Storage(NamedTuple):
    """A run of elements in the file, as the pickle announces it."""

    key: str
    dtype: np.dtype[np.generic]
    elements: int


class _Tensor(NamedTuple):
    """A window on a storage; offset and strides count elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_checkpoint(path: Path) -> dict[str, object]:
    """Read a file that ``torch.save`` wrote, in the legacy or the zip format.

    Args:
        path: The file; at most 2 GiB.

    Returns:
        What was saved: nested dictionaries, lists and tuples of str, int, float, bool, None and, for each
        tensor, a read-only NumPy array over the bytes of the file (not necessarily contiguous or aligned).

    Raises:
        ModelError: The file is missing, truncated, no checkpoint, not a dictionary, or names anything but
            tensors and plain containers.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ModelError(f"larger than {MAX_FILE_BYTES} bytes")
        data = path.read_bytes()
        content = _read_zip(data) if data.startswith(b"PK\x03\x04") else _read_legacy(data)
    except OSError as error:
        raise ModelError(f"checkpoint {path} cannot be read: {error.strerror or error}") from error
    except ModelError as error:
        raise ModelError(f"checkpoint {path} is refused: {error}") from error
    except Exception as error:  # a damaged pickle or archive may fail in any way; all of them mean the same
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"checkpoint {path} is damaged or no PyTorch file ({reason})") from error
    return content


def _read_legacy(data: bytes) -> dict[str, object]:
    magic, at = _unpickle(data, 0, {})
    if magic != _LEGACY_MAGIC:
        raise ModelError("it does not begin with PyTorch's magic number")
    protocol, at = _unpickle(data, at, {})
    machine, at = _unpickle(data, at, {})
    little_endian = isinstance(machine, dict) and machine.get("little_endian") is True
    if protocol != _LEGACY_PROTOCOL or not little_endian:
        raise ModelError("expected protocol 1001 and a little-endian writer")
    storages: dict[str, _Storage] = {}
    tree, at = _unpickle(data, at, storages)
    keys, at = _unpickle(data, at, {})
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
        raise ModelError("its list of storages is not the one that its tensors need")
    buffers: dict[str, memoryview] = {}
    for key in keys:
        buffers[key], at = _legacy_storage(data, at, storages[key])
    if at != len(data):
        raise ModelError(f"{len(data) - at} bytes follow the last storage")
    return _resolve(tree, buffers)


def _legacy_storage(data: bytes, at: int, storage: _Storage) -> tuple[memoryview, int]:
    elements = int.from_bytes(data[at : at + 8], "little", signed=True)
    begin, end = at + 8, at + 8 + storage.elements * storage.dtype.itemsize
    if elements != storage.elements or end > len(data):
        raise ModelError(f"storage {storage.key} does not hold the {storage.elements} elements announced")
    return memoryview(data)[begin:end], end


def _read_zip(data: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        # Stored entries cannot be larger than the file, so that no small archive unfolds into a large one.
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
            raise ModelError("its archive is compressed, which PyTorch's never are")
        if sum(entry.file_size for entry in entries.values()) > len(data):
            raise ModelError("the entries of its archive overlap")
        pickles = [name for name in entries if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ModelError(f"expected one data.pkl in its archive, found {len(pickles)}")
        prefix = pickles[0].removesuffix("data.pkl")
        byteorder = f"{prefix}byteorder"
        if byteorder in entries and archive.read(byteorder) != b"little":
            raise ModelError("expected a little-endian writer")
        storages: dict[str, _Storage] = {}
        tree, _ = _unpickle(archive.read(pickles[0]), 0, storages)
        buffers = {key: _zip_storage(archive, prefix, storage) for key, storage in storages.items()}
    return _resolve(tree, buffers)


def _zip_storage(archive: zipfile.ZipFile, prefix: str, storage: _Storage) -> memoryview:
    content = archive.read(f"{prefix}data/{storage.key}")
    if len(content) != storage.elements * storage.dtype.itemsize:
        raise ModelError(f"storage {storage.key} does not hold the {storage.elements} elements announced")
    return memoryview(content)


def _unpickle(data: bytes, start: int, storages: dict[str, _Storage]) -> tuple[object, int]:
    """Run the pickle at ``start``; return what it built and the offset behind it; fill ``storages``."""
    stream = io.BytesIO(data)
    stream.seek(start)
    for opcode, argument, position in pickletools.genops(stream):
        if opcode.name not in _OPCODES:
            raise ModelError(f"its pickle holds the opcode {opcode.name}, which torch.save does not write")
        if opcode.name == "LONG_BINPUT" and (not isinstance(argument, int) or argument > (position or 0)):
            raise ModelError("its pickle asks for more memory than it can need")
    end = stream.tell()
    stream.seek(start)
    return _Unpickler(stream, storages).load(), end


class _Unpickler(pickle.Unpickler):
    """An interpreter of pickles that can name nothing but dictionaries, tensors and storages.

    What it gives for a name is immutable, so that the opcode BUILD cannot change it for the next file.
    """

    def __init__(self, stream: io.BytesIO, storages: dict[str, _Storage]) -> None:
        super().__init__(stream)
        self._storages = storages

    def find_class(self, module: str, name: str) -> object:
        """Return what stands for a global; refuse all but three kinds by name."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _RebuildTensor()
        if module in ("torch", "torch.cuda") and name in _STORAGE_TYPES:
            return _StorageType(_STORAGE_TYPES[name])
        raise ModelError(f"it names {module}.{name}, but only tensors and plain containers are read")

    def persistent_load(self, pid: object) -> _Storage:
        """Return the storage that ('storage', type, key, device, elements[, None]) announces."""
        match pid:
            case ("storage", _StorageType(dtype), str(key), str(), int(elements), *view) if elements >= 0:
                storage = _Storage(key, dtype, elements)
            case _:
                raise ModelError(f"it refers to something that is no storage: {str(pid)[:80]}")
        if any(part is not None for part in view):
            raise ModelError(f"storage {key}: views of storages are not read")
        if self._storages.setdefault(key, storage) != storage:
            raise ModelError(f"it describes storage {key} in two ways")
        return storage


class _RebuildTensor(NamedTuple):
    """What stands for torch._utils._rebuild_tensor_v2: it checks a description and keeps it."""

    def __call__(
        self,
        storage: object,
        offset: object,
        shape: object,
        strides: object,
        requires_grad: object = False,
        hooks: object = None,
        metadata: object = None,
    ) -> _Tensor:
        """Return the description of a tensor that lies within its storage."""
        if not isinstance(storage, _Storage) or metadata:
            raise ModelError("it describes a tensor without a storage, or a conjugated or negated view")
        tensor = _Tensor(storage, _size(offset), _sizes(shape), _sizes(strides))
        elements = math.prod(tensor.shape)
        steps = zip(tensor.shape, tensor.strides, strict=True)
        last = tensor.offset + sum((n - 1) * step for n, step in steps)
        # A view never has more elements than its storage; one with stride 0 could claim any number of them.
        if elements > storage.elements or (elements and last >= storage.elements):
            raise ModelError(f"a tensor {tensor.shape} reaches beyond its {storage.elements} elements")
        return tensor


def _size(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ModelError(f"it describes a tensor by {str(value)[:40]!r}: expected a size")
    return value


def _sizes(values: object) -> tuple[int, ...]:
    if not isinstance(values, tuple) or len(values) > MAX_DEPTH:
        raise ModelError(f"it describes a tensor by {str(values)[:40]!r}: expected sizes")
    return tuple(_size(value) for value in values)


def _resolve(tree: object, buffers: Mapping[str, memoryview]) -> dict[str, object]:
    """Replace every record of a tensor by the array, and ordered dictionaries by plain ones."""
    values = 0

    def resolve(value: object, depth: int) -> object:
        nonlocal values
        values += 1
        if depth > MAX_DEPTH or values > MAX_VALUES:
            raise ModelError(f"it holds more than {MAX_VALUES} values or {MAX_DEPTH} levels")
        if isinstance(value, _Tensor):
            return _array(value, buffers[value.storage.key])
        if isinstance(value, dict):
            return {_key(key): resolve(item, depth + 1) for key, item in dict.items(value)}
        if type(value) is list or type(value) is tuple:
            return type(value)([resolve(item, depth + 1) for item in value])
        if value is None or isinstance(value, (str, int, float)):
            return value
        raise ModelError(f"it holds a {type(value).__name__}: expected tensors and plain containers")

    if not isinstance(tree, dict):
        raise ModelError(f"it holds a {type(tree).__name__}: expected a dictionary of tensors")
    return cast("dict[str, object]", resolve(tree, 0))


def _key(key: object) -> str | int:
    if not isinstance(key, (str, int)):
        raise ModelError(f"it holds a dictionary with a {type(key).__name__} as a key: expected str or int")
    return key


def _array(tensor: _Tensor, buffer: memoryview) -> NDArray[np.generic]:
    dtype = tensor.storage.dtype
    if math.prod(tensor.shape) == 0:
        return np.empty(tensor.shape, dtype)
    strides = tuple(step * dtype.itemsize for step in tensor.strides)
    array: NDArray[np.generic]
    array = np.ndarray(tensor.shape, dtype, buffer, tensor.offset * dtype.itemsize, strides)
    return array
