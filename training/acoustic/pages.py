"""A page for each voice: python -m acoustic.pages --results FILE --voices-model DIR --kokoro DIR --cache DIR --out DIR

NAME.md has what the voice is good for (training/texts/voice_pages.yml), a picture, and the measures of
acoustic.evaluate. NAME.png shows one sentence as the voice speaks it, above the same sentence of its teacher: the mel
spectrogram and, over it, the curve of its pitch. README.md of the folder lists the pages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from acoustic.data import NAMES
from acoustic.results import Results, Values
from acoustic.studio import Studio
from acoustic.table import MEASURES, as_markdown, notes
from evaluation.intonation import contour
from evaluation.pictures import Sound, draw_sounds, save_picture
from kokoro import VOICES
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.files import write_output

ABOUT = Path(__file__).parents[1] / "texts" / "voice_pages.yml"
SENTENCE = (
    "The birch canoe slid on the smooth planks."  # the first Harvard sentence, which the teacher has spoken
)
LANGUAGES = {"en-US": "American English", "en-GB": "British English"}


def read_about(path: Path) -> dict[str, str]:
    """Read the paragraph of each voice.

    Raises:
        InputError: The file is no table of such paragraphs, or has a voice that there is not.
    """
    try:
        about = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(about, dict) or not all(isinstance(text, str) for text in about.values()):
        raise InputError(f"{path}: expected a line `NAME: paragraph` for each voice")
    if strangers := set(about) - set(NAMES):
        raise InputError(f"{path} has {', '.join(sorted(strangers))}: expected voices of {', '.join(NAMES)}")
    return about


def page(voice: str, about: str, parts: dict[str, Values], remarks: Sequence[str]) -> str:
    """Write the page of a voice as Markdown.

    Args:
        voice: Its name.
        about: What it is good for.
        parts: What was measured of it, by part.
        remarks: Sentences below the table.
    """
    language, sex = LANGUAGES[VOICES[voice].language], VOICES[voice].sex
    shown = [(m, m.cell(voice, parts, "**{}**")) for m in MEASURES]
    table = [["", voice, "goal"]]
    table += [[m.title, cell, m.goal.text if m.goal else ""] for m, cell in shown if cell != "–"]
    lines = [
        f"# {voice}",
        f"{language}, {sex}. {about.strip()}",
        f'    python demo/text_to_speech_demo.py -i "{SENTENCE}" --voice {voice} -o {voice}.wav',
        f'![mel spectrogram and pitch of "{SENTENCE}"]({voice}.png)',
        "Above the voice, below its teacher (Kokoro-82M), who speaks the same phonemes. The line is the pitch.",
        "## Measures",
        "Behind a stroke stands the same measure of copy synthesis (the teacher's mel spectrograms through the same "
        "vocoder) or of the teacher, as the row says. What misses its goal is bold.",
        as_markdown(table),
        *remarks,
        "Measured by `python -m acoustic.evaluate`; see [training](../../../training/README.md).",
    ]
    return "\n\n".join(lines) + "\n"


def picture(studio: Studio, voice: str) -> list[Sound]:
    """Return the sentence as the voice draws it and as its teacher speaks it."""
    phonemes = studio.phonemes(voice, SENTENCE)
    drawn, said = studio.drawn(voice, phonemes), studio.taught(voice, phonemes)
    # The teacher's pitch as a student is given it, without its slopes to 0 at the borders of unvoiced sounds.
    theirs = contour(said.pitch, said.voicing, said.durations)
    return [Sound(voice, drawn.mel, drawn.f0), Sound("its teacher", said.mel, theirs)]


def index(voices: Sequence[str], about: dict[str, str]) -> str:
    """Write the list of the pages."""
    lines = [
        f"- [{voice}]({voice}.md): {LANGUAGES[VOICES[voice].language]}, {VOICES[voice].sex}. {about[voice].strip()}"
        for voice in voices
    ]
    head = "# Voices\n\nWritten by `python -m acoustic.pages`, the words in `training/texts/voice_pages.yml`.\n\n"
    return head + "\n".join(lines) + "\n"


def write_pages(args: argparse.Namespace) -> list[str]:
    """Write the pages of all voices that were measured and that there is a paragraph of; return their names."""
    results, about = Results(args.results), read_about(ABOUT)
    measured = dict(results.voices())
    voices = [name for name in about if name in measured]
    if not voices:
        raise InputError(f"{args.results} has no voice of {ABOUT.name}: run acoustic.evaluate first")
    studio = Studio(model=args.voices_model, kokoro=args.kokoro, vocoder=args.vocoder, cache=args.cache)
    args.out.mkdir(parents=True, exist_ok=True)
    for voice in voices:
        save_picture(args.out / f"{voice}.png", draw_sounds(picture(studio, voice)))
        text = page(voice, about[voice], measured[voice], notes(results))
        write_output(args.out / f"{voice}.md", text.encode())
    write_output(args.out / "README.md", index(voices, about).encode())
    return voices


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--results", type=Path, required=True, metavar="FILE", help="of acoustic.evaluate")
    add("--voices-model", type=Path, required=True, metavar="DIR", help="folder of acoustic.export")
    add("--kokoro", type=Path, required=True, metavar="DIR", help="folder of kokoro.py")
    add("--cache", type=Path, required=True, metavar="DIR", help="the one of acoustic.evaluate")
    add("--vocoder", default="hifi-gan-universal", metavar="MODEL", help="as with acoustic.evaluate")
    add("--out", type=Path, required=True, metavar="DIR", help="folder for the pages")
    args = parser.parse_args(arguments)
    try:
        print(f"{args.out}: {', '.join(write_pages(args))}")
    except SpeechError as error:
        print(f"pages: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
