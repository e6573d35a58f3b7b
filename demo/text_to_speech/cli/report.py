"""What a command reports about the sounds that it made: as lines for people, or as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..version import __version__

if TYPE_CHECKING:
    from ..inference.runtime import Target
    from ..speech.spoken import StageTimes

_NAMES = {"-": "standard output", None: "the sound device"}


@dataclass(frozen=True)
class Made:
    """One sound that was made.

    Attributes:
        out: A path, "-" for standard output, or None for the sound device alone.
        seconds: Length of the sound.
        total_time: Seconds from the text to the last sample.
        first_audio: Seconds from the text to the first chunk.
        times: What each stage took.
    """

    out: str | None
    seconds: float
    total_time: float
    first_audio: float
    times: StageTimes


def target_lines(acoustic: Target, vocoder: Target) -> Iterator[str]:
    """Yield where the two models run; one line where both run in the same way."""
    if str(acoustic) == str(vocoder):
        yield f"Acoustic model and vocoder: {vocoder}"
    else:
        yield f"Acoustic model: {acoustic}"
        yield f"Vocoder: {vocoder}"


def output_line(made: Made) -> str:
    """Return the line that names a sound and its length."""
    return f"Output: {_NAMES.get(made.out, made.out)}, {duration(made.seconds)} of audio"


def time_lines(sounds: Sequence[Made]) -> Iterator[str]:
    """Yield what making one or more sounds took."""
    total = sum(made.total_time for made in sounds)
    yield f"Total time: {duration(total)}"
    yield f"First audio: {duration(sounds[0].first_audio)}"
    yield f"Real-time factor: {total / sum(made.seconds for made in sounds):.3f}"
    for stage, seconds in _stages(sounds).items():
        yield f"  {stage.replace('_', ' ')}: {duration(seconds)}"


def as_json(
    sounds: Sequence[Made],
    *,
    voice: str,
    acoustic: Target,
    vocoder: Target,
    models_ready: float,
    files: dict[str, str | None],
) -> str:
    """Return the whole report as JSON; all times are seconds.

    Args:
        sounds: What was made, one or more.
        voice: The name of the voice.
        acoustic: Where the acoustic model ran.
        vocoder: Where the vocoder ran.
        models_ready: Seconds that reading and compiling the models took.
        files: Names of the other files that were written, by the option that asked for them.
    """
    total, seconds = (sum(getattr(made, name) for made in sounds) for name in ("total_time", "seconds"))
    content = {
        "version": __version__,
        "voice": voice,
        "acoustic_model": _target(acoustic),
        "vocoder": _target(vocoder),
        "models_ready": round(models_ready, 6),
        "outputs": [
            {
                "path": made.out,
                "seconds": round(made.seconds, 6),
                "total_time": round(made.total_time, 6),
                "first_audio": round(made.first_audio, 6),
            }
            for made in sounds
        ],
        "seconds": round(seconds, 6),
        "total_time": round(total, 6),
        "first_audio": round(sounds[0].first_audio, 6),
        "real_time_factor": round(total / seconds, 6),
        "stages": {stage: round(spent, 6) for stage, spent in _stages(sounds).items()},
        **files,
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def duration(seconds: float) -> str:
    """Return a duration in the unit that suits its size.

    Example:
        >>> [duration(seconds) for seconds in (0.0304, 12.345, 75, 7384)]
        ['30 ms', '12.35 s', '1 min 15 s', '2 h 03 min']
    """
    if seconds < 0.9995:
        return f"{seconds * 1e3:.0f} ms"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def _stages(sounds: Sequence[Made]) -> dict[str, float]:
    return {
        "text": sum(made.times.text for made in sounds),
        "acoustic_model": sum(made.times.acoustic for made in sounds),
        "vocoder": sum(made.times.vocoder for made in sounds),
    }


def _target(target: Target) -> dict[str, Any]:
    members = [{"device": member.device, "precision": member.precision} for member in target.members]
    return {"device": target.device, "members": members}
