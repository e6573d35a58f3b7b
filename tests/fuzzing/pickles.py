"""Checkpoints written opcode by opcode, without torch: good ones, and bombs that are much larger inside than outside.

A bomb here is a pickle of a few hundred bytes whose values share their parts through the memo: a tuple of twice the
same tuple, 34 levels deep, has 2^34 elements for whatever walks through it, prints it or hashes it.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence

import numpy as np

LEVELS = 34
SIX = np.arange(6, dtype="<f4").tobytes()
STORED = struct.pack("<q", 6) + SIX  # a storage of a legacy file: the number of elements, then the elements


def dump(value: object, protocol: int = 2) -> bytes:
    return pickle.dumps(value, protocol=protocol)


def inner(value: object) -> bytes:
    """Return the opcodes that put a value on the stack."""
    return dump(value)[2:-1]


def text(value: str) -> bytes:
    content = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(content)) + content


def global_name(module: str, attribute: str) -> bytes:
    return b"c" + f"{module}\n{attribute}\n".encode()


def whole(opcodes: bytes) -> bytes:
    return b"\x80\x02" + opcodes + b"."


def legacy(data: bytes, storages: bytes = b"", keys: Sequence[object] | bytes = ()) -> bytes:
    """Return a file of the legacy layout around a pickle; keys may be a pickle themselves."""
    machine = {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}
    head = dump(0x1950A86A20F9469CFC6C) + dump(1001) + dump(machine)
    return head + data + (keys if isinstance(keys, bytes) else dump(list(keys))) + storages


def archive(data: bytes, compression: int = zipfile.ZIP_STORED, **storages: bytes) -> bytes:
    """Return a file of the zip layout around a pickle."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        file.writestr("model/data.pkl", data)
        for key, content in storages.items():
            file.writestr(f"model/data/{key}", content)
    return stream.getvalue()


def tensor(
    *,
    dtype: str = "FloatStorage",
    elements: object = 6,
    offset: object = 0,
    shape: object = (2, 3),
    strides: object = (3, 1),
    view: bool = True,
) -> bytes:
    """Return the opcodes of a tensor. An argument that is bytes is opcodes itself."""

    def opcodes(value: object) -> bytes:
        return value if isinstance(value, bytes) else inner(value)

    tail = b"N" if view else b""
    pid = (
        b"(" + text("storage") + global_name("torch", dtype) + text("0") + text("cuda:0") + opcodes(elements)
    )
    arguments = opcodes(offset) + opcodes(shape) + opcodes(strides) + b"\x89N"
    return global_name("torch._utils", "_rebuild_tensor_v2") + b"(" + pid + tail + b"tQ" + arguments + b"tR"


def tensor_pickle(**facts: object) -> bytes:
    """Return the pickle of {'t': tensor}."""
    return whole(b"}" + text("t") + tensor(**facts) + b"s")  # type: ignore[arg-type]


def _memoised(levels: int, begin: bytes, double: Callable[[bytes], bytes]) -> bytes:
    """Return opcodes that put a value on the stack and then, level by level, one that holds the last one twice."""
    opcodes = begin + b"q\x00"
    for level in range(levels):
        opcodes += double(b"h" + bytes([level % 200])) + b"q" + bytes([(level + 1) % 200])
    return opcodes


def shared_tuple(levels: int = LEVELS) -> bytes:
    return _memoised(levels, b")", lambda last: last + last + b"\x86")


def shared_list(levels: int = LEVELS) -> bytes:
    return _memoised(levels, b"]", lambda last: b"](" + last + last + b"e")


def shared_dict(levels: int = LEVELS) -> bytes:
    return _memoised(levels, b"}", lambda last: b"}(" + text("a") + last + text("b") + last + b"u")


def nested(levels: int, opening: bytes = b"]", closing: bytes = b"a") -> bytes:
    """Return opcodes of containers within containers, which nothing shares."""
    return opening * levels + closing * (levels - 1)


def bombs(levels: int = LEVELS) -> Iterator[tuple[str, bytes]]:
    """Yield a name and a file for every place in which a checkpoint could hold a bomb."""
    shared = {"tuple": shared_tuple(levels), "list": shared_list(levels), "dict": shared_dict(levels)}
    for kind, bomb in shared.items():
        yield f"{kind} as a value", archive(whole(b"}" + text("a") + bomb + b"s"))
        yield f"{kind} as the whole", archive(whole(bomb))
        yield f"{kind} as a key", archive(whole(b"}" + bomb + b"Ns"))
        yield f"{kind} as one of several keys", archive(whole(b"}(" + text("a") + b"N" + bomb + b"Nu"))
        yield f"{kind} as a persistent id", archive(whole(bomb + b"Q"))
        for part in ("offset", "shape", "strides", "elements"):
            yield f"{kind} as {part}", archive(tensor_pickle(**{part: bomb, "view": False}), **{"0": SIX})
        yield (
            f"{kind} within a shape",
            archive(tensor_pickle(shape=b"(" + bomb + b"t", view=False), **{"0": SIX}),
        )
        yield f"{kind} as the magic number", whole(bomb)
        yield f"{kind} as the protocol", dump(0x1950A86A20F9469CFC6C) + whole(bomb)
        yield f"{kind} as the legacy keys", legacy(tensor_pickle(), STORED, whole(bomb))
        yield f"{kind} among the legacy keys", legacy(tensor_pickle(), STORED, whole(b"]" + bomb + b"a"))
        yield f"{kind} as arguments", archive(whole(global_name("collections", "OrderedDict") + bomb + b"R"))
        ordered = global_name("collections", "OrderedDict") + b"(" + bomb + b"tR"
        yield f"{kind} as an argument", archive(whole(ordered))
        yield f"{kind} as a state", archive(whole(b"}" + bomb + b"b" + text("a") + bomb + b"s"))
        yield f"{kind} that is called", archive(whole(bomb + b")R"))
        yield f"{kind} that is appended to", archive(whole(bomb + b"Na"))


def large(size: int) -> Iterator[tuple[str, bytes]]:
    """Yield files of about `size` bytes whose structure is long instead of shared."""
    count = size // 8
    for kind, opening, closing in (("lists", b"]", b"a"), ("tuples", b")", b"\x85")):
        levels = nested(count, opening, closing) if kind == "lists" else opening + closing * count
        yield f"nested {kind}", archive(whole(b"}" + text("a") + levels + b"s"))
        yield f"nested {kind} as a key", archive(whole(b"}" + levels + b"Ns"))
        yield f"nested {kind} as a persistent id", archive(whole(levels + b"Q"))
    yield "a long name", archive(whole(b"c" + b"a" * size + b"\n" + b"b" * size + b"\n"))
    yield "a long text as a key", archive(whole(b"}" + text("k" * size) + b"Q"))
    yield (
        "a long key of a storage",
        legacy(
            whole(b"}" + text("t") + tensor(elements=7).replace(text("0"), text("k" * size)) + b"s"),
            STORED,
            ["0"],
        ),
    )
    yield "many marks", archive(whole(b"(" * size))
    yield "many lists", archive(whole(b"]" * size))
    yield (
        "one list, used again and again",
        archive(whole(b"}](" + b"N" * count + b"eq\x00" + (b"h\x00" + b"\x85" + b"0") * count)),
    )
    items = b"](" + (text("k") + b"N\x86") * (count // 4) + b"eq\x000"
    call = global_name("collections", "OrderedDict") + b"q\x010" + b"h\x01h\x00\x85R0" * (count // 4)
    yield "one list, a dictionary made of it again and again", archive(whole(items + call + b"}"))
    yield "an archive of many files", many_files(size // 100)
    yield "an archive of twice the same file", many_files(size // 100, same=True)


def many_files(count: int, *, same: bool = False) -> bytes:
    """Return an archive of empty files, of one name if asked to."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("model/data.pkl", dump({}))
        for index in range(count):
            info = zipfile.ZipInfo("model/x" if same else f"model/{index}")
            with file.open(info, "w"):
                pass
            if same:
                del file.NameToInfo["model/x"]
    return stream.getvalue()


def claims() -> Iterator[tuple[str, bytes]]:
    """Yield files that announce more than they hold."""
    huge = struct.pack("<I", 2**32 - 1)
    yield "a text", archive(b"\x80\x02X" + huge + b"a.")
    yield "bytes", archive(b"\x80\x02B" + huge + b"a.")
    yield "an integer", archive(b"\x80\x02\x8b" + huge + b"a.")
    yield "a number of eight bytes", archive(b"\x80\x02\x8d" + struct.pack("<Q", 2**62) + b"a.")
    yield "a frame", archive(b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"}.")
    yield (
        "a storage of the legacy layout",
        legacy(tensor_pickle(elements=2**40, shape=(2**40,), strides=(1,)), struct.pack("<q", 2**40), ["0"]),
    )
    yield "a storage of an archive", archive(tensor_pickle(elements=2**40, view=False), **{"0": SIX})
    yield "a storage of a huge number", archive(tensor_pickle(elements=2**2000, view=False), **{"0": SIX})
    yield (
        "a huge shape",
        archive(tensor_pickle(shape=(2**2000,) * 32, strides=(0,) * 32, view=False), **{"0": SIX}),
    )
    yield (
        "a huge empty shape",
        archive(tensor_pickle(shape=(0, 2**62, 2**62), strides=(1, 1, 1), view=False), **{"0": SIX}),
    )
    yield "a file of an archive", _patched(archive(tensor_pickle(view=False), **{"0": SIX}), 24, 2**31)
    yield "files of an archive that are one", _overlapping()


def _patched(content: bytes, at: int, size: int) -> bytes:
    """Change a 32-bit field of the last entry in an archive's directory; 24 is the size of the file."""
    entry = content.rindex(b"PK\x01\x02")
    return content[: entry + at] + struct.pack("<I", size) + content[entry + at + 4 :]


def _overlapping() -> bytes:
    """Return an archive in whose directory two files begin at the same place."""
    return _patched(archive(tensor_pickle(view=False), **{"0": SIX}), 42, 0)
