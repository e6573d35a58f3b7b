"""XHTML with an element around each sentence or word, which a media overlay points to.

    marked = mark_source(source, spans)        # the document of an EPUB as it is, with <span> put in
    marked = page_of(document, blocks, spans)  # a page that is made of the blocks of any other document

A sentence may begin within an element and end after it. Then its span is cut at the borders of elements, and each
piece has a mark of its own, so that the result is well-formed.
"""

from __future__ import annotations

import bisect
import html
import html.entities
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..script.document import DocumentBlock, Run
from ..text.word_sets import word_set

STYLE = """\
body { line-height: 1.4; margin: 1em; }
p { margin: 0 0 0.6em; }
p.verse, p.item, p.row { margin-bottom: 0.2em; }
p.verse { margin-left: 2em; }
p.item { margin-left: 1.5em; text-indent: -1em; }
p.caption { font-style: italic; }
aside { font-size: smaller; }
"""

_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)([A-Za-z][^\s/>]*)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL,
)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_VOID = word_set("area base br col embed hr img input link meta param source track wbr")


@dataclass(frozen=True)
class Span:
    """A stretch of a source that gets a mark.

    Attributes:
        start: Offset of its first character.
        end: End offset (exclusive).
    """

    start: int
    end: int


def mark_source(source: str, spans: Sequence[Span]) -> tuple[str, list[list[tuple[str, int]]]]:
    """Put marks into XHTML.

    Args:
        source: The document.
        spans: What is marked, in the order of the source and apart from one another.

    Returns:
        The document, and of each span the marks that it has got: identifier and offset in the source. A span without
        text, or whose text lies in CDATA, has none.
    """
    tokens = list(_TOKEN.finditer(source))
    starts = [token.start() for token in tokens]
    taken = set(re.findall(r"\bid\s*=\s*[\"']([^\"']+)[\"']", source))
    prefix = next(
        name for name in ("s", "say", *(f"say{n}-" for n in range(1_000_000))) if not _is_used(name, taken)
    )
    inserts: list[tuple[int, str]] = []
    found: list[list[tuple[str, int]]] = []
    count = 0
    for span in spans:
        own: list[tuple[str, int]] = []
        for start, end in _pieces(source, span, tokens, starts):
            count += 1
            inserts += [(start, f'<span id="{prefix}{count}">'), (end, "</span>")]
            own.append((f"{prefix}{count}", start))
        found.append(own)
    parts = []
    position = 0
    for at, text in inserts:
        parts += [source[position:at], text]
        position = at
    parts.append(source[position:])
    return "".join(parts), found


def _is_used(prefix: str, names: set[str]) -> bool:
    return any(name.startswith(prefix) and name[len(prefix) :].isdigit() for name in names)


def _pieces(
    source: str, span: Span, tokens: Sequence[re.Match[str]], starts: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the parts of a span in which every element that begins also ends."""
    first = bisect.bisect_left(starts, span.start)
    if first and tokens[first - 1].end() > span.start:
        return []  # it begins within a comment or CDATA
    inside = []
    for token in tokens[first:]:
        if token.start() >= span.end:
            break
        inside.append(token)
    cuts: list[tuple[int, int]] = []  # tags that end or begin an element whose other tag lies outside
    opened: list[re.Match[str]] = []
    for token in inside:
        if not token[2] or token[2].lower() in _VOID or token[0].endswith("/>"):
            continue
        if not token[1]:
            opened.append(token)
        elif opened:
            opened.pop()
        else:
            cuts.append(token.span())
    cuts += [token.span() for token in opened]
    pieces = []
    position = span.start
    for start, end in [*sorted(cuts), (span.end, span.end)]:
        if _TOKEN.sub("", source[position:start]).strip():
            pieces.append((position, start))
        position = end
    return pieces


def as_epub3(source: str, *, stylesheet: str) -> str:
    """Return XHTML of any version as EPUB 3 has it: document type, entities by number, and one more stylesheet."""
    text = _DOCTYPE.sub("<!DOCTYPE html>", source, count=1)
    text = _ENTITY.sub(_by_number, text)
    link = f'<link rel="stylesheet" type="text/css" href="{html.escape(stylesheet)}"/>'
    return re.sub(r"</head\s*>", lambda match: link + match[0], text, count=1, flags=re.IGNORECASE)


def _by_number(match: re.Match[str]) -> str:
    if match[1] in _XML_ENTITIES:
        return match[0]
    characters = html.entities.html5.get(f"{match[1]};")
    return "".join(f"&#{ord(character)};" for character in characters) if characters else f"&amp;{match[1]};"


def page_of(
    blocks: Sequence[DocumentBlock], spans: Sequence[Span], *, title: str, language: str, stylesheet: str
) -> tuple[str, list[list[tuple[str, int]]]]:
    """Return a page that is made of blocks, with marks; see `mark_source`.

    Args:
        blocks: The blocks.
        spans: What is marked, in offsets of their document's source.
        title: Title of the page.
        language: Language tag.
        stylesheet: Reference to the stylesheet.
    """
    page = _Page(spans)
    for block in blocks:
        page.add(block)
    body = "\n".join(page.lines)
    lang = html.escape(language or "en")
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{lang}"'
        f' xml:lang="{lang}">\n<head><meta charset="utf-8"/><title>{escaped(title)}</title>'
        f'<link rel="stylesheet" type="text/css" href="{html.escape(stylesheet)}"/></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )
    return text, page.marks


class _Page:
    """Writes blocks as XHTML.

    Attributes:
        lines: The elements so far.
        marks: The marks that each span has got.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        self.lines: list[str] = []
        self.marks: list[list[tuple[str, int]]] = [[] for _ in spans]
        self._spans = spans
        self._starts = [span.start for span in spans]
        self._count = 0

    def add(self, block: DocumentBlock) -> None:
        """Append a block."""
        if block.kind == "rule":
            self.lines.append("<hr/>")
            return
        content = self._content(block.runs)
        if not content:
            return
        if block.kind == "heading":
            name = f"h{min(max(block.level, 1), 6)}"
            element = f"<{name}>{content}</{name}>"
        elif block.kind == "code":
            element = f"<pre>{content}</pre>"
        elif block.kind == "quote":
            element = f"<blockquote><p>{content}</p></blockquote>"
        elif block.kind == "paragraph":
            element = f"<p>{content}</p>"
        else:
            element = f'<p class="{block.kind}">{content}</p>'
        self.lines.append(
            f'<aside epub:type="footnote">{element}</aside>' if "footnote" in block.roles else element
        )

    def _content(self, runs: Sequence[Run]) -> str:
        """Return runs with their marks; a run is cut where a span begins or ends."""
        parts: list[str] = []
        current = -1
        for run in runs:
            for text, index, start in self._cut(run):
                if index != current:
                    if current >= 0:
                        parts.append("</span>")
                    if index >= 0:
                        self._count += 1
                        self.marks[index].append((f"s{self._count}", start))
                        parts.append(f'<span id="s{self._count}">')
                    current = index
                parts.append(_emphasized(text, run))
        if current >= 0:
            parts.append("</span>")
        return "".join(parts)

    def _cut(self, run: Run) -> Iterator[tuple[str, int, int]]:
        """Yield the pieces of a run, each with the index of its span, -1 for none, and its offset in the source."""
        if len(run.text) != run.end - run.start:
            index = bisect.bisect_right(self._starts, run.start) - 1
            inside = index >= 0 and run.start < self._spans[index].end
            yield run.text, index if inside else -1, run.start
            return
        position = run.start
        while position < run.end:
            index = bisect.bisect_right(self._starts, position) - 1
            if index >= 0 and position < self._spans[index].end:
                stop = min(self._spans[index].end, run.end)
            else:
                following = self._starts[index + 1] if index + 1 < len(self._starts) else run.end
                stop, index = min(following, run.end), -1
            yield run.text[position - run.start : stop - run.start], index, position
            position = stop


def _emphasized(text: str, run: Run) -> str:
    content = escaped(text)
    if run.language:
        content = f'<span lang="{html.escape(run.language)}" xml:lang="{html.escape(run.language)}">{content}</span>'
    name = {"moderate": "em", "strong": "strong"}.get(run.emphasis)
    return f"<{name}>{content}</{name}>" if name and text.strip() else content


def escaped(text: str) -> str:
    """Return a text as XML has it, without the characters that XML cannot have."""
    return html.escape("".join(c for c in text if c >= " " or c in "\t\n"), quote=False)
