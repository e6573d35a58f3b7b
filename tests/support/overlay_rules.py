"""The rules of EPUB 3.3 for packages and media overlays that a file is checked against, written from the standard.

`broken_rules` returns a line for each rule that a book breaks. It shares no code with the writer.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
SMIL = "{http://www.w3.org/ns/SMIL}"
XHTML = "{http://www.w3.org/1999/xhtml}"
OPS = "{http://www.idpf.org/2007/ops}"
CORE_TYPES = {
    "application/xhtml+xml", "text/css", "image/png", "image/jpeg", "image/gif", "image/svg+xml", "audio/mp4",
    "audio/mpeg", "application/smil+xml", "font/woff", "font/ttf", "application/vnd.ms-opentype",
}  # fmt: skip
CLOCK = re.compile(r"\d+:[0-5]\d:[0-5]\d\.\d{3}")


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def joined(base: str, href: str) -> tuple[str, str]:
    path, _, fragment = href.partition("#")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(path))), fragment


class Book:
    """A book that is open for checking.

    Attributes:
        broken: The rules that it breaks.
        pars: Of each document the clips: element, sound file, begin, end.
    """

    def __init__(self, path: Path) -> None:
        self.broken: list[str] = []
        self.pars: dict[str, list[tuple[str, str, float, float]]] = {}
        with zipfile.ZipFile(path) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}
            first = archive.infolist()[0]
        self.rule(first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED, "mimetype is first, stored")
        self.rule(self.files.get("mimetype") == b"application/epub+zip", "mimetype is that of an EPUB")
        container = ElementTree.fromstring(self.files["META-INF/container.xml"])
        rootfile = container.find(".//{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
        assert rootfile is not None
        self.opf = rootfile.attrib["full-path"]
        self.package = ElementTree.fromstring(self.files[self.opf])
        self.items = {item.attrib["id"]: item.attrib for item in self.package.iter(f"{OPF}item")}
        self.paths = {name: joined(self.opf, item["href"])[0] for name, item in self.items.items()}
        self.ids = {
            path: [e.attrib["id"] for e in ElementTree.fromstring(self.files[path]).iter() if "id" in e.attrib]
            for name, path in self.paths.items()
            if self.items[name]["media-type"] == "application/xhtml+xml" and path in self.files
        }
        self.check_package()
        self.check_overlays()

    def rule(self, holds: bool, what: str) -> None:
        if not holds:
            self.broken.append(what)

    def metas(self, name: str, refines: str | None = None) -> list[str]:
        return [
            (meta.text or "").strip()
            for meta in self.package.iter(f"{OPF}meta")
            if meta.get("property") == name and meta.get("refines") == refines
        ]

    def check_package(self) -> None:
        self.rule(self.package.get("version") == "3.0", "version 3.0")
        unique = self.package.get("unique-identifier")
        identifiers = {element.get("id"): element.text for element in self.package.iter(f"{DC}identifier")}
        self.rule(bool(identifiers.get(unique)), "unique-identifier names a dc:identifier")
        for name in ("title", "language"):
            self.rule(any((e.text or "").strip() for e in self.package.iter(f"{DC}{name}")), f"dc:{name} is there")
        modified = self.metas("dcterms:modified")
        self.rule(
            len(modified) == 1 and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", modified[0])),
            "dcterms:modified is one date",
        )
        listed = list(self.paths.values())
        self.rule(len(set(listed)) == len(listed), "no file is listed twice")
        self.rule(len(list(self.package.iter(f"{OPF}item"))) == len(self.items), "ids are unique")
        for path in listed:
            self.rule(path in self.files, f"{path} is in the archive")
        for name in self.files:
            is_meta = name in ("mimetype", self.opf) or name.startswith("META-INF/")
            self.rule(is_meta or name in listed, f"{name} is in the manifest")
        self.rule(sum("nav" in item.get("properties", "").split() for item in self.items.values()) == 1, "one nav")
        spine = [reference.attrib["idref"] for reference in self.package.iter(f"{OPF}itemref")]
        self.rule(bool(spine) and len(set(spine)) == len(spine), "the spine names each document once")
        for name in spine:
            self.rule(name in self.items, f"{name} of the spine is in the manifest")
        for item in self.items.values():
            self.rule(item["media-type"] in CORE_TYPES or "fallback" in item, f"{item['href']} is a core media type")
        for path, ids in self.ids.items():
            self.rule(len(set(ids)) == len(ids), f"ids in {path} are unique")
            text = self.files[path].decode()
            self.rule("<!DOCTYPE html>" in text, f"{path} has the document type of HTML")
            for href in re.findall(r'<link [^>]*href="([^"]+)"', text):
                self.rule(joined(path, href)[0] in self.files, f"{href} of {path} is there")
        navigation = next(p for n, p in self.paths.items() if "nav" in self.items[n].get("properties", "").split())
        root = ElementTree.fromstring(self.files[navigation])
        tocs = [nav for nav in root.iter(f"{XHTML}nav") if nav.get(f"{OPS}type") == "toc"]
        self.rule(len(tocs) == 1, "one table of contents")
        for anchor in tocs[0].iter(f"{XHTML}a"):
            target, fragment = joined(navigation, anchor.attrib["href"])
            self.rule(target in self.ids and (not fragment or fragment in self.ids[target]), f"{anchor.attrib} leads on")

    def check_overlays(self) -> None:
        total = 0.0
        used = {item["media-overlay"] for item in self.items.values() if "media-overlay" in item}
        smils = {name for name, item in self.items.items() if item["media-type"] == "application/smil+xml"}
        self.rule(bool(used) and used == smils, "each overlay belongs to a document")
        for name, item in self.items.items():
            if "media-overlay" not in item:
                continue
            self.rule(item["media-type"] == "application/xhtml+xml", "overlays belong to documents")
            durations = self.metas("media:duration", f"#{item['media-overlay']}")
            self.rule(len(durations) == 1 and bool(CLOCK.fullmatch(durations[0])), "an overlay has one duration")
            length = self.check_smil(self.paths[item["media-overlay"]], self.paths[name])
            self.rule(abs(length - seconds(durations[0])) < 0.0015, f"duration of {name} is that of its clips")
            total += seconds(durations[0])
        whole = self.metas("media:duration")
        self.rule(len(whole) == 1 and abs(seconds(whole[0]) - total) < 0.001 * (len(used) + 1), "durations add up")
        classes = self.metas("media:active-class")
        styles = "".join(self.files[p].decode() for n, p in self.paths.items() if p.endswith(".css"))
        self.rule(len(classes) == 1 and f".{classes[0]}" in styles, "the active class is in a stylesheet")

    def check_smil(self, own: str, document: str) -> float:
        root = ElementTree.fromstring(self.files[own])
        self.rule(root.tag == f"{SMIL}smil" and root.get("version") == "3.0", f"{own} is SMIL 3.0")
        ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
        self.rule(len(set(ids)) == len(ids), f"ids in {own} are unique")
        length, last = 0.0, -1
        for par in root.iter(f"{SMIL}par"):
            text, audio = par.find(f"{SMIL}text"), par.find(f"{SMIL}audio")
            if text is None or audio is None:
                self.broken.append("a par has a text and an audio")
                continue
            path, fragment = joined(own, text.attrib["src"])
            self.rule(path == document and fragment in self.ids[document], f"{text.attrib['src']} is in the document")
            if fragment in self.ids[document]:
                position = self.ids[document].index(fragment)
                self.rule(position > last, "clips follow the order of the document")
                last = position
            sound, _ = joined(own, audio.attrib["src"])
            media = next((self.items[n]["media-type"] for n, p in self.paths.items() if p == sound), "")
            self.rule(media in ("audio/mp4", "audio/mpeg"), f"{sound} is a sound of the book")
            times = [audio.attrib[name] for name in ("clipBegin", "clipEnd")]
            self.rule(all(map(CLOCK.fullmatch, times)), f"{times} are clock values")
            begin, end = map(seconds, times)
            self.rule(begin < end, f"{times} is a stretch of time")
            length += end - begin
            self.pars.setdefault(document, []).append((fragment, sound, begin, end))
        return length


def broken_rules(path: Path) -> list[str]:
    """Return the rules that a book breaks."""
    return Book(path).broken
