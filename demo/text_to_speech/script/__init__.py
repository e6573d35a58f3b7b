"""What is to be spoken, and how: plain text, Markdown, HTML and SSML become a script, and a script becomes utterances.

script = read_script("Wait. [pause 1s] Now!")  # or a document
for utterance in utterances(script, Phonemizer(), Manner(speed=1.2), median_f0=196.0):
    ...

directions ◀── script ◀── inline_phonemes ◀──┐
                  ▲                          ├── plain ◀─────────────────────────┐
                  └── script_builder         │     ▲                             │
                            ▲                │     │                             │
ssml_values, ssml_source ◀── ssml_elements ◀── ssml ◀─────────────────────┐      │
                            │                      │                      │      │
document ◀── document_script ──────────────────────┘                      │      │
   ▲                                                                      │  pending_text
block_builder ◀── html_tables ◀── html_walk ◀── html_elements             │      │
                                                      ▲                   │      │
html_source, html_text, source_map ◀── html_reader ───┘◀── formats ◀── pending_scripts ◀── incremental
                                            ▲                 │           │
                                   markdown_reader ◀──────────┴── incremental_markdown

ssml_values ◀── voice_request ◀── script
script, directions ◀── words ◀── utterances
"""

from typing import TYPE_CHECKING, Any

from ..lazy_names import first_use
from .directions import Delivery, Manner, MannerOptions, Mark, Pause
from .formats import INPUT_FORMATS, InputFormat, format_of, read_script
from .plain import parse_text
from .script import Alias, Block, Piece, Script, join_scripts
from .ssml import is_ssml, parse_ssml
from .utterances import Utterance, spoken_utterances, utterances
from .words import LONGEST_UTTERANCE, Word, WordReader

if TYPE_CHECKING:
    from .document import Anchor, Document, DocumentBlock, Run
    from .html_reader import read_html
    from .incremental import IncrementalScripts, incremental_scripts
    from .markdown_reader import read_markdown
    from .pending_scripts import PendingScripts

# What only documents and texts in pieces need is imported when it is first used.
_HOME = {
    "Anchor": "document",
    "Document": "document",
    "DocumentBlock": "document",
    "IncrementalScripts": "incremental",
    "PendingScripts": "pending_scripts",
    "Run": "document",
    "incremental_scripts": "incremental",
    "read_html": "html_reader",
    "read_markdown": "markdown_reader",
}

__all__ = [
    "INPUT_FORMATS",
    "LONGEST_UTTERANCE",
    "Alias",
    "Anchor",
    "Block",
    "Delivery",
    "Document",
    "DocumentBlock",
    "IncrementalScripts",
    "InputFormat",
    "Manner",
    "MannerOptions",
    "Mark",
    "Pause",
    "PendingScripts",
    "Piece",
    "Run",
    "Script",
    "Utterance",
    "Word",
    "WordReader",
    "format_of",
    "incremental_scripts",
    "is_ssml",
    "join_scripts",
    "parse_ssml",
    "parse_text",
    "read_html",
    "read_markdown",
    "read_script",
    "spoken_utterances",
    "utterances",
]


def __getattr__(name: str) -> Any:
    """Import an exported name from its module (PEP 562)."""
    return first_use(name, _HOME, globals())
