"""The pickles that torch.save writes, interpreted without Python's own module and in time linear in their size.

A pickle is a program for a machine with a stack and a memo. Python's interpreter of it calls what the pickle names,
allocates what it claims, and hashes whatever becomes a key: 300 bytes can hold a tuple of tuples that share their
parts, with 2^34 elements once something walks through it. This one knows 33 opcodes, the ones of protocol 2 that
torch.save needs. It never hashes, compares or prints a value that the pickle built; names and persistent ids are handed
to two functions of the caller. Each opcode costs at most what its own bytes and the stack that it takes away cost,
so the whole is linear, and nothing recurses.

The opcodes are described in Python's Lib/pickletools.py.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ModelError

MAX_OPCODES = 2_000_000
MAX_NAME = 200  # bytes of the name of a class or function

Call = Callable[..., object]


def run_pickle(
    data: bytes | memoryview,
    start: int,
    *,
    find: Callable[[str, str], object],
    load: Callable[[object], object],
) -> tuple[object, int]:
    """Run one pickle.

    Args:
        data: Bytes that hold the pickle, and perhaps more.
        start: Offset of the pickle's first byte.
        find: Takes the names of a module and of something in it, and returns an object for them. If it is callable, the
            pickle may call it with a tuple of arguments that the pickle built.
        load: Takes a persistent id and returns an object for it.

    Returns:
        The value that the pickle built, and the offset after its last byte. Containers may be shared, may contain
        themselves and may be nested to any depth: walk through them with a limit.

    Raises:
        ModelError: The pickle is damaged, too long, or uses an opcode that torch.save does not write.
    """
    machine = _Machine(memoryview(data), start, find, load)
    try:
        return machine.run(), machine.at
    except (IndexError, KeyError, struct.error) as error:
        raise ModelError(f"its pickle is damaged near byte {machine.at}") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"its pickle holds a text near byte {machine.at} that is not UTF-8") from error


class _Machine:
    """The stack, the memo and the place in the bytes while one pickle runs."""

    def __init__(
        self,
        data: memoryview,
        at: int,
        find: Callable[[str, str], object],
        load: Callable[[object], object],
    ) -> None:
        self.at = at
        self._data = data
        self._find = find
        self._load = load
        self._stack: list[Any] = []
        self._marks: list[int] = []  # heights of the stack
        self._memo: dict[int, object] = {}

    def run(self) -> object:
        """Run the opcodes up to STOP; return the value on top of the stack."""
        for _ in range(MAX_OPCODES):
            code = self._take(1)[0]
            if code == _STOP:
                return self._stack.pop()
            if code in _CONSTANTS:
                self._stack.append(_CONSTANTS[code])
            elif code in _NUMBERS:
                self._stack.append(self._number(_NUMBERS[code]))
            elif code in _ACTIONS:
                _ACTIONS[code](self)
            else:
                raise ModelError(
                    f"its pickle holds the opcode {chr(code)!r}, which torch.save does not write"
                )
        raise ModelError(f"its pickle has more than {MAX_OPCODES} opcodes")

    def _take(self, size: int) -> memoryview:
        """Return the next bytes; a size that is only claimed allocates nothing."""
        piece = self._data[self.at : self.at + size]
        if len(piece) < size:
            raise ModelError("its pickle ends too early")
        self.at += size
        return piece

    def _number(self, form: struct.Struct) -> Any:
        return form.unpack(self._take(form.size))[0]

    def _since_mark(self) -> list[Any]:
        """Take away what was put on the stack since the last mark."""
        height = self._marks.pop()
        if height > len(self._stack):
            raise IndexError
        items = self._stack[height:]
        del self._stack[height:]
        return items

    def _last(self, count: int) -> list[Any]:
        """Take away the last values of the stack."""
        if count > len(self._stack):
            raise IndexError
        items = self._stack[-count:]
        del self._stack[-count:]
        return items

    def protocol(self) -> None:
        """PROTO: the version of the format, which the opcodes tell as well."""
        self._take(1)

    def mark(self) -> None:
        """MARK: remember the height of the stack."""
        self._marks.append(len(self._stack))

    def long(self) -> None:
        """LONG1: an integer of at most 255 bytes."""
        self._stack.append(int.from_bytes(self._take(self._take(1)[0]), "little", signed=True))

    def text(self) -> None:
        """BINUNICODE: a text."""
        size = self._number(_UINT4)
        self._stack.append(str(self._take(size), "utf-8", "surrogatepass"))

    def tuple_since_mark(self) -> None:
        """TUPLE."""
        self._stack.append(tuple(self._since_mark()))

    def empty_list(self) -> None:
        """EMPTY_LIST."""
        self._stack.append([])

    def append(self) -> None:
        """APPEND: one value to the list below it."""
        self._extend(self._last(1))

    def appends(self) -> None:
        """APPENDS: the values since the mark to the list below it."""
        self._extend(self._since_mark())

    def _extend(self, items: Sequence[object]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            raise ModelError(f"its pickle appends to a {type(target).__name__}")
        target.extend(items)

    def empty_dict(self) -> None:
        """EMPTY_DICT."""
        self._stack.append({})

    def set_item(self) -> None:
        """SETITEM: one key and value into the dictionary below them."""
        self._update(self._last(2))

    def set_items(self) -> None:
        """SETITEMS: the keys and values since the mark into the dictionary below it."""
        self._update(self._since_mark())

    def _update(self, items: Sequence[object]) -> None:
        target = self._stack[-1]
        if type(target) is not dict or len(items) % 2:
            raise ModelError(f"its pickle puts {len(items)} keys and values into a {type(target).__name__}")
        for key, value in zip(items[::2], items[1::2], strict=True):
            # To hash a tuple is to walk through everything that it holds, as often as it is shared.
            if type(key) is not str and type(key) is not int:
                kind = type(key).__name__
                raise ModelError(f"it holds a dictionary with a {kind} as a key: expected str or int")
            target[key] = value

    def put(self) -> None:
        """BINPUT: remember the value on top of the stack by a number of one byte."""
        self._memo[self._take(1)[0]] = self._stack[-1]

    def long_put(self) -> None:
        """LONG_BINPUT: the same by a number of four bytes; the memo is a dictionary, so the number costs nothing."""
        self._memo[self._number(_UINT4)] = self._stack[-1]

    def get(self) -> None:
        """BINGET: put a remembered value on the stack."""
        self._stack.append(self._memo[self._take(1)[0]])

    def long_get(self) -> None:
        """LONG_BINGET."""
        self._stack.append(self._memo[self._number(_UINT4)])

    def name(self) -> None:
        """GLOBAL: the object for a module and a name, each a line of text."""
        module, name = self._line(), self._line()
        self._stack.append(self._find(module, name))

    def _line(self) -> str:
        near = bytes(self._data[self.at : self.at + MAX_NAME + 1])
        end = near.find(b"\n")
        if end < 0:
            raise ModelError(f"its pickle holds a name of more than {MAX_NAME} bytes, or ends within one")
        self.at += end + 1
        return near[:end].decode("utf-8")

    def reduce(self) -> None:
        """REDUCE: call the object for a name with a tuple of arguments."""
        function, arguments = self._last(2)
        if not callable(function) or type(arguments) is not tuple:
            raise ModelError(f"its pickle calls a {type(function).__name__}")
        self._stack.append(function(*arguments))

    def build(self) -> None:
        """BUILD: the state of an object, of which there is none but the attributes of an ordered dictionary."""
        target, _ = self._last(2)
        if type(target) is not dict:
            raise ModelError(f"its pickle sets the state of a {type(target).__name__}")
        self._stack.append(target)

    def persistent(self) -> None:
        """BINPERSID: the object for a persistent id."""
        self._stack.append(self._load(self._stack.pop()))


def _tuple_of(count: int) -> Callable[[_Machine], None]:
    def action(machine: _Machine) -> None:
        machine._stack.append(tuple(machine._last(count)))

    return action


_UINT4 = struct.Struct("<I")
_STOP = ord(".")
_CONSTANTS: dict[int, object] = {ord("N"): None, 0x88: True, 0x89: False, ord(")"): ()}
_NUMBERS = {
    ord("J"): struct.Struct("<i"),  # BININT
    ord("K"): struct.Struct("<B"),  # BININT1
    ord("M"): struct.Struct("<H"),  # BININT2
    ord("G"): struct.Struct(">d"),  # BINFLOAT
}
_ACTIONS: dict[int, Callable[[_Machine], None]] = {
    0x80: _Machine.protocol,
    ord("("): _Machine.mark,
    0x8A: _Machine.long,
    ord("X"): _Machine.text,
    ord("t"): _Machine.tuple_since_mark,
    0x85: _tuple_of(1),
    0x86: _tuple_of(2),
    0x87: _tuple_of(3),
    ord("]"): _Machine.empty_list,
    ord("a"): _Machine.append,
    ord("e"): _Machine.appends,
    ord("}"): _Machine.empty_dict,
    ord("s"): _Machine.set_item,
    ord("u"): _Machine.set_items,
    ord("q"): _Machine.put,
    ord("r"): _Machine.long_put,
    ord("h"): _Machine.get,
    ord("j"): _Machine.long_get,
    ord("c"): _Machine.name,
    ord("R"): _Machine.reduce,
    ord("b"): _Machine.build,
    ord("Q"): _Machine.persistent,
}
