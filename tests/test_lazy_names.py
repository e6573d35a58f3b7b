"""Names that a package imports when they are first used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import text_to_speech
from text_to_speech import script
from text_to_speech.lazy_names import first_use

DEMO = Path(__file__).parents[1] / "demo"


@pytest.mark.parametrize("package", [text_to_speech, script])
def test_every_exported_name_is_there(package) -> None:
    for name in package.__all__:
        assert getattr(package, name) is getattr(package, name)


@pytest.mark.parametrize("package", [text_to_speech, script])
def test_a_name_that_is_not_exported_is_an_attribute_error(package) -> None:
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'nothing'"):
        _ = package.nothing


def test_a_name_is_imported_once() -> None:
    package: dict[str, object] = {"__name__": "text_to_speech.script"}
    found = first_use("Document", {"Document": "document"}, package)
    assert package["Document"] is found is script.Document


def test_a_plain_text_loads_no_reader_of_documents() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(DEMO)!r}); from text_to_speech import Synthesizer, read_script;"
        " read_script('Hello. How are you?'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    loaded = set(done.stdout.split())
    assert "text_to_speech.script.formats" in loaded
    for name in ("html_reader", "html_walk", "markdown_reader", "incremental"):
        assert f"text_to_speech.script.{name}" not in loaded
