"""acoustic.evaluate, acoustic.table and acoustic.pages, with tiny models, a buzzing teacher and judges that agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import tiny_models

torch = pytest.importorskip("torch")
pytest.importorskip("soxr")
pytest.importorskip("librosa")
pytest.importorskip("cv2")

import generate_voices  # noqa: E402
import kokoro  # noqa: E402
from acoustic import cost, drift, evaluate, pages, parts, table  # noqa: E402
from acoustic.data import NAMES  # noqa: E402
from acoustic.model import SYMBOLS  # noqa: E402
from acoustic.results import WHOLE_MODEL, Results  # noqa: E402
from acoustic.studio import STAGES, Studio, graph_files  # noqa: E402
from evaluation.hearing import Panel  # noqa: E402
from evaluation.judges import Quality  # noqa: E402
from teacher import TeacherProsody, TeacherSpeech  # noqa: E402
from text_to_speech.errors import InputError, SpeechError  # noqa: E402
from text_to_speech.inference.acoustic import Spectrogram  # noqa: E402
from text_to_speech.inference.mel import FRAME_SECONDS, SAMPLE_RATE, mel_spectrogram  # noqa: E402

pytestmark = pytest.mark.training

VECTOR = 3
FRAMES_EACH = 5
COST = {"here": {"changing": 0.009, "same": 0.006}, "avx2": {"changing": 0.012, "same": 0.008}}


class Buzz:
    """A teacher whose every phoneme lasts five frames at 120 Hz."""

    spoken = 0
    asked = 0

    def __init__(self, _: Path, voice: str) -> None:
        self._hz = 120.0 + 5 * NAMES.index(voice)

    def prosody(self, phonemes: str) -> TeacherProsody:
        Buzz.asked += 1
        return TeacherProsody(**self._prosody(len(phonemes) + 2))

    def speak(self, phonemes: str) -> TeacherSpeech:
        Buzz.spoken += 1
        count = len(phonemes) + 2
        frames = count * FRAMES_EACH
        # Vibrato, three times a second and a tenth of the pitch wide: no spread would be 0.
        f0 = self._hz * (1 + 0.05 * np.sin(2 * np.pi * 3 * np.arange(frames) * FRAME_SECONDS))
        turns = np.cumsum(np.repeat(f0, 256)) / SAMPLE_RATE
        waveform = (0.05 * sum(np.cos(2 * np.pi * n * turns) for n in range(1, 9))).astype(np.float32)
        return TeacherSpeech(
            **self._prosody(count),
            waveform=waveform,
            mel=mel_spectrogram(waveform)[0],
            f0=f0.astype(np.float32),
        )

    def _prosody(self, count: int) -> dict[str, Any]:
        return {
            "durations": np.full(count, FRAMES_EACH),
            "exact_durations": np.full(count, float(FRAMES_EACH), np.float32),
            "pitch": np.log(self._hz + np.arange(3 * count).reshape(-1, 3) % 7).astype(np.float32),
            "voicing": np.ones(count, np.float32),
            "energy": np.zeros(count, np.float32),
        }


class Judge:
    """Hears the same in everything, and counts how often it is asked."""

    asked = 0

    def __init__(self, **_: int) -> None:
        pass

    def transcribe(self, _: np.ndarray) -> str:
        Judge.asked += 1
        return "the birch canoe"

    def rate(self, _: np.ndarray) -> Quality:
        return Quality(overall=3.4, signal=3.4, background=4.0, p808=4.1)


class SecondJudge(Judge):
    def rate(self, _: np.ndarray) -> float:  # type: ignore[override]
        return 4.5


class Speakers:
    """Takes the loudness of a waveform for its speaker."""

    def embed(self, waveform: np.ndarray) -> np.ndarray:
        angle = float(np.square(waveform).mean())
        return np.array([np.cos(angle), np.sin(angle)], np.float32)


def save_model(folder: Path) -> Path:
    for stage, save in zip(
        STAGES,
        (
            lambda path: tiny_models.save_duration_prediction(path, SYMBOLS, voice=VECTOR),
            lambda path: tiny_models.save_regression(path, voice=VECTOR),
        ),
        strict=True,
    ):
        (folder / stage).mkdir(parents=True)
        save(folder / stage / f"{stage}.onnx")
    np.save(
        folder / "voices.npy", np.linspace(0, 0.1, len(NAMES) * VECTOR, dtype=np.float32).reshape(-1, VECTOR)
    )
    return folder


def save_validation(folder: Path) -> Path:
    """Write the validation part of every voice: one utterance of three phonemes."""
    units = np.full(5, 3)
    f0 = np.full(30, 130.0, np.float32)
    buzz = 0.05 * np.cos(2 * np.pi * 130 * np.arange(9_000) / 24_000).astype(np.float32)
    said = kokoro.Speech(units, units.astype(np.float32), f0, np.full(30, 3.0, np.float32), buzz, f0 * 0)
    for voice in NAMES:
        (folder / voice).mkdir(parents=True)
        generate_voices.save([("a text", "hˈi", said)], folder / voice / generate_voices.VALIDATION)
    return folder


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evaluation")
    save_model(root / "model")
    save_validation(root / "audio")
    (root / "harvard.txt").write_text("The birch canoe.\nHello there, my friend.\n", encoding="utf-8")
    (root / "held_out.txt").write_text(
        f"One line.\nAnother {'and another ' * 10}line.\nA third one.\n", encoding="utf-8"
    )
    return root


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acoustic.studio.KokoroTeacher", Buzz)
    monkeypatch.setattr("evaluation.hearing.Recogniser", Judge)
    monkeypatch.setattr("evaluation.hearing.Listener", Judge)
    monkeypatch.setattr("evaluation.hearing.SecondListener", SecondJudge)
    monkeypatch.setattr("acoustic.parts.SpeakerJudge", Speakers)
    monkeypatch.setattr("acoustic.parts.normaliser", lambda: lambda text: text.lower().strip("."))
    monkeypatch.setattr("acoustic.cost.of_model", lambda *_: COST)
    Buzz.spoken = Buzz.asked = Judge.asked = 0


def command(here: Path, tiny: Any, *more: str, out: Path) -> list[str]:
    options = {
        "--voices-model": here / "model",
        "--audio": here / "audio",
        "--kokoro": here,
        "--cache": out / "cache",
        "--results": out / "results.json",
        "--harvard": here / "harvard.txt",
        "--held-out": here / "held_out.txt",
        "--vocoder": tiny.vocoder,
    }
    return [str(word) for pair in options.items() for word in pair] + ["--limit", "2", *more]


@pytest.fixture(scope="module")
def measured(here: Path) -> Path:
    return here / "measured"


@pytest.fixture
def results(here: Path, tiny: Any, measured: Path) -> Results:
    """What the command measured of two voices; made once."""
    if not measured.exists():
        measured.mkdir()
        assert evaluate.main(command(here, tiny, "--voices", "heart", "emma", out=measured)) == 0
    return Results(measured / "results.json")


# -- the command ---------------------------------------------------------------------------------------------


def numbers(values: Any) -> Iterator[float]:
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, dict | list):
            yield from numbers(value)
        elif isinstance(value, int | float):
            yield value


@pytest.mark.parametrize("part", list(parts.PARTS))
def test_every_part_has_numbers_of_every_voice(results: Results, part: str) -> None:
    for voice, found in results.voices():
        assert set(found) == set(parts.PARTS), voice
        assert list(numbers(found[part]))
        assert np.isfinite(list(numbers(found[part]))).all()


def test_what_the_judges_say_arrives_in_the_results(results: Results) -> None:
    heart = dict(results.voices())["heart"]
    # Of "the birch canoe" and "hello there, my friend" the second one is misheard in four of its four words.
    assert heart["harvard"]["voice"]["wer"] == heart["harvard"]["copy"]["wer"] == pytest.approx(100 * 4 / 7)
    assert heart["harvard"]["teacher"]["distillmos"] == 4.5
    assert heart["harvard"]["accidents"] == []
    assert heart["held-out"]["copies"] == 1
    assert heart["words"]["of"] == 2
    assert heart["pitch"]["teacher"]["median"] == pytest.approx(120.0, rel=0.02)
    assert results.of_model() == {"cost": COST}


def test_a_second_run_measures_nothing_again(results: Results, here: Path, tiny: Any, measured: Path) -> None:
    before = (measured / "results.json").read_text()
    assert evaluate.main(command(here, tiny, "--voices", "heart", "emma", out=measured)) == 0
    assert (Buzz.spoken, Buzz.asked, Judge.asked) == (0, 0, 0)
    assert (measured / "results.json").read_text() == before


def test_another_list_is_measured_again_and_nothing_else(
    results: Results, here: Path, tiny: Any, measured: Path, tmp_path: Path
) -> None:
    (tmp_path / "other.txt").write_text("Something else.\n", encoding="utf-8")
    before = json.loads((measured / "results.json").read_text())
    arguments = command(here, tiny, "--voices", "heart", out=measured)
    arguments[arguments.index("--held-out") + 1] = str(tmp_path / "other.txt")
    arguments[arguments.index("--results") + 1] = str(tmp_path / "results.json")
    (tmp_path / "results.json").write_text(json.dumps(before))
    assert evaluate.main(arguments) == 0
    after = json.loads((tmp_path / "results.json").read_text())
    changed = {
        name for name, record in after["voices"]["heart"].items() if record != before["voices"]["heart"][name]
    }
    assert changed == {"held-out", "prosody"}


def test_another_model_is_measured_again(results: Results, here: Path, tiny: Any, measured: Path) -> None:
    bench = {}
    for model in (here / "model", here / "other"):
        if not model.exists():
            save_model(model)
            np.save(model / "voices.npy", np.zeros((len(NAMES), VECTOR), np.float32))
        studio = Studio(model=model, kokoro=here, vocoder=str(tiny.vocoder), cache=measured / "cache")
        lists = parts.Lists(harvard=("a",), held_out=(), words=(), statements=(), questions=(), long_text="")
        bench[model.name] = parts.Bench(studio, None, lists, here)  # type: ignore[arg-type]
    for name, part in parts.PARTS.items():
        assert part.key(bench["model"], "heart") != part.key(bench["other"], "heart"), name
        assert part.key(bench["model"], "heart") != part.key(bench["model"], "emma"), name


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--harvard", "nothing.txt", "nothing.txt cannot be read as a list of texts"),
        ("--voices-model", "nowhere", "expected the folder that acoustic.export wrote"),
        ("--results", "harvard.txt", "cannot be read as results of acoustic.evaluate"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    here: Path,
    tiny: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    value: str,
    message: str,
) -> None:
    arguments = command(here, tiny, out=tmp_path)
    arguments[arguments.index(option) + 1] = str(here / value)
    assert evaluate.main(arguments) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_table_of_other_voices_is_refused(here: Path, tiny: Any, tmp_path: Path) -> None:
    model = save_model(tmp_path / "model")
    np.save(model / "voices.npy", np.zeros((2, VECTOR), np.float32))
    with pytest.raises(InputError, match="has 2 voices: expected heart"):
        Studio(model=model, kokoro=here, vocoder=str(tiny.vocoder), cache=tmp_path)
    (model / "voices.npy").unlink()
    with pytest.raises(InputError, match=r"voices\.npy is not there"):
        graph_files(model)


# -- the studio ----------------------------------------------------------------------------------------------


def test_what_was_said_is_kept_and_told_apart(here: Path, tiny: Any, tmp_path: Path) -> None:
    studio = Studio(model=here / "model", kokoro=here, vocoder=str(tiny.vocoder), cache=tmp_path)
    taught = studio.taught("heart", "hˈi")
    np.testing.assert_array_equal(studio.taught("heart", "hˈi").mel, taught.mel)
    assert Buzz.spoken == 1
    studio.taught("emma", "hˈi")
    assert Buzz.spoken == 2
    spoken, copied = studio.spoken("heart", "hˈi"), studio.copied("heart", "hˈi")
    assert len(list((tmp_path / "audio").iterdir())) == 2
    again = Studio(model=here / "model", kokoro=here, vocoder=str(tiny.vocoder), cache=tmp_path)
    again.speak = None  # type: ignore[method-assign,assignment]
    np.testing.assert_array_equal(again.spoken("heart", "hˈi"), spoken)
    np.testing.assert_array_equal(again.copied("heart", "hˈi"), copied)
    assert not np.array_equal(spoken, copied)
    studio.spoken("heart", "hˈO", keep=False)
    assert len(list((tmp_path / "audio").iterdir())) == 2


def test_a_run_that_breaks_off_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results = Results(path)

    def fail() -> dict[str, Any]:
        raise SpeechError("broken")

    assert results.keep("heart", "words", "key", lambda: {"of": 50})
    with pytest.raises(SpeechError):
        results.keep("heart", "pitch", "key", fail)
    again = Results(path)
    assert dict(again.voices()) == {"heart": {"words": {"of": 50}}}
    assert not again.keep("heart", "words", "key", fail)
    assert again.keep("heart", "words", "another", lambda: {"of": 49})
    assert again.keep(WHOLE_MODEL, "cost", "key", lambda: {"here": 1.0})
    assert dict(Results(path).voices())["heart"]["words"] == {"of": 49}


def test_two_runs_of_different_voices_share_a_file(tmp_path: Path) -> None:
    one, other = Results(tmp_path / "results.json"), Results(tmp_path / "results.json")
    one.keep("heart", "words", "key", lambda: {"of": 50})
    other.keep("emma", "words", "key", lambda: {"of": 49})
    one.keep("heart", "pitch", "key", lambda: {"median": 200})
    found = dict(Results(tmp_path / "results.json").voices())
    assert found == {"heart": {"words": {"of": 50}, "pitch": {"median": 200}}, "emma": {"words": {"of": 49}}}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"voices": {}}', "\xff"])
def test_a_file_that_holds_no_results_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match=r"results\.json"):
        Results(path)
    assert path.read_bytes() == content.encode("latin-1")


# -- the long text -------------------------------------------------------------------------------------------


def sentences(*seconds: float) -> list[drift.Spoken]:
    spoken, start = [], 0.0
    for length in seconds:
        frames = round(length / FRAME_SECONDS)
        drawn = Spectrogram(
            np.zeros((80, frames), np.float32), np.array([frames]), np.zeros(frames, np.float32)
        )
        spoken.append(drift.Spoken("x", drawn, start))
        start += spoken[-1].seconds
    return spoken


def test_the_first_and_the_last_minute_have_whole_sentences() -> None:
    text = sentences(*[7.0] * 34)
    first, last = drift.minutes(text)
    assert (len(first), len(last)) == (8, 8)
    assert first[0].start == 0
    assert last[-1] is text[-1]
    first, last = drift.minutes(sentences(*[7.0] * 4))
    assert (len(first), len(last)) == (2, 2)
    alone = drift.minutes(sentences(7.0))
    assert [len(half) for half in alone] == [1, 1]


def test_the_samples_of_sentences_join_without_a_gap() -> None:
    text = sentences(1.3, 0.7, 2.1)
    assert [s.samples.start for s in text[1:]] == [s.samples.stop for s in text[:-1]]


def test_clicks_are_at_a_join_or_not() -> None:
    joins = np.array([10_000, 50_000])
    assert drift.clicks_at(np.array([10_400, 30_000, 49_900]), joins) == 2
    assert drift.clicks_at(np.array([], np.int64), joins) == 0
    assert drift.clicks_at(np.array([5]), np.array([], np.int64)) == 0


class Stepping:
    """A vocoder that hums, and jumps wherever a piece or a window begins."""

    def stream(
        self, pieces: Any, *, first_window: int = 16, largest_window: int = 740
    ) -> Iterator[np.ndarray]:
        for number, piece in enumerate(pieces):
            time = np.arange(piece.mel.shape[1] * 256) / SAMPLE_RATE
            yield (0.2 * np.sin(2 * np.pi * 110 * time) + 0.3 * (number % 2)).astype(np.float32) * (
                0.9 if first_window == 16 else 1.0
            )


def test_jumps_between_sentences_and_windows_are_found(here: Path, tiny: Any, tmp_path: Path) -> None:
    studio = Studio(model=here / "model", kokoro=here, vocoder=str(tiny.vocoder), cache=tmp_path)
    text = "Here is one sentence. Then comes another. And so on to the third. The fourth is the last."
    smooth = drift.window_jump(studio, drift.speak_text(studio, "heart", text))
    studio.vocoder = Stepping()  # type: ignore[assignment]
    panel = Panel(second=True)
    found = drift.drift(studio, panel, "heart", text)
    assert smooth < 1e-4
    assert found["window_jump"] > 0.01
    assert found["join_clicks"] == 3
    assert found["clicks"] == pytest.approx(60 * 3 / found["seconds"])


def test_half_the_amplitude_is_six_decibels_and_pauses_do_not_count() -> None:
    sound = 0.4 * np.sin(np.arange(22_000) * 0.1).astype(np.float32)
    assert drift.loudness(sound / 2) - drift.loudness(sound) == pytest.approx(-6.02, abs=0.2)
    paused = np.concatenate([sound, np.zeros(22_000, np.float32)])
    assert drift.loudness(paused) == pytest.approx(drift.loudness(sound), abs=1e-6)
    assert drift.loudness(np.zeros(9, np.float32)) == -np.inf


@pytest.mark.slow
def test_the_cost_of_a_model_is_measured_in_processes_of_its_own(here: Path, monkeypatch) -> None:
    monkeypatch.undo()
    found = cost.of_model(here / "model", here / "harvard.txt")
    assert found.keys() == {"here", "avx2"}
    for kind in found.values():
        assert 0 < kind["same"] < 1
        assert 0 < kind["changing"] < 1
    with pytest.raises(SpeechError, match=r"the cost cannot be measured: cost: .*nowhere"):
        cost.of_model(here / "nowhere", here / "harvard.txt")


# -- table and pages -----------------------------------------------------------------------------------------


def test_a_goal_that_is_missed_is_marked(tmp_path: Path) -> None:
    results = Results(tmp_path / "results.json")
    good = {"voice": {"wer": 3.0}, "copy": {"wer": 2.5}, "teacher": {}}
    results.keep("heart", "harvard", "1", lambda: good)
    results.keep("emma", "harvard", "1", lambda: {**good, "voice": {"wer": 3.6}})
    results.keep("emma", "prosody", "1", lambda: {"cents": 65.0, "spread": 0.95, "short": -2.4, "long": None})
    results.keep("heart", "prosody", "1", lambda: {"cents": 65.0, "spread": 0.85, "short": 2.0, "long": 1.9})
    found = {row[0]: row[1:] for row in table.rows(results, missed="{}!")}
    assert found[""] == ["heart", "emma", "goal"]
    assert found["word error rate of 20 Harvard sentences, % / copy"] == [
        "3.00 / 2.50",
        "3.60! / 2.50",
        "≤ copy + 1",
    ]
    assert found["pitch error, cents"] == ["65.0!", "65.0", "≤ 70, heart 60"]
    assert found["spread of predicted pitch, share of the teacher's"][:2] == ["0.85!", "0.95"]
    assert found["longer than the teacher, texts under 60 characters, %"][:2] == ["2.0", "-2.4!"]
    assert found["… over 110 characters, %"][:2] == ["1.9", "–"]


def test_the_table_is_markdown_of_one_width_and_fits_a_terminal(results: Results, measured: Path) -> None:
    rows = table.rows(results, missed="**{}**")
    assert len(rows) == 1 + len(table.MEASURES)
    lines = table.as_markdown(rows).splitlines()
    assert {line.count("|") for line in lines} == {4 + 1}
    assert len(table.as_text(rows).splitlines()) == len(rows)
    assert any("cost 0.0090 CPU seconds" in note for note in table.notes(results))


def test_the_table_is_printed(results: Results, measured: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["table", "--results", str(measured / "results.json")])
    assert table.main() == 0
    assert capsys.readouterr().out.startswith("| | heart | emma | goal |")
    monkeypatch.setattr("sys.argv", ["table", "--results", str(measured / "nothing")])
    (measured / "nothing").write_text("{")
    assert table.main() == 1


def test_each_voice_that_was_measured_gets_its_page(
    results: Results, here: Path, tiny: Any, measured: Path, tmp_path: Path
) -> None:
    arguments = {
        "--results": measured / "results.json",
        "--voices-model": here / "model",
        "--kokoro": here,
        "--cache": measured / "cache",
        "--vocoder": tiny.vocoder,
        "--out": tmp_path / "pages",
    }
    assert pages.main([str(word) for pair in arguments.items() for word in pair]) == 0
    names = {path.name for path in (tmp_path / "pages").iterdir()}
    assert names == {"README.md", "heart.md", "heart.png", "emma.md", "emma.png"}
    page = (tmp_path / "pages" / "emma.md").read_text(encoding="utf-8")
    assert page.startswith("# emma\n\nBritish English, female. ")
    assert "(emma.png)" in page
    assert "| word error rate of held-out texts, % |" in page
    assert "[heart](heart.md)" in (tmp_path / "pages" / "README.md").read_text(encoding="utf-8")


def test_there_is_a_paragraph_of_every_voice() -> None:
    assert set(pages.read_about(pages.ABOUT)) == set(NAMES)


@pytest.mark.parametrize("content", ["- a list", "heart: 3", "nobody: words", "heart: [", ""])
def test_paragraphs_that_cannot_be_used_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "about.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"about\.yml"):
        pages.read_about(path)


def test_the_lists_of_this_repository_are_whole() -> None:
    path = evaluate.TEXTS / "intonation.txt"
    kinds = [evaluate.read_endings(path, kind) for kind in (evaluate.STATEMENT, evaluate.QUESTION)]
    assert [len(kind) for kind in kinds] == [12, 12]
    assert all(text.endswith("?") for text in kinds[1])
    assert all(text.endswith(".") for text in kinds[0])
    assert len(yaml.safe_load(pages.ABOUT.read_text(encoding="utf-8"))) == len(NAMES)
