"""What a sound file says of itself: title, author, cover and chapters, as ID3 of MP3 and as Vorbis comments.

The chapters of MP3 are the frames CHAP and CTOC of the ID3v2 Chapter Frame Addendum 1.0; those of FLAC and Ogg the
comments CHAPTER001 and CHAPTER001NAME, which players and FFmpeg read.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..speech.timings import clock
from .book import Picture

GENRE = "Audiobook"
_LATIN, _UTF16 = b"\0", b"\1"  # ID3's names of text encodings
_COVER = 3  # the kind of a picture, in ID3 and FLAC: the front cover
_MOST_IN_TABLE = 255  # a CTOC frame counts its entries in one byte
_NO_OFFSET = 0xFFFFFFFF


@dataclass(frozen=True)
class ChapterMark:
    """A chapter of a sound file.

    Attributes:
        title: Its title.
        start: Seconds from the start of the file.
        end: Seconds; the start of the next chapter, or the end of the file.
    """

    title: str
    start: float
    end: float


@dataclass(frozen=True)
class Tags:
    """What a sound file says of itself. Empty values are left out.

    Attributes:
        title: Title of the file: of the book, or of a chapter.
        album: Title of the book.
        artist: Who wrote it.
        narrator: The voice.
        year: When it was published.
        publisher: Who published it.
        language: BCP 47 tag.
        description: A few sentences.
        track: Number of the file among those of the book; 0 for a book in one file.
        tracks: How many files there are.
        cover: The picture on the cover.
        chapters: The chapters in the file, if it has several.
    """

    title: str
    album: str = ""
    artist: str = ""
    narrator: str = ""
    year: str = ""
    publisher: str = ""
    language: str = ""
    description: str = ""
    track: int = 0
    tracks: int = 0
    cover: Picture | None = field(default=None, repr=False)
    chapters: tuple[ChapterMark, ...] = ()


def id3_tag(tags: Tags) -> bytes:
    """Return an ID3v2.3 tag, which stands before the first frame of an MP3."""
    number = f"{tags.track}/{tags.tracks}" if tags.track else ""
    texts = {
        "TIT2": tags.title,
        "TALB": tags.album,
        "TPE1": tags.artist,
        "TPE2": tags.artist,
        "TCOM": tags.narrator,
        "TYER": tags.year if len(tags.year) == 4 else "",
        "TPUB": tags.publisher,
        "TRCK": number,
        "TCON": GENRE,
    }
    frames = [_text_frame(name, text) for name, text in texts.items() if text]
    if tags.description:
        frames.append(_frame("COMM", _UTF16 + b"eng" + _utf16("") + b"\0\0" + _utf16(tags.description)))
    if tags.cover:
        kind = tags.cover.media_type.encode() + b"\0"
        frames.append(_frame("APIC", _LATIN + kind + bytes([_COVER]) + b"\0" + tags.cover.data))
    frames += _chapter_frames(tags.chapters)
    body = b"".join(frames)
    return b"ID3\3\0\0" + _syncsafe(len(body)) + body


def _chapter_frames(chapters: Sequence[ChapterMark]) -> Iterator[bytes]:
    """Yield the table of contents and the chapters; a table of more than 255 has tables of them."""
    if not chapters:
        return
    names = [f"ch{number:04}".encode() for number in range(1, len(chapters) + 1)]
    groups = [names[start : start + _MOST_IN_TABLE] for start in range(0, len(names), _MOST_IN_TABLE)]
    if len(groups) == 1:
        yield _table(b"toc", names, is_top=True)
    else:
        parts = [f"toc{number}".encode() for number in range(1, len(groups) + 1)]
        yield _table(b"toc", parts, is_top=True)
        for part, group in zip(parts, groups, strict=True):
            yield _table(part, group, is_top=False)
    for name, chapter in zip(names, chapters, strict=True):
        times = struct.pack(
            ">IIII", _milliseconds(chapter.start), _milliseconds(chapter.end), _NO_OFFSET, _NO_OFFSET
        )
        yield _frame("CHAP", name + b"\0" + times + _text_frame("TIT2", chapter.title))


def _table(name: bytes, entries: Sequence[bytes], *, is_top: bool) -> bytes:
    flags = 0b01 | (0b10 if is_top else 0)  # the entries are in their order; and it is the outermost table
    return _frame(
        "CTOC", name + b"\0" + bytes([flags, len(entries)]) + b"".join(entry + b"\0" for entry in entries)
    )


def _milliseconds(seconds: float) -> int:
    return min(round(seconds * 1000), _NO_OFFSET - 1)


def _frame(name: str, content: bytes) -> bytes:
    return name.encode("ascii") + struct.pack(">IH", len(content), 0) + content


def _text_frame(name: str, text: str) -> bytes:
    """Return a frame of text: in Latin-1 where that is enough, as old players read nothing else."""
    try:
        return _frame(name, _LATIN + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _frame(name, _UTF16 + _utf16(text))


def _utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le", errors="replace")


def _syncsafe(size: int) -> bytes:
    """Return a size in four bytes of seven bits."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def vorbis_comments(tags: Tags) -> list[tuple[str, str]]:
    """Return the comments of FLAC, Ogg Vorbis and Opus, without the cover."""
    comments = [
        ("TITLE", tags.title),
        ("ALBUM", tags.album),
        ("ARTIST", tags.artist),
        ("ALBUMARTIST", tags.artist),
        ("PERFORMER", tags.narrator),
        ("DATE", tags.year),
        ("ORGANIZATION", tags.publisher),
        ("LANGUAGE", tags.language),
        ("DESCRIPTION", tags.description),
        ("TRACKNUMBER", str(tags.track or "")),
        ("TRACKTOTAL", str(tags.tracks or "")),
        ("GENRE", GENRE),
    ]
    for number, chapter in enumerate(tags.chapters, start=1):
        comments += [
            (f"CHAPTER{number:03}", clock(chapter.start, ".")),
            (f"CHAPTER{number:03}NAME", chapter.title),
        ]
    return [(name, text) for name, text in comments if text]


def comment_packet(tags: Tags, *, vendor: str, with_cover: bool) -> bytes:
    """Return comments as Vorbis and Opus have them in a packet, and FLAC in a block.

    Args:
        tags: What is said.
        vendor: Who made the file.
        with_cover: Whether the cover is a comment, as in Ogg; FLAC has a block for it.
    """
    comments = vorbis_comments(tags)
    if with_cover and tags.cover:
        comments.append(
            ("METADATA_BLOCK_PICTURE", base64.b64encode(picture_block(tags.cover)).decode("ascii"))
        )
    parts = [_length_and_text(vendor), struct.pack("<I", len(comments))]
    parts += [_length_and_text(f"{name}={text}") for name, text in comments]
    return b"".join(parts)


def _length_and_text(text: str) -> bytes:
    data = text.encode("utf-8", errors="replace")
    return struct.pack("<I", len(data)) + data


def picture_block(picture: Picture) -> bytes:
    """Return a picture in the form of FLAC's block PICTURE; its width and height are left for players to find out."""
    media_type = picture.media_type.encode()
    return (
        struct.pack(">II", _COVER, len(media_type))
        + media_type
        + struct.pack(">IIIIII", 0, 0, 0, 0, 0, len(picture.data))
        + picture.data
    )
