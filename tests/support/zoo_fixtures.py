"""A zoo of one tiny vocoder, whose checkpoint arrives in a package as the real ones do."""

import hashlib
import json

import pytest
import soundfile
import yaml

from text_to_speech.inference.mel import SAMPLE_RATE
from text_to_speech.store import sources
from tiny_recordings import tone
from tiny_zoo import CHECKPOINT, CONFIG, write_doubler


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of its own for each test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TTS_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def zoo(tmp_path):
    """The folder models/ with the model `tiny`, without its checkpoint."""
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    content = CHECKPOINT.read_bytes()
    model = {
        "description": "The smallest vocoder.",
        "task_type": "text_to_speech",
        "files": [
            {
                "name": "generator.pth.tar",
                "size": len(content),
                "checksum": hashlib.sha384(content).hexdigest(),
                "source": "https://example.org/generator.pth.tar",
            }
        ],
        "input_info": [{"name": "mel", "shape": [1, 80, 16], "layout": "NCW"}],
        "model_optimizer_args": ["--input_model=$conv_dir/tiny.onnx"],
        "framework": "onnx",
        "license": "https://example.org/LICENSE",
    }
    (folder / "model.yml").write_text(yaml.safe_dump(model))
    return folder.parent


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed packages; the one that carries the checkpoint is in it, under another file name."""
    folder = tmp_path / "site-packages"
    data = folder / "tiny_weights" / "data"
    data.mkdir(parents=True)
    (data / "weights.bin").write_bytes(CHECKPOINT.read_bytes())
    (data / "other.bin").write_bytes(bytes(CHECKPOINT.stat().st_size))  # of the same size
    (folder / "tiny_weights" / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    record = folder / "tiny_weights-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
    files = ["__init__.py", "data/missing.bin", "data/other.bin", "data/weights.bin"]
    (record / "RECORD").write_text("".join(f"tiny_weights/{name},,\n" for name in files))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sources, "PACKAGES", ("not-installed-weights", "tiny-weights"))
    return folder


@pytest.fixture
def onnx_zoo(tmp_path):
    """A folder models/ with an ONNX file of a composite model, as the voice is committed."""
    folder = tmp_path / "models" / "voice" / "voice-regression"
    folder.mkdir(parents=True)
    write_doubler(folder / "voice-regression.onnx")
    return tmp_path / "models"


@pytest.fixture
def recordings(tmp_path):
    """Two recordings, laid out as LJSpeech is."""
    (tmp_path / "wavs").mkdir()
    for name, hertz in (("a", 120.0), ("b", 200.0)):
        soundfile.write(tmp_path / "wavs" / f"{name}.wav", tone(hertz), SAMPLE_RATE)
    (tmp_path / "metadata.csv").write_text("a|One|one\nb|Two|two\n")
    return tmp_path
