"""Job lists in every form, with what is wrong in real ones."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.batch.entries import LONGEST_ROW, Entry
from text_to_speech.batch.jobs import JobList
from text_to_speech.errors import InputError


def read(path: Path, content: str | bytes, **options: Any) -> list[Entry]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(JobList(str(path), **options))


def values(entries: list[Entry]) -> list[dict[str, Any]]:
    assert not any(entry.fault for entry in entries), entries
    return [dict(entry.values) for entry in entries]


def test_jsonl(tmp_path: Path) -> None:
    entries = read(
        tmp_path / "a.jsonl",
        '\ufeff{"text": "One.", "id": 1}\r\n\n{"Text": "Zwö\\nlf.", "Sample-Rate": 8000}\n{"text": "last"}',
    )
    assert values(entries) == [
        {"text": "One.", "id": 1},
        {"text": "Zwö\nlf.", "sample_rate": 8000},
        {"text": "last"},
    ]
    assert [entry.number for entry in entries] == [1, 3, 4]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{", "it is no JSON"),
        (b'{"text": "a"} x', "it is no JSON"),
        (b"[1]", "it is a list"),
        (b'"text"', "it is a str"),
        (b"null", "it is a NoneType"),
        (b"[" * 100_000, "it is no JSON"),
        (b'{"text": ' + b"9" * 5000 + b"}", "it is no JSON"),
        (b'{"text": "\xe4"}', "it is not UTF-8: byte 0xe4 at character 11"),
        (b'{"text": "' + b"a" * (LONGEST_ROW + 10) + b'"}', "it is longer than"),
    ],
)
def test_a_line_that_is_wrong_does_not_keep_the_next_one(tmp_path: Path, line: bytes, fault: str) -> None:
    bad, good = read(tmp_path / "a.jsonl", line + b'\n{"text": "good"}\n')
    assert bad.fault.startswith(fault)
    assert (good.number, good.values, good.fault) == (2, {"text": "good"}, "")


def test_a_row_of_a_megabyte_is_read(tmp_path: Path) -> None:
    (entry,) = read(tmp_path / "a.jsonl", '{"text": "' + "word " * 200_000 + '"}')
    assert len(entry.values["text"]) == 1_000_000


def test_csv(tmp_path: Path) -> None:
    content = 'ID,Text,speed,pitch\na,"Hello, ""you"".\nSecond line.",1.5,\n\nb,plain,,2\n'
    assert values(read(tmp_path / "a.csv", content)) == [
        {"id": "a", "text": 'Hello, "you".\nSecond line.', "speed": "1.5"},
        {"id": "b", "text": "plain", "pitch": "2"},
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("b,c,d", "it has 3 fields: expected 2, as the first line"),
        ("b", "it has 1 fields"),
        ('b,"x"y', "it is no row of a CSV file"),
    ],
)
def test_a_row_of_csv_that_is_wrong_does_not_keep_the_next_one(tmp_path: Path, line: str, fault: str) -> None:
    bad, good = read(tmp_path / "a.csv", f"id,text\n{line}\nz,good\n")
    assert bad.fault.startswith(fault)
    assert (good.number, good.values) == (2, {"id": "z", "text": "good"})


def test_a_quote_that_is_never_closed_is_no_row(tmp_path: Path) -> None:
    first, bad = read(tmp_path / "a.csv", 'id,text\na,one\nb,"two\nc,three\n')
    assert first.values["text"] == "one"
    assert "unexpected end of data" in bad.fault


def test_bytes_of_another_encoding_in_csv_are_a_fault_of_their_row(tmp_path: Path) -> None:
    bad, good = read(tmp_path / "a.csv", b"id,text\na,\xe4h\nb,good\n")
    assert "it is not UTF-8: byte 0xe4" in bad.fault
    assert good.values["text"] == "good"


def test_csv_without_a_column_of_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no column text; its first line has a, b: .*--text-column"):
        read(tmp_path / "a.csv", "a,b\n1,2\n")


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    columns = {"Path": "id", "sentence": "text"}
    content = 'Path\tsentence\nx.mp3\tSay "it".\n'
    assert values(read(tmp_path / "a.tsv", content, columns=columns)) == [
        {"id": "x.mp3", "text": 'Say "it".'}
    ]


def test_tsv_without_a_header_is_id_and_text(tmp_path: Path) -> None:
    assert values(read(tmp_path / "a.tsv", "a\tOne.\nb\tTwo.\n")) == [
        {"id": "a", "text": "One."},
        {"id": "b", "text": "Two."},
    ]


def test_ljspeech(tmp_path: Path) -> None:
    content = 'LJ001-0001|Printing, in the only "sense"|Printing, normalized\nLJ001-0002|in being\n'
    assert values(read(tmp_path / "metadata.csv", content)) == [
        {"id": "LJ001-0001", "text": 'Printing, in the only "sense"'},
        {"id": "LJ001-0002", "text": "in being"},
    ]
    with_header = read(tmp_path / "metadata.csv", "id|text\na|b\n")
    assert values(with_header) == [{"id": "a", "text": "b"}]


def test_a_line_of_ljspeech_with_too_many_fields_is_a_fault(tmp_path: Path) -> None:
    bad, good = read(tmp_path / "a.csv", "a|b|c|d\ne|f\n")
    assert bad.fault == "it has 4 fields: expected id|text"
    assert good.values == {"id": "e", "text": "f"}


def test_lines(tmp_path: Path) -> None:
    entries = read(tmp_path / "a.txt", "One | {two}\n\n  \nThree")
    assert [(entry.number, entry.values["text"]) for entry in entries] == [(1, "One | {two}"), (4, "Three")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    content = '{"text": "Grüße"}\n{"text": "two"}\n'.encode(encoding)
    assert [entry.values["text"] for entry in read(tmp_path / "a.jsonl", content)] == ["Grüße", "two"]


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    (entry,) = read(tmp_path / "a.txt", "Grüße\n".encode("cp1252"), encoding="cp1252")
    assert entry.values["text"] == "Grüße"
    with pytest.raises(InputError, match="--encoding"):
        JobList(str(tmp_path / "a.txt"), encoding="klingon")
    with pytest.raises(InputError, match="is not UTF-16 text"):
        read(tmp_path / "a.txt", b"\xff\xfe\x00", encoding=None)


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    for name, content in (
        ("b.txt", "B."),
        ("a/one.txt", "One."),
        ("a/two.ssml", "<speak>Two.</speak>"),
        ("same.txt", "Text."),
        ("same.md", "Mark."),
        ("picture.png", "x"),
        (".hidden.txt", "x"),
        (".git/x.txt", "x"),
        ("empty.txt", " "),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "binary.txt").write_bytes(b"a\0b")
    entries = list(JobList(str(folder)))
    found = {entry.values["id"]: entry.fault.partition(":")[0] or entry.values["text"] for entry in entries}
    assert found == {
        "b": "B.",
        "a/one": "One.",
        "a/two": "<speak>Two.</speak>",
        "same.txt": "Text.",
        "same.md": "Mark.",
        "empty": f"{folder / 'empty.txt'} is empty",
        "binary": f"{folder / 'binary.txt'} is binary",
    }
    assert [entry.number for entry in entries] == list(range(1, 8))
    assert [entry.file_name for entry in entries if not entry.fault] == [
        "b.txt",
        "same.md",
        "same.txt",
        "one.txt",
        "two.ssml",
    ]


def test_a_special_file_in_a_folder_is_a_fault(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (entry,) = JobList(str(tmp_path))
    assert entry.fault == "it is no regular file"


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no text"):
        list(JobList(str(tmp_path)))


def test_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    from pyarrow import parquet

    rows = [
        {"id": "a", "text": "One.", "speed": 1.5, "lexicon": [("gif", "ʤˈɪf")]},
        {"id": None, "text": "Two.", "speed": None, "lexicon": None},
    ]
    kinds = {
        "id": pyarrow.string(),
        "text": pyarrow.string(),
        "speed": pyarrow.float64(),
        "lexicon": pyarrow.map_(pyarrow.string(), pyarrow.string()),
    }
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(rows * 300, pyarrow.schema(list(kinds.items()))), path)
    jobs = JobList(str(path))
    entries = list(jobs)
    assert [dict(entry.values) for entry in entries[:2]] == [rows[0], {"text": "Two."}]
    assert [entry.number for entry in entries] == list(range(1, 601))
    assert jobs.fraction == 1.0


@pytest.mark.parametrize("content", [b"", b"PAR1 no table PAR1", b"id,text\n"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    with pytest.raises(InputError, match="no Parquet file that can be read"):
        read(tmp_path / "a.parquet", content)


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"text-to-speech-demo\[parquet\]"):
        read(tmp_path / "a.parquet", b"")


@pytest.fixture
def piped(monkeypatch) -> Iterator[Callable[[bytes], None]]:
    """Puts bytes into a pipe that is standard input."""
    texts = []

    def pipe(content: bytes) -> None:
        read_end, write_end = os.pipe()
        os.write(write_end, content)
        os.close(write_end)
        texts.append(io.TextIOWrapper(os.fdopen(read_end, "rb")))
        monkeypatch.setattr(sys, "stdin", texts[-1])

    yield pipe
    for text in texts:
        text.close()


def test_standard_input(piped) -> None:
    piped(b'{"text": "One."}\n{"text": "Two."}\n')
    jobs = JobList("-")
    assert [entry.values["text"] for entry in jobs] == ["One.", "Two."]
    assert jobs.fraction is None


def test_standard_input_of_another_form_is_named(piped) -> None:
    piped(b"One.\nTwo.\n")
    assert [entry.values["text"] for entry in JobList("-", form="lines")] == ["One.", "Two."]
    piped(b"One.\nTwo.\n")
    with pytest.raises(InputError, match="give --jobs-format"):
        list(JobList("-"))


def test_a_table_on_standard_input_is_refused() -> None:
    with pytest.raises(InputError, match="a Parquet table on standard input: expected its file"):
        JobList("-", form="parquet")


def test_an_empty_list_has_no_rows(tmp_path: Path, piped) -> None:
    for name in ("a.jsonl", "a.csv", "a.tsv", "a.txt", "a"):
        assert read(tmp_path / name, "") == []
    piped(b"")
    assert list(JobList("-")) == []


@pytest.mark.parametrize("source", ["nowhere.jsonl", "no\0where", "x" * 5000])
def test_a_list_that_is_not_there_is_refused(tmp_path: Path, monkeypatch, source: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        list(JobList(source))


def test_a_list_whose_name_is_mistyped_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "jobs.jsonl").write_text("")
    with pytest.raises(InputError, match=r"did you mean .*jobs\.jsonl"):
        JobList(str(tmp_path / "job.jsonl"))


def test_the_fraction_grows_from_nothing_to_all(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "One."}\n' * 50_000)
    jobs = JobList(str(path))
    seen = [jobs.fraction or 0.0 for number, _ in enumerate(jobs) if number % 10_000 == 0]
    assert seen == sorted(seen)
    assert seen[0] < 0.2
    assert jobs.fraction == 1.0


@given(st.binary(max_size=200), st.sampled_from(["jsonl", "csv", "tsv", "ljspeech", "lines"]))
def test_bytes_of_any_kind_are_rows_or_faults(tmp_path_factory, content: bytes, form: str) -> None:
    path = tmp_path_factory.mktemp("any") / "jobs"
    path.write_bytes(content)
    with suppress(InputError):
        for entry in JobList(str(path), form=form):
            assert not (entry.fault and entry.values)
            assert "\n" not in entry.fault
