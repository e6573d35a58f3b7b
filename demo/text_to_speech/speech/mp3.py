"""The first frame of an MP3 file, which holds no sound: LAME keeps it free for a tag that tells the length.

The tag is filled in when the sound has ended. In a stream the frame stays empty, and decoders stumble over it.
"""

from __future__ import annotations

# Kilobits per second by the index in the header of a frame: of MPEG-1, and of MPEG-2 and MPEG-2.5.
MPEG1_KILOBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
MPEG2_KILOBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
MPEG1_RATES = (44_100, 48_000, 32_000, 0)
# The bits of the version in a header: how many times lower the sample rates are than those of MPEG-1.
RATE_DIVISORS = {3: 1, 2: 2, 0: 4}


def without_empty_frame(data: bytes) -> bytes:
    """Return the beginning of an MP3 stream without its first frame, if that one is empty."""
    length = frame_length(data)
    return data[length:] if length and not any(data[4:length]) else data


def frame_length(frame: bytes) -> int:
    """Return how many bytes a frame of MPEG audio layer III has, 0 if it is none; ISO/IEC 11172-3, section 2.4.1.3."""
    # Eleven bits of ones, the version, and layer III.
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return 0
    version = frame[1] >> 3 & 3
    rate = MPEG1_RATES[frame[2] >> 2 & 3] // RATE_DIVISORS.get(version, 1)
    kilobits = (MPEG1_KILOBITS if version == 3 else MPEG2_KILOBITS)[frame[2] >> 4]
    if not rate or not kilobits:
        return 0
    samples = 1152 if version == 3 else 576
    return samples // 8 * kilobits * 1000 // rate + (frame[2] >> 1 & 1)
