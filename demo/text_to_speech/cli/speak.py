"""The command text-to-speech-demo: a text or a text file in; a sound file, a pipe or the sound device out.

The options are read with nothing but the standard library, so that help, refusals and tables come at once; what speaks
is imported afterwards.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from .frame import run
from .inputs import given_texts, read_inputs
from .nearest import file_question
from .options import build_parser
from .outputs import plan

if TYPE_CHECKING:
    from ..text import Lexicon


def speak(args: argparse.Namespace) -> None:
    """Do what the command line asks for.

    Raises:
        SpeechError: A text, an option or an output cannot be used, or something fails on the way.
    """
    from .chosen import chosen_voice

    voice = chosen_voice(args)
    language = args.language or voice.language
    inputs = read_inputs(
        given_texts(args), input_format=args.input_format, encoding=args.encoding, language=language
    )
    lexicon = read_lexicon(args.lexicon)
    if args.phonemes:
        from ..script.script import join_scripts
        from .speaking import print_phonemes

        script = join_scripts([given.script for given in inputs])
        print_phonemes(script, lexicon, voice, language=args.language)
        return
    tasks = plan(args, inputs)
    from .speaking import speak_tasks

    speak_tasks(args, tasks, lexicon)


def read_lexicon(names: Sequence[str]) -> Lexicon:
    """Read the files that --lexicon names.

    Raises:
        InputError: A file is not there, or a line in it is no pronunciation.
    """
    from ..text import Lexicon

    for name in names:
        hint = "" if Path(name).exists() else file_question(name)
        if hint:
            raise InputError(f"lexicon {name} is not there{hint}")
    return Lexicon.read(*names)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(speak, build_parser(), argv)
