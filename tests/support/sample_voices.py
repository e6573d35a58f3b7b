"""Three voices of one acoustic model that is not there."""

from __future__ import annotations

from dataclasses import replace

from text_to_speech.voices import Voice

HEART = Voice(
    name="heart",
    language="en-US",
    sex="female",
    character="warm",
    speaker=0,
    duration_model="d",
    regression_model="r",
    vocoder="hifi-gan",
    sample_rate=22050,
    median_f0=200.0,
    f0_range=(100.0, 400.0),
    silent_level=-7.0,
    audible_level=-5.0,
    lead_frames=5,
    tail_frames=8,
    vector=(0.3, 1.0, 0.0),
)
EMMA = replace(HEART, name="emma", language="en-GB", speaker=1, vocoder="universal", vector=(0.2, 0.0, 1.0))
GEORGE = replace(
    EMMA,
    name="george",
    sex="male",
    speaker=2,
    median_f0=100.0,
    f0_range=(60.0, 250.0),
    vector=(-0.3, 0.0, 2.0),
)
