"""The blocks of a document, put together from its start to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .document import Anchor, DocumentBlock, Emphasis, Kind, Run

_CLAUSE_ENDS = tuple(".,;:!?…—–")
# A line that is at least so long and goes on with a small letter was broken because it was full.
_FULL_LINE = 45


@dataclass(frozen=True)
class Style:
    """What holds for text at one point of a document.

    Attributes:
        kind: Kind of the block that text begins here.
        level: See `DocumentBlock`.
        roles: Roles of the elements around the block.
        inline_roles: Roles of the elements inside the block around the text.
        emphasis: See `Run`.
        language: See `Run`.
        is_preformatted: Whether lines are lines.
        is_verse: Whether paragraphs are the lines of a poem.
    """

    kind: Kind = "paragraph"
    level: int = 0
    roles: frozenset[str] = frozenset()
    inline_roles: frozenset[str] = frozenset()
    emphasis: Emphasis = ""
    language: str = ""
    is_preformatted: bool = False
    is_verse: bool = False


@dataclass
class _Open:
    """A block whose end has not come yet: its runs line by line."""

    style: Style | None = None
    lines: list[list[Run]] = field(default_factory=lambda: [[]])
    anchors: list[tuple[str, int, int, int]] = field(default_factory=list)
    meant: set[int] = field(default_factory=set)
    # Characters of the last line.
    line_length: int = 0

    @property
    def has_text(self) -> bool:
        return any(run.text.strip() for line in self.lines for run in line)


class BlockBuilder:
    """Collects runs into blocks."""

    def __init__(self) -> None:
        self.blocks: list[DocumentBlock] = []
        self._open = _Open()
        # Names that lie before the next block.
        self._names: list[tuple[str, int]] = []
        # The number of a list item, which belongs to the next text in it.
        self._label: Run | None = None

    def add_run(self, text: str, start: int, end: int, style: Style) -> None:
        """Append characters of the current block, which begins here if it has not begun yet."""
        block = self._open
        if not text.strip() and not block.has_text:
            return
        if block.style is None:
            block.style = style
            if self._label:
                block.lines[-1].append(self._label)
                block.line_length = len(self._label.text)
                self._label = None
        # What is left out together with the whole block needs no role of its own.
        roles = (style.inline_roles | style.roles) - block.style.roles
        block.lines[-1].append(Run(text, start, end, style.emphasis, style.language, roles))
        block.line_length += len(text)

    @property
    def open_runs(self) -> Sequence[Run]:
        """The runs of the last line of the block that is open."""
        return self._open.lines[-1]

    def add_label(self, text: str, start: int, end: int) -> None:
        """Let the next block begin with the number of a list item, which stands for the item's tag or mark."""
        self._label = Run(text, start, end)

    def drop_label(self) -> None:
        """Forget the number of an item that has no text."""
        self._label = None

    def add_anchor(self, name: str, start: int) -> None:
        """Let a name lie here."""
        block = self._open
        if block.style is None:
            self._names.append((name, start))
        else:
            block.anchors.append((name, start, len(block.lines) - 1, block.line_length))

    def end_line(self, *, is_meant: bool = False) -> None:
        """End a line of the current block.

        Args:
            is_meant: Whether the line does not end because it is full, however long it is.
        """
        if self._open.style is not None:
            if is_meant:
                self._open.meant.add(len(self._open.lines) - 1)
            self._open.lines.append([])
            self._open.line_length = 0

    def end_block(self, *, ends_paragraph: bool = True) -> None:
        """End the current block, if it has text."""
        block, self._open = self._open, _Open()
        if block.style is None or not block.has_text:
            self._names += [(name, start) for name, start, _, _ in block.anchors]
            return
        for index, made in enumerate(_blocks_of(block, ends_paragraph=ends_paragraph)):
            self.blocks.append(self._with_names(made) if not index else made)

    def end_paragraph(self) -> None:
        """Let the pause after the last block be that of a paragraph."""
        self.end_block()
        if self.blocks:
            self.blocks[-1] = replace(self.blocks[-1], ends_paragraph=True)

    def add_rule(self, style: Style) -> None:
        """Append a horizontal line."""
        self.end_paragraph()
        self.blocks.append(self._with_names(DocumentBlock("rule", roles=style.roles)))

    def add_block(self, block: DocumentBlock) -> None:
        """Append a whole block."""
        self.end_block()
        self.blocks.append(self._with_names(block))

    def finish(self) -> tuple[DocumentBlock, ...]:
        """Return the blocks of the whole document."""
        self.end_paragraph()
        if self._names and self.blocks:
            last = self.blocks[-1]
            rest = tuple(Anchor(name, len(last.raw_text), start) for name, start in self._names)
            self.blocks[-1] = replace(last, anchors=last.anchors + rest)
        return tuple(self.blocks)

    def _with_names(self, block: DocumentBlock) -> DocumentBlock:
        """Return a block in which the names before it lie, too."""
        names, self._names = self._names, []
        before = tuple(Anchor(name, 0, start) for name, start in names)
        return replace(block, anchors=before + block.anchors) if before else block


def _blocks_of(block: _Open, *, ends_paragraph: bool) -> list[DocumentBlock]:
    """Return the blocks of lines: one of lines that are only full, and one of each line that is meant as such."""
    style = block.style or Style()
    groups: list[list[int]] = []
    ends: list[bool] = []
    is_new = True
    for index, line in enumerate(block.lines):
        if not any(run.text.strip() for run in line):
            # An empty line parts paragraphs.
            if ends:
                ends[-1] = True
            is_new = True
        elif is_new or index - 1 in block.meant or _is_meant(block.lines[groups[-1][-1]], line, style):
            groups.append([index])
            ends.append(False)
            is_new = False
        else:
            groups[-1].append(index)
    ends[-1] = ends_paragraph
    kind = style.kind
    if kind in ("paragraph", "quote") and (style.is_verse or (len(groups) > 1 and not all(ends[:-1]))):
        kind = "verse"
    anchors: dict[int, list[tuple[str, int, int]]] = {}
    for name, start, line, at in block.anchors:
        anchors.setdefault(line, []).append((name, start, at))
    made = []
    for group, ends_group in zip(groups, ends, strict=True):
        runs, names = _joined([(block.lines[index], anchors.get(index, [])) for index in group])
        made.append(DocumentBlock(kind, runs, style.level, style.roles, names, ends_paragraph=ends_group))
    return made


def _joined(
    lines: Sequence[tuple[Sequence[Run], Sequence[tuple[str, int, int]]]],
) -> tuple[tuple[Run, ...], tuple[Anchor, ...]]:
    """Return the runs and the names of lines that are read as one."""
    runs: list[Run] = []
    names: list[Anchor] = []
    length = 0
    for line, anchors in lines:
        if runs:
            runs.append(replace(runs[-1], text=" ", start=runs[-1].end))
            length += 1
        names += [Anchor(name, length + at, start) for name, start, at in anchors]
        runs += line
        length += sum(len(run.text) for run in line)
    return tuple(runs), tuple(names)


def _is_meant(line: Sequence[Run], following: Sequence[Run], style: Style) -> bool:
    """Tell whether a line ends because its writer wanted it to, and not because it was full."""
    if style.is_verse:
        return True
    text = "".join(run.text for run in line).strip()
    next_text = "".join(run.text for run in following).strip()
    return len(text) < _FULL_LINE or text.endswith(_CLAUSE_ENDS) or not next_text[:1].islower()
