"""PDF files of a few lines, made without a library: text at positions, in Helvetica, with an outline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def pdf(pages: Sequence[Sequence[tuple[float, float, float, str]]], outline: Sequence[tuple[str, int]] = ()) -> bytes:
    """Return a PDF.

    Args:
        pages: Of each page the lines: left, bottom, size of the letters, and text in Latin-1.
        outline: Titles with the index of the page that they lead to.
    """
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    numbers = []
    for lines in pages:
        content = b"BT\n"
        for left, bottom, size, text in lines:
            escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            content += f"/F1 {size} Tf 1 0 0 1 {left} {bottom} Tm (".encode() + escaped + b") Tj\n"
        content += b"ET"
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents {len(objects)} 0 R"
            f" /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        numbers.append(len(objects))
    catalog = "<< /Type /Catalog /Pages 2 0 R"
    if outline:
        root = len(objects) + 1
        catalog += f" /Outlines {root} 0 R"
        first, last = root + 1, root + len(outline)
        objects.append(f"<< /Type /Outlines /First {first} 0 R /Last {last} 0 R /Count {len(outline)} >>".encode())
        for index, (title, page) in enumerate(outline):
            links = f" /Prev {first + index - 1} 0 R" if index else ""
            links += f" /Next {first + index + 1} 0 R" if first + index < last else ""
            objects.append(
                f"<< /Title ({title}) /Parent {root} 0 R{links} /Dest [{numbers[page]} 0 R /Fit] >>".encode()
            )
    objects[0] = f"{catalog} >>".encode()
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(numbers)} >>".encode()
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + end.encode()


def save_pdf(path: Path, pages: Sequence[Sequence[tuple[float, float, float, str]]], outline: Sequence[tuple[str, int]] = ()) -> Path:
    """Write a PDF; see `pdf`."""
    path.write_bytes(pdf(pages, outline))
    return path
