"""A document with structure, such as a Markdown file, a web page or a chapter of an e-book, as values.

    document = read_html(page)
    for block in document.blocks:
        print(block.kind, block.text)
    script = document.script(speak={"footnote"})

Readers (`read_markdown`, `read_html`) make it, `Document.script` says it. Nothing that is visible is lost between the
source and the blocks: what is usually not read aloud is there with the role for which it is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .script import Script

Kind = Literal[
    "heading", "paragraph", "item", "term", "definition", "row", "caption", "quote", "verse", "code", "rule"
]
Emphasis = Literal["", "moderate", "strong"]

ROLES: dict[str, str] = {
    "backlink": "links from a note back to its mark",
    "code": "code blocks",
    "deleted": "struck-out text",
    "empty": "headers of empty columns",
    "footnote": "footnotes and endnotes",
    "form": "fields and buttons",
    "hidden": "hidden text",
    "landmarks": "lists of landmarks",
    "metadata": "front matter",
    "navigation": "navigation",
    "noteref": "note marks and citations",
    "pagebreak": "page numbers",
    "ruby": "pronunciations above the line",
    "toc": "tables of contents",
}
"""The roles for which text is left out unless `speak` has them, each with what a message calls such texts."""


@dataclass(frozen=True)
class Run:
    """A stretch of characters that are spoken in one way.

    Attributes:
        text: The characters; white space is spaces, of which several may be adjacent, and in Markdown the line feeds
            of a paragraph, which mean what they mean in plain text.
        start: Offset in the source of what they stand for.
        end: End offset (exclusive). If it is as long as the text, the characters correspond one to one; otherwise each
            of them means the whole span (an entity, the alternative text of an image, the number of a list item).
        emphasis: How they are stressed: `moderate` or `strong`; "" for not at all.
        language: Language tag where it is given in the document, such as "fr"; "" for the document's.
        roles: Names of `ROLES` besides those of the block: a note mark in a paragraph.
    """

    text: str
    start: int
    end: int
    emphasis: Emphasis = ""
    language: str = ""
    roles: frozenset[str] = frozenset()

    def part(self, first: int, stop: int) -> Run:
        """Return the run of some of the characters."""
        part = replace(self, text=self.text[first:stop])
        is_same = self.end - self.start == len(self.text)
        return replace(part, start=self.start + first, end=self.start + stop) if is_same else part


def cut_runs(runs: Iterable[Run], spans: Sequence[tuple[int, int]]) -> Iterator[tuple[Run, int]]:
    """Yield runs, cut where spans of their text begin and end, each with the index of the span that it lies in, or -1.

    Args:
        runs: The runs.
        spans: Spans of the runs' text in their order, which do not overlap.
    """
    at = index = 0
    for run in runs:
        first, stop = at, at + len(run.text)
        while index < len(spans) and spans[index][0] < stop:
            start, end = spans[index]
            if first < start:
                yield run.part(first - at, start - at), -1
            first = max(first, start)
            yield run.part(first - at, min(end, stop) - at), index
            first = min(end, stop)
            if end > stop:
                break
            index += 1
        if first < stop:
            yield run.part(first - at, stop - at), -1
        at = stop


@dataclass(frozen=True)
class Anchor:
    """A name that links point to.

    Attributes:
        name: The `id`, or the `name` of an `<a>`.
        at: Offset in the block's text before which it lies.
        start: Offset in the source of the tag that has it.
    """

    name: str
    at: int
    start: int


@dataclass(frozen=True)
class DocumentBlock:
    """A paragraph, a heading, an item of a list, a row of a table, a line of a poem: what a pause follows.

    Attributes:
        kind: What it is. A `rule` is a horizontal line, which has no runs and means a change of scene.
        runs: Its text in the order in which it is spoken.
        level: Of a heading 1 to 6; of an item, a term and a definition the depth of the list, from 1; else 0.
        roles: Names of `ROLES`: those of the elements around it.
        anchors: The names that lie in it, in the order of their offsets. Names before the first block lie in the first
            one, and names after the last block in the last one.
        ends_paragraph: Whether the pause after it is that of a paragraph.
    """

    kind: Kind
    runs: tuple[Run, ...] = ()
    level: int = 0
    roles: frozenset[str] = frozenset()
    anchors: tuple[Anchor, ...] = ()
    ends_paragraph: bool = True

    @property
    def raw_text(self) -> str:
        """The texts of the runs as they are: anchors point into it."""
        return "".join(run.text for run in self.runs)

    @property
    def text(self) -> str:
        """The text with single spaces and without those around it."""
        return " ".join(self.raw_text.split())

    @property
    def start(self) -> int:
        """Offset of the block in the source: that of its first run or anchor, 0 without any."""
        starts = [run.start for run in self.runs[:1]] + [anchor.start for anchor in self.anchors[:1]]
        return min(starts, default=0)

    def spoken_runs(self, speak: Collection[str] = ()) -> tuple[Run, ...]:
        """Return the runs that are spoken.

        Args:
            speak: Roles whose texts are spoken, too.
        """
        if not self.roles <= frozenset(speak):
            return ()
        return tuple(run for run in self.runs if run.roles <= frozenset(speak))


@dataclass(frozen=True)
class Document:
    """A document: its source, and the blocks of it in the order in which they are read.

    Attributes:
        source: The characters as they were given.
        blocks: All visible text, also what is not spoken.
        title: Its own title, which is not among the blocks; "" where it has none.
        language: Language tag of the whole, "" where none is given.
    """

    source: str
    blocks: tuple[DocumentBlock, ...]
    title: str = ""
    language: str = ""

    def script(
        self, blocks: Iterable[DocumentBlock] | None = None, *, speak: Collection[str] = frozenset()
    ) -> Script:
        """Return what is spoken of the document; what is left out is logged once, counted by role.

        Args:
            blocks: Some of the document's blocks; all when None.
            speak: Names of `ROLES` whose texts are spoken, too.

        Raises:
            InputError: `speak` has a name that is none, or a pause "[pause …]" in the text cannot be followed.
        """
        from .document_script import script_of

        return script_of(self, self.blocks if blocks is None else tuple(blocks), frozenset(speak))

    def left_out(self, speak: Collection[str] = frozenset()) -> Counter[str]:
        """Return the characters, without white space, that are not spoken, counted by role.

        Args:
            speak: Names of `ROLES` whose texts are spoken.
        """
        counts: Counter[str] = Counter()
        for block in self.blocks:
            for run in block.runs:
                if silent := sorted((block.roles | run.roles) - frozenset(speak)):
                    counts[silent[0]] += len("".join(run.text.split()))
        return +counts
