"""hibari's phonemiser is loaded alone, and its absence is told in one line."""

import os
import subprocess
import sys

import pytest

from text_to_speech.errors import ModelError
from text_to_speech.text import engine


def test_the_phonemiser_is_loaded_without_the_synthesiser():
    package = engine.hibari_g2p()
    assert package is engine.hibari_g2p()
    assert package.numbers.cardinal(12) == "twelve"
    assert sys.modules[f"{engine.NAME}.lexicon"] is package.lexicon


@pytest.mark.parametrize("found", [None, "empty"])
def test_a_missing_package_is_named(monkeypatch, tmp_path, found):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(engine, "_loaded", None)
    monkeypatch.setattr(engine, "find_spec", lambda name: Spec() if found else None)
    with pytest.raises(ModelError, match="hibari-tts"):
        engine.hibari_g2p()


ONCE = """
import sys, threading
from text_to_speech.text import engine, unknown_words

# Threads change often, which made every third run hang before `meet_numpy` was there.
sys.setswitchinterval(1e-6)
barrier, seen, compiled = threading.Barrier(8), [], []
load, compile_network = engine._load, unknown_words._compile
engine._load = lambda: seen.append("load") or load()
unknown_words._compile = lambda *given: compiled.append(1) or compile_network(*given)

def read():
    barrier.wait()
    modules.append(engine.hibari_g2p())
    said.append(unknown_words.UnknownWords()("Zyxquorbl"))

modules, said = [], []
threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(seen), len(compiled), len(set(map(id, modules))), len(modules), len(set(said)), len(said))
"""


def test_eight_threads_that_start_together_load_phonemiser_and_network_once():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", ONCE], env=environment, capture_output=True, timeout=300)
    assert done.stdout.decode().split() == ["1", "1", "1", "8", "1", "8"], done.stderr.decode()


def test_a_phonemiser_that_fails_to_load_leaves_nothing_behind(monkeypatch, tmp_path):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    (tmp_path / "g2p").mkdir()
    (tmp_path / "g2p" / "__init__.py").write_text("raise OSError('damaged')")
    monkeypatch.setattr(engine, "_loaded", None)
    monkeypatch.setattr(engine, "find_spec", lambda name: Spec())
    monkeypatch.delitem(sys.modules, engine.NAME, raising=False)
    with pytest.raises(OSError, match="damaged"):
        engine.hibari_g2p()
    assert engine.NAME not in sys.modules
