"""The first module of every command: signals at any moment, in real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from text_to_speech.cli import start as text_to_speech_start

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX does")

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
SIGNALS = pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)


class Command:
    """A process of Python in a folder of its own, with modules that the test has written there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def module(self, name: str, code: str) -> None:
        (self.folder / f"{name}.py").write_text(code, encoding="utf-8")

    def start(self, *line: str, wait_for: str, shell_prefix: str = "") -> subprocess.Popen[str]:
        """Start a process and wait until it has printed a line."""
        command = [sys.executable, *line]
        if shell_prefix:
            command = ["sh", "-c", f'{shell_prefix}; exec "$@"', "sh", *command]
        folders = os.pathsep.join([str(self.folder), str(DEMO)])
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": folders, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            # Under nohup the tests themselves, and so their children, ignore SIGHUP.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        assert self.process.stdout is not None
        for printed in self.process.stdout:
            if printed.startswith(wait_for):
                return self.process
        raise AssertionError(self.process.communicate()[1])

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; return the exit status and standard error."""
        assert self.process is not None
        self.process.send_signal(number)
        error = self.process.communicate(timeout=60)[1]
        return self.process.returncode, error


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    if command.process:
        command.process.kill()
        command.process.communicate()


RUN = "import sys; from text_to_speech.cli import start; sys.exit(start.start(sys.argv[1]))"


@SIGNALS
def test_the_demo_can_be_stopped_while_it_imports(number: signal.Signals, command: Command) -> None:
    command.module("openvino", "import time\nprint('importing', flush=True)\ntime.sleep(60)")
    command.start(str(DEMO / "text_to_speech_demo.py"), "-i", "Hello.", wait_for="importing")
    said = "interrupted" if number == signal.SIGINT else f"stopped by {number.name}"
    assert command.end(number) == (STATUS[number], f"text-to-speech-demo: {said}; no file was written\n")


@SIGNALS
def test_a_command_can_be_stopped_while_it_is_imported(number: signal.Signals, command: Command) -> None:
    command.module("heavy", "import time\nprint('importing', flush=True)\ntime.sleep(60)")
    command.start("-c", RUN, "heavy", wait_for="importing")
    said = "interrupted; no file was written\n" if number == signal.SIGINT else ""
    assert command.end(number) == (STATUS[number], said)


@SIGNALS
def test_the_demo_tells_which_of_several_files_is_complete(
    number: signal.Signals, command: Command, tiny
) -> None:
    texts = ("One.", "Hello there. " * 3000)
    command.start(
        str(DEMO / "text_to_speech_demo.py"), *texts, "-o", "folder/", *tiny.flags, wait_for="Output: folder"
    )
    time.sleep(0.5)
    status, error = command.end(number)
    assert status == STATUS[number]
    assert error.endswith("; complete: folder/001-one.wav\n")
    assert [path.name for path in (command.folder / "folder").iterdir()] == ["001-one.wav"]


@SIGNALS
def test_the_demo_can_be_stopped_while_it_speaks(number: signal.Signals, command: Command, tiny) -> None:
    (command.folder / "out.ogg").write_bytes(b"older")
    options = ("-i", "Hello there. " * 3000, "-o", "out.ogg", "--timestamps", "t.json", *tiny.flags)
    command.start(str(DEMO / "text_to_speech_demo.py"), *options, wait_for="Models ready")
    time.sleep(0.5)
    status, error = command.end(number)
    said = "interrupted" if number == signal.SIGINT else f"stopped by {number.name}"
    assert (status, error) == (STATUS[number], f"text-to-speech-demo: {said}; no file was written\n")
    assert [path.name for path in command.folder.iterdir()] == ["out.ogg"]
    assert (command.folder / "out.ogg").read_bytes() == b"older"


@SIGNALS
def test_the_demo_can_be_stopped_while_nobody_reads_its_pipe(
    number: signal.Signals, command: Command
) -> None:
    os.mkfifo(command.folder / "pipe")
    command.module(
        "say",
        "from text_to_speech import open_audio\nfrom text_to_speech.cli import frame as cli\n"
        "def work(options):\n    print('waiting', flush=True)\n"
        "    with open_audio('pipe', container='raw'): pass\n"
        "def main():\n    return cli.run(work, cli.OneLineParser(prog='say'), [])\n",
    )
    command.start("-c", RUN, "say", wait_for="waiting")
    status, error = command.end(number)
    assert status == STATUS[number]
    assert error.count("\n") == 1
    assert (command.folder / "pipe").is_fifo()


def test_a_signal_tells_what_is_complete(command: Command) -> None:
    command.module(
        "many",
        "import time\nfrom pathlib import Path\nfrom text_to_speech import files\n"
        "from text_to_speech.cli import frame as cli\n"
        "def work(options):\n"
        "    for number in range(5): files.write_output(f'{number}.txt', b'text')\n"
        "    with files.open_output('5.txt') as file:\n"
        "        print('writing', flush=True)\n        time.sleep(60)\n"
        "def main():\n    return cli.run(work, cli.OneLineParser(prog='many'), [])\n",
    )
    command.start("-c", RUN, "many", wait_for="writing")
    assert command.end(signal.SIGINT) == (
        130,
        "many: interrupted; complete: 0.txt, 1.txt, 2.txt and 2 more\n",
    )
    assert sorted(path.name for path in command.folder.glob("*.txt")) == [f"{k}.txt" for k in range(5)]


def test_an_ignored_signal_stays_ignored(command: Command) -> None:
    command.module(
        "wait",
        "import sys\ndef main():\n    print('ready', flush=True)\n    sys.stdin.read()\n    return 7\n",
    )
    process = command.start("-c", RUN, "wait", wait_for="ready", shell_prefix="trap '' HUP INT")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    assert process.communicate("", timeout=60) == ("", "")
    assert process.returncode == 7


def test_an_impatient_user_is_no_trouble(command: Command) -> None:
    """Files are removed although Ctrl-C comes again while that is being done."""
    command.module(
        "slow",
        "import time\nfrom text_to_speech import files\nfrom text_to_speech.cli import frame as cli\n"
        "def work(options):\n"
        "    with files.open_output('out.txt') as file:\n"
        "        try:\n            print('ready', flush=True)\n            time.sleep(60)\n"
        "        finally:\n            print('cleaning', flush=True)\n            time.sleep(1)\n"
        "def main():\n    return cli.run(work, cli.OneLineParser(prog='slow'), [])\n",
    )
    process = command.start("-c", RUN, "slow", wait_for="ready")
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "cleaning\n"
    process.send_signal(signal.SIGINT)
    assert command.end(signal.SIGTERM) == (130, "slow: interrupted; no file was written\n")
    assert not list(command.folder.glob("*.txt")) + list(command.folder.glob(".*"))


@pytest.mark.parametrize("place", ["def vio_write():", "class A:\n  def __del__(self):"])
def test_a_signal_is_not_lost_where_an_exception_would_be(place: str, command: Command) -> None:
    depth = "    " if place.startswith("class") else "  "
    call = "A()" if place.startswith("class") else "vio_write()"
    command.module(
        "callback",
        "import os, signal, sys, time\n"
        f"{place}\n{depth}os.kill(os.getpid(), signal.SIGTERM)\n{depth}print('still here', flush=True)\n"
        f"def main():\n    print('ready', flush=True)\n    sys.stdin.read()\n    {call}\n"
        "    for _ in range(600): time.sleep(0.1)\n",
    )
    process = command.start("-c", RUN, "callback", wait_for="ready")
    assert process.communicate("", timeout=60) == ("still here\n", "")
    assert process.returncode == 143


def test_a_library_that_swallows_the_exception_does_not_keep_the_process(command: Command) -> None:
    command.module(
        "deaf",
        "import time\nfrom text_to_speech.cli import start as text_to_speech_start\ntext_to_speech_start.GRACE = 0.3\n"
        "def main():\n    print('ready', flush=True)\n"
        "    while True:\n        try: time.sleep(60)\n        except BaseException: pass\n",
    )
    command.start("-c", RUN, "deaf", wait_for="ready")
    assert command.end(signal.SIGTERM) == (143, "")


def test_a_library_that_makes_another_exception_of_it_is_no_traceback(command: Command) -> None:
    command.module(
        "wrapper",
        "import time\ndef main():\n    print('ready', flush=True)\n"
        "    try: time.sleep(60)\n    except BaseException as error: raise ImportError('numpy') from error\n",
    )
    command.start("-c", RUN, "wrapper", wait_for="ready")
    assert command.end(signal.SIGTERM) == (143, "")


def test_an_error_of_the_program_is_still_a_traceback(command: Command) -> None:
    command.module("broken", "def main():\n    print('ready', flush=True)\n    raise ZeroDivisionError\n")
    process = command.start("-c", RUN, "broken", wait_for="ready")
    assert "ZeroDivisionError" in process.communicate(timeout=60)[1]
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("name", "package"),
    [("nosuchpackage", "nosuchpackage"), ("yaml.none", "PyYAML"), ("cv2.none", "opencv-python")],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_package_that_is_not_installed_is_one_line(
    name: str, package: str, late: bool, command: Command
) -> None:
    missing = f"raise ModuleNotFoundError('No module', name={name!r})\n"
    work = (
        "from text_to_speech.cli import frame\n"
        f"def work(options):\n    {missing}"
        "def main():\n    print('ready', flush=True)\n"
        "    return frame.run(work, frame.OneLineParser(prog='needs'), [])\n"
    )
    command.module("needs", work if late else f"print('ready', flush=True)\n{missing}")
    process = command.start("-c", RUN, "needs", wait_for="ready")
    error = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert error == f"{'needs' if late else '-c'}: error: {name} is not installed: pip install {package}\n"


@pytest.mark.parametrize("name", ["text_to_speech.none", "json.none"])
def test_a_missing_module_of_this_package_is_still_a_traceback(name: str, command: Command) -> None:
    command.module("broken", f"print('ready', flush=True)\nimport {name}\n")
    process = command.start("-c", RUN, "broken", wait_for="ready")
    assert "Traceback" in process.communicate(timeout=60)[1]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_no_file_gets_the_number_of_a_closed_stream(closed: str, tmp_path: Path) -> None:
    code = (
        "import sys; from text_to_speech.cli import start; start.fill_standard_streams(); "
        "file = open('out.txt', 'w'); sys.exit(file.fileno())"
    )
    line = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", code]
    result = subprocess.run(
        line, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(DEMO)}, capture_output=True
    )
    assert result.returncode >= 3


def test_help_and_version_import_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom text_to_speech.cli.start import text_to_speech_demo, vocoder_demo\n"
        "for command in text_to_speech_demo, vocoder_demo:\n"
        "    try: command()\n    except SystemExit: pass\n"
        "print('LOADED', *sys.modules)"
    )
    for option in ("-h", "--version"):
        line = [sys.executable, "-c", code, option]
        result = subprocess.run(
            line, env=os.environ | {"PYTHONPATH": str(DEMO)}, capture_output=True, text=True, check=True
        )
        loaded = set(result.stdout.rpartition("LOADED")[2].split())
        assert not loaded & {"numpy", "openvino", "soundfile", "yaml", "text_to_speech.pipeline"}


def test_every_console_script_begins_here() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    scripts = re.search(r"\[project\.scripts\]\n(.*?)\n\n", text, re.DOTALL)
    assert scripts
    targets = re.findall(r'^([\w-]+) = "([\w.]+):(\w+)"$', scripts[1], re.MULTILINE)
    assert len(targets) == len(scripts[1].splitlines())
    for name, module, function in targets:
        assert module == "text_to_speech.cli.start"
        assert function == name.replace("-", "_")
        assert isinstance(getattr(text_to_speech_start, function), Callable)


def test_the_first_module_needs_the_standard_library_only() -> None:
    code = "import sys, text_to_speech.cli.start; print(*{m.partition('.')[0] for m in sys.modules})"
    result = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(DEMO)},
    )
    foreign = set(result.stdout.split()) - sys.stdlib_module_names - {"__main__", "text_to_speech"}
    assert foreign == set()
