"""What the package offers, and what it does not load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import text_to_speech

ROOT = Path(__file__).parents[1]
HEAVY = {
    "justhtml",
    "pyromark",
    "scipy",
    "librosa",
    "numba",
    "cv2",
    "torch",
    "onnxruntime",
    "onnx",
    "nncf",
    "tqdm",
}
SPEAK = """
import sys
from text_to_speech.cli.speak import main
assert main(sys.argv[1:]) == 0
print("LOADED", *sorted(sys.modules))
"""


def loaded(code: str, *arguments: str, folder: Path) -> set[str]:
    """Run Python code in a process of its own and return the modules that it had loaded at its end."""
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "demo")},
    )
    assert result.returncode == 0, result.stderr
    return set(result.stdout.rpartition("LOADED")[2].split())


def test_every_exported_name_has_a_home_and_is_there() -> None:
    assert sorted(text_to_speech.__all__) == sorted(text_to_speech._HOME)
    for name in text_to_speech.__all__:
        assert getattr(text_to_speech, name) is not None
        assert not (ROOT / "demo" / "text_to_speech" / name).exists(), f"{name} would be hidden by a folder"


def test_the_version_is_that_of_the_project() -> None:
    assert f'\nversion = "{text_to_speech.__version__}"\n' in (ROOT / "pyproject.toml").read_text(
        encoding="utf-8"
    )


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    modules = loaded("import sys, text_to_speech; print('LOADED', *sys.modules)", folder=tmp_path)
    assert not modules & {*HEAVY, "hibari", "numpy", "openvino", "soundfile"}


def test_using_the_synthesizer_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    code = "import sys; from text_to_speech import Synthesizer; print('LOADED', *sys.modules)"
    modules = loaded(code, folder=tmp_path)
    assert "text_to_speech.pipeline" in modules
    assert not modules & {*HEAVY, "hibari"}


def test_a_name_that_is_not_exported_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Synthesiser'"):
        text_to_speech.Synthesiser  # noqa: B018
    assert set(text_to_speech.__all__) <= set(dir(text_to_speech))


def test_a_recording_is_spoken_again_with_nothing_heavy(tiny, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "noise.wav", np.random.default_rng(0).uniform(-0.5, 0.5, 44_100), 44_100)
    code = SPEAK.replace("cli.speak", "cli.vocode")
    modules = loaded(code, "-i", "noise.wav", "-m", str(tiny.vocoder), folder=tmp_path)
    assert (tmp_path / "noise_generated.wav").stat().st_size > 10_000
    assert "text_to_speech.speech.resampling" in modules
    assert modules & {*HEAVY, "soxr", "sklearn"} == set()


def test_speaking_loads_nothing_heavy(tiny, tmp_path: Path) -> None:
    modules = loaded(SPEAK, "-i", "Hello, Mr. Zyzzyva!", *tiny.flags, folder=tmp_path)
    assert (tmp_path / "out.wav").stat().st_size > 10_000
    assert "text_to_speech.text.hibari_g2p" in modules
    assert modules & {*HEAVY, "hibari"} == set()
