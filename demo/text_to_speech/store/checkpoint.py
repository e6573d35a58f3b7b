"""Read PyTorch checkpoints without PyTorch, and without running anything that they contain.

A checkpoint is a pickle, and a pickle is a program: it may name any importable function and call it. This
reader therefore runs it on an interpreter of its own (`pickled`) and knows three kinds of names: ordered
dictionaries, the function that describes a tensor, and the classes of typed storages. It puts immutable records
in place of the last two. Nothing else can be named, so nothing else can be called. The tensors are then laid
over the bytes of the file, where NumPy checks the bounds. Time and memory are linear in the size of the file.

Two layouts of the file exist (PyTorch's torch/serialization.py is their only specification):

    legacy   five pickles one after another — magic number, protocol, facts about the writing machine, the
             data with one persistent id per storage, the keys of the storages — then for each key the number
             of elements (int64) and the raw elements. The official HiFi-GAN checkpoints are of this kind.
    zip      an uncompressed zip archive: NAME/data.pkl, NAME/byteorder, and NAME/data/KEY for each storage.
"""

from __future__ import annotations

import io
import math
import reprlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .pickled import run_pickle

# A checkpoint is read whole, and ONNX cannot hold more either.
MAX_FILE_BYTES = 2**31
# Levels of containers in one another.
MAX_DEPTH = 32
# Tensors, numbers and containers in one checkpoint.
MAX_VALUES = 1_000_000
# Files in an archive. Each costs much more memory than it takes in the file.
MAX_ENTRIES = 100_000

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
# Begins each entry of an archive's directory.
_ENTRY_SIGNATURE = b"PK\x01\x02"

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


class _StorageType(NamedTuple):
    """Takes the place of a class such as torch.FloatStorage while a pickle runs."""

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
        if not path.is_file() and path.exists():
            raise ModelError("expected a regular file")  # a pipe or a device may have no end
        if (size := path.stat().st_size) > MAX_FILE_BYTES:
            raise ModelError(f"larger than {MAX_FILE_BYTES} bytes")
        with path.open("rb") as stream:
            data = stream.read(size)
        content = _read_zip(data) if data.startswith(b"PK\x03\x04") else _read_legacy(data)
    except OSError as error:
        raise ModelError(f"checkpoint {path} cannot be read: {error.strerror or error}") from error
    except ModelError as error:
        raise ModelError(f"checkpoint {path} is refused: {error}") from error
    except Exception as error:  # a damaged pickle or archive may fail in any way; all of them mean the same
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise ModelError(f"checkpoint {path} is damaged or no PyTorch file ({reason})") from error
    return content


def _read_legacy(data: bytes) -> dict[str, object]:
    magic, at = _unpickle(data, 0, {})
    if type(magic) is not int or magic != _LEGACY_MAGIC:
        raise ModelError("it does not begin with PyTorch's magic number")
    protocol, at = _unpickle(data, at, {})
    machine, at = _unpickle(data, at, {})
    little_endian = isinstance(machine, dict) and machine.get("little_endian") is True
    if type(protocol) is not int or protocol != _LEGACY_PROTOCOL or not little_endian:
        raise ModelError("expected protocol 1001 and a little-endian writer")
    storages: dict[str, _Storage] = {}
    begin = at
    tree, at = _unpickle(data, begin, storages)
    size = at - begin
    keys, at = _unpickle(data, at, {})
    # Only texts are compared: to sort what shares its parts may take for ever.
    texts = [key for key in keys if type(key) is str] if type(keys) is list else []
    if type(keys) is not list or len(texts) != len(keys) or sorted(texts) != sorted(storages):
        raise ModelError("its list of storages is not the one that its tensors need")
    buffers: dict[str, memoryview] = {}
    for key in texts:
        buffers[key], at = _legacy_storage(data, at, storages[key])
    if at != len(data):
        raise ModelError(f"{len(data) - at} bytes follow the last storage")
    return _resolve(tree, buffers, size)


def _legacy_storage(data: bytes, at: int, storage: _Storage) -> tuple[memoryview, int]:
    elements = int.from_bytes(data[at : at + 8], "little", signed=True)
    begin, end = at + 8, at + 8 + storage.elements * storage.dtype.itemsize
    if elements != storage.elements or end > len(data):
        raise _unlike(storage)
    return memoryview(data)[begin:end], end


def _unlike(storage: _Storage) -> ModelError:
    return ModelError(
        f"storage {_shown(storage.key)} does not hold the {_shown(storage.elements)} elements announced"
    )


def _read_zip(data: bytes) -> dict[str, object]:
    if data.count(_ENTRY_SIGNATURE) > MAX_ENTRIES:
        raise ModelError(f"its archive holds more than {MAX_ENTRIES} files")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        if len(entries) != len(archive.infolist()):
            raise ModelError("two files of its archive have one name")
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
        program = archive.read(pickles[0])
        tree, size = _unpickle(program, 0, storages)
        buffers = {key: _zip_storage(archive, prefix, storage) for key, storage in storages.items()}
    return _resolve(tree, buffers, size)


def _zip_storage(archive: zipfile.ZipFile, prefix: str, storage: _Storage) -> memoryview:
    content = archive.read(f"{prefix}data/{storage.key}")
    if len(content) != storage.elements * storage.dtype.itemsize:
        raise _unlike(storage)
    return memoryview(content)


def _unpickle(data: bytes | memoryview, start: int, storages: dict[str, _Storage]) -> tuple[object, int]:
    """Run the pickle at ``start``; return what it built and the offset after it; fill ``storages``."""

    def storage_of(pid: object) -> _Storage:
        storage = _storage(pid)
        if storages.setdefault(storage.key, storage) != storage:
            raise ModelError(f"it describes storage {_shown(storage.key)} in two ways")
        return storage

    return run_pickle(data, start, find=_find, load=storage_of)


def _find(module: str, name: str) -> object:
    """Return what takes the place of a global that the pickle names; refuse all but three kinds."""
    if (module, name) == ("collections", "OrderedDict"):
        return _ordered_dictionary
    if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
        return _RebuildTensor()
    if module in ("torch", "torch.cuda") and name in _STORAGE_TYPES:
        return _StorageType(_STORAGE_TYPES[name])
    named = f"{module}.{name}"
    if not named.isprintable():
        named = _shown(named)
    raise ModelError(f"it names {named}, but only tensors and plain containers are read")


def _ordered_dictionary(*items: object) -> dict[str | int, object]:
    """Return what an ordered dictionary begins as; Python's dictionaries keep their order too.

    Since Python 3 its items follow by the opcode SETITEMS and are never arguments.
    """
    if items:
        raise ModelError("it makes an ordered dictionary in a way that torch.save does not")
    return {}


def _storage(pid: object) -> _Storage:
    """Return the storage that ('storage', type, key, device, elements[, None]) announces."""
    match pid:
        case ("storage", _StorageType(dtype), str(key), str(), int(elements), *view) if elements >= 0:
            storage = _Storage(key, dtype, elements)
        case _:
            raise ModelError(f"it refers to something that is no storage: {_shown(pid)}")
    if any(part is not None for part in view):
        raise ModelError(f"storage {_shown(key)}: views of storages are not read")
    return storage


class _RebuildTensor(NamedTuple):
    """Takes the place of torch._utils._rebuild_tensor_v2: checks the description of a tensor and returns it."""

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
            shape, most = _shown(tensor.shape), _shown(storage.elements)
            raise ModelError(f"a tensor {shape} reaches beyond its {most} elements")
        return tensor


def _size(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ModelError(f"it describes a tensor by {_shown(value)}: expected a size")
    return value


def _sizes(values: object) -> tuple[int, ...]:
    if not isinstance(values, tuple) or len(values) > MAX_DEPTH:
        raise ModelError(f"it describes a tensor by {_shown(values)}: expected sizes")
    return tuple(_size(value) for value in values)


def _shown(value: object) -> str:
    """Return a short text for a value that may be anything, of any size and depth."""
    return _REPR.repr(value)[:80]


_REPR = reprlib.Repr()
# Each level multiplies what there is to show; the defaults are 6 levels of 6 items.
_REPR.maxlevel = _REPR.maxtuple = _REPR.maxlist = _REPR.maxdict = 3


def _resolve(tree: object, buffers: Mapping[str, memoryview], size: int) -> dict[str, object]:
    """Replace every record of a tensor by the array.

    Args:
        tree: What the pickle built.
        buffers: The bytes of each storage.
        size: Bytes of the pickle. Each value takes at least one byte, so a tree with more values than bytes must
            repeat some, as a bomb does. The few tuples that an optimiser's state shares stay far below.
    """
    left = min(size, MAX_VALUES)

    def resolve(value: object, depth: int) -> object:
        nonlocal left
        left -= 1
        if depth > MAX_DEPTH or left < 0:
            raise ModelError(
                f"it holds more values than its {size} bytes can, or more than {MAX_VALUES}, or {MAX_DEPTH} levels"
            )
        if isinstance(value, _Tensor):
            return _array(value, buffers[value.storage.key])
        if type(value) is dict:
            return {key: resolve(item, depth + 1) for key, item in value.items()}
        if type(value) is list or type(value) is tuple:
            return type(value)([resolve(item, depth + 1) for item in value])
        if value is None or isinstance(value, (str, int, float)):
            return value
        raise ModelError(f"it holds a {type(value).__name__}: expected tensors and plain containers")

    if type(tree) is not dict:
        raise ModelError(f"it holds a {type(tree).__name__}: expected a dictionary of tensors")
    return cast("dict[str, object]", resolve(tree, 0))


def _array(tensor: _Tensor, buffer: memoryview) -> NDArray[np.generic]:
    dtype = tensor.storage.dtype
    if math.prod(tensor.shape) == 0:
        return np.empty(tensor.shape, dtype)
    strides = tuple(step * dtype.itemsize for step in tensor.strides)
    array: NDArray[np.generic]
    array = np.ndarray(tensor.shape, dtype, buffer, tensor.offset * dtype.itemsize, strides)
    return array
