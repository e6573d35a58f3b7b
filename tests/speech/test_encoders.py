"""Encoders: what they give decodes to what went in, and comes while it goes in."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile

from text_to_speech.errors import InputError, OutputError
from text_to_speech.speech import encoders
from text_to_speech.speech.encoders import CONTAINERS, open_encoder, wav_header
from text_to_speech.speech.mp3 import frame_length
from text_to_speech.speech.resampling import resample

RATE = 22_050
CHUNK = 4_096  # samples, 16 mel frames: the first chunk of a stream
LAME_DELAY = 1_105  # samples: 576 of the encoder, 529 of the decoder
EXACT = ("pcm", "wav", "flac", "opus")  # containers whose streams are as long as the sound


def chirp(samples: int, rate: int = RATE) -> np.ndarray:
    """A tone that rises from 200 Hz, soft at both ends; it matches itself at one place only."""
    time = np.arange(samples) / rate
    edge = np.minimum(1.0, np.minimum(time, time[-1] - time) * 50)
    return (0.4 * edge * np.sin(2 * np.pi * (200 + 150 * time) * time)).astype(np.float32)


def chunks(audio: np.ndarray, size: int = CHUNK) -> list[np.ndarray]:
    return [audio[start : start + size] for start in range(0, audio.size, size)]


def encoded(container: str, audio: np.ndarray, *, size: int = CHUNK, **options) -> list[bytes]:
    """What an encoder gives for each chunk, and at the end."""
    encoder = open_encoder(container, source_rate=RATE, **options)
    return [*(encoder.encode(chunk) for chunk in chunks(audio, size)), encoder.finish()]


def decoded(container: str, data: bytes, rate: int) -> np.ndarray:
    """Decode with another program than the one that encoded, where there is one."""
    if container == "pcm":
        return np.frombuffer(data, "<i2") / np.float32(32_767)
    if container == "opus":
        audio, found = soundfile.read(io.BytesIO(data), dtype="float32")
        assert found == rate
        return audio
    if container == "aac":
        av = pytest.importorskip("av", reason="the extra [aac] is not installed")
        with av.open(io.BytesIO(data)) as file:
            return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    miniaudio = pytest.importorskip("miniaudio", reason="the decoder miniaudio is not installed")

    class Memory(miniaudio.StreamableSource):
        def __init__(self) -> None:
            self._file = io.BytesIO(data)

        def read(self, num_bytes: int) -> bytes:
            return self._file.read(num_bytes)

        def seek(self, offset: int, origin: miniaudio.SeekOrigin) -> bool:
            self._file.seek(offset, io.SEEK_SET if origin == miniaudio.SeekOrigin.START else io.SEEK_CUR)
            return True

    blocks = miniaudio.stream_any(
        Memory(), miniaudio.FileFormat[container.upper()], nchannels=1, sample_rate=rate
    )
    return np.concatenate([np.array(block, dtype=np.float32) for block in blocks]) / np.float32(32_767)


def delay(heard: np.ndarray, sent: np.ndarray) -> int:
    """How many samples later the one is than the other."""
    size = 1 << (heard.size + sent.size).bit_length()
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size)), size)
    at = int(match.argmax())
    return at - size if at > size // 2 else at


@pytest.fixture(autouse=True)
def aac_is_there(request: pytest.FixtureRequest) -> None:
    if "aac" in getattr(request.node, "callspec", type("", (), {"params": {}})).params.values():
        pytest.importorskip("av", reason="the extra [aac] is not installed")


@pytest.fixture(autouse=True)
def mp3_by_libsndfile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use lameenc in no test but those that ask for it, whether it is installed or not."""
    monkeypatch.setattr(encoders, "LAMEENC_RATES", ())


@pytest.fixture
def lameenc(mp3_by_libsndfile: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lameenc", reason="the extra [mp3] is not installed")
    monkeypatch.undo()


@pytest.mark.parametrize("samples", [CHUNK, 3 * RATE, 3 * RATE + 777])
@pytest.mark.parametrize("container", EXACT)
def test_a_stream_is_as_long_as_the_sound_and_not_late(container: str, samples: int) -> None:
    audio = chirp(samples)
    rate = CONTAINERS[container].own_rate or RATE
    heard, sent = decoded(container, b"".join(encoded(container, audio)), rate), resample(audio, RATE, rate)
    assert heard.size == sent.size
    assert delay(heard, sent) == 0
    if container != "opus":
        np.testing.assert_allclose(heard, sent, atol=1e-4)
    else:
        assert np.square(heard - sent).mean() < 0.05 * np.square(sent).mean()


@pytest.mark.parametrize(("container", "late", "frame"), [("mp3", LAME_DELAY, 576), ("aac", 1_024, 1_024)])
def test_a_stream_of_frames_holds_the_whole_sound(container: str, late: int, frame: int) -> None:
    audio = chirp(2 * RATE + 321)
    heard = decoded(container, b"".join(encoded(container, audio)), RATE)
    assert delay(heard, audio) == late
    assert 0 <= heard.size - late - audio.size <= 2 * frame
    kept = heard[late : late + audio.size]
    assert np.square(kept - audio).mean() < 0.02 * np.square(audio).mean()


@pytest.mark.parametrize("samples", [1, CHUNK, 2 * RATE + 321])
def test_a_whole_mp3_is_exact(samples: int) -> None:
    data = b"".join(encoded("mp3", chirp(samples) if samples > 1 else np.zeros(1, np.float32), whole=True))
    assert soundfile.info(io.BytesIO(data)).frames == samples
    assert soundfile.read(io.BytesIO(data))[0].size == samples


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_chunk_gives_bytes_of_sound(container: str) -> None:
    pieces = encoded(container, chirp(20 * CHUNK), size=CHUNK * 3 // 4)
    assert all(len(piece) > 150 for piece in pieces[:-1])


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_whole_comes_at_the_end_and_is_what_a_stream_decodes_to(container: str) -> None:
    audio = chirp(RATE)
    *before, last = encoded(container, audio, whole=True)
    assert not any(before)
    rate = CONTAINERS[container].own_rate or RATE
    whole = decoded(container, last, rate)
    stream = decoded(container, b"".join(encoded(container, audio)), rate)
    late = LAME_DELAY if container == "mp3" and whole.size < stream.size else 0
    np.testing.assert_allclose(whole, stream[late : late + whole.size], atol=2e-3)


@pytest.mark.parametrize("container", ["pcm", "wav", "flac", "mp3"])
def test_the_bytes_do_not_depend_on_the_chunks(container: str) -> None:
    audio = chirp(RATE)
    assert b"".join(encoded(container, audio, size=999)) == b"".join(
        encoded(container, audio, size=audio.size)
    )


def test_a_streamed_mp3_has_no_tag_and_nothing_but_frames() -> None:
    data = b"".join(encoded("mp3", chirp(2 * RATE)))
    assert b"Xing" not in data
    assert b"Info" not in data
    assert not data.startswith(b"ID3")
    at, frames = 0, set()
    while at < len(data):
        length = frame_length(data[at:])
        assert length
        frames.add(data[at + 1 : at + 3][:1])
        at += length
    assert at == len(data)
    assert any(data[4 : frame_length(data)])  # the first frame is sound, not the place of a tag


def test_two_streamed_mp3s_on_end_are_one() -> None:
    one = b"".join(encoded("mp3", chirp(RATE)))
    length = decoded("mp3", one, RATE).size
    assert decoded("mp3", one + one, RATE).size == 2 * length


@pytest.mark.parametrize("rate", encoders.LAMEENC_RATES)
def test_lameenc_makes_what_libsndfile_makes(
    lameenc: None, rate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = chirp(3 * RATE)
    fast = b"".join(encoded("mp3", audio, sample_rate=rate))
    monkeypatch.setattr(encoders, "LAMEENC_RATES", ())
    slow = b"".join(encoded("mp3", audio, sample_rate=rate))
    assert len(fast) == len(slow)
    assert fast[2] == slow[2]  # bit rate and sample rate of the first frame
    first, second = (decoded("mp3", data, rate) for data in (fast, slow))
    assert first.size == second.size
    assert np.mean((first - second) ** 2) < 1e-3 * np.mean(second**2)


def test_lameenc_streams_as_libsndfile_does(lameenc: None) -> None:
    assert isinstance(encoders._mp3(RATE, whole=False), encoders._Lameenc)
    assert isinstance(encoders._mp3(RATE, whole=True), encoders._Mp3)  # whose tag knows the length
    assert isinstance(encoders._mp3(44_100, whole=False), encoders._Mp3)
    test_a_stream_of_frames_holds_the_whole_sound("mp3", LAME_DELAY, 576)
    test_every_chunk_gives_bytes_of_sound("mp3")
    test_a_whole_comes_at_the_end_and_is_what_a_stream_decodes_to("mp3")
    test_the_bytes_do_not_depend_on_the_chunks("mp3")
    test_a_streamed_mp3_has_no_tag_and_nothing_but_frames()
    test_two_streamed_mp3s_on_end_are_one()
    test_a_sound_without_samples_is_next_to_nothing("mp3", whole=False)


def test_the_pages_of_opus_are_short() -> None:
    data = b"".join(encoded("opus", chirp(3 * RATE)))
    ends, at = [], 0
    while (at := data.find(b"OggS", at)) >= 0:
        ends.append(struct.unpack("<q", data[at + 6 : at + 14])[0])
        at += 4
    steps = np.diff([end for end in ends if end > 0])
    assert len(steps) > 15
    assert steps.max() <= 0.2 * 48_000


@pytest.mark.parametrize("container", ["pcm", "wav"])
def test_no_piece_ends_within_a_sample(container: str) -> None:
    assert all(len(piece) % 2 == 0 for piece in encoded(container, chirp(RATE), size=333))


def test_the_header_of_a_wav_knows_the_length_of_a_whole_only() -> None:
    audio = chirp(1_000)
    stream, whole = (b"".join(encoded("wav", audio, whole=whole)) for whole in (False, True))
    assert stream[:44] == wav_header(RATE)
    assert struct.unpack("<I", stream[4:8]) == struct.unpack("<I", stream[40:44]) == (0xFFFFFFFF,)
    assert struct.unpack("<I", whole[4:8])[0] == len(whole) - 8
    assert struct.unpack("<I", whole[40:44])[0] == len(whole) - 44 == 2_000
    assert soundfile.info(io.BytesIO(whole)).frames == 1_000


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_sound_without_samples_is_next_to_nothing(container: str, whole: bool) -> None:
    data = open_encoder(container, source_rate=RATE, whole=whole).finish()
    assert (len(data) == 44) if container == "wav" else (len(data) < 1_000)


def test_what_is_too_loud_is_clipped_not_wrapped() -> None:
    loud = np.full(1_000, 1.5, np.float32)
    data = b"".join(encoded("pcm", loud, sample_rate=RATE))
    assert set(np.frombuffer(data, "<i2")) == {32_767}


@pytest.mark.parametrize(
    ("container", "rate"),
    [(name, rate) for name in CONTAINERS for rate in (8_000, 16_000, 24_000, 48_000)],
)
def test_other_rates_can_be_asked_for(container: str, rate: int) -> None:
    encoder = open_encoder(container, source_rate=RATE, sample_rate=rate)
    data = encoder.encode(chirp(RATE)) + encoder.finish()
    assert encoder.sample_rate == rate
    assert encoder.samples == rate
    assert abs(decoded(container, data, rate).size - rate) <= (0 if container in EXACT else 3_000)


@pytest.mark.parametrize(
    ("container", "rate", "named"),
    [
        ("mp4", None, "mp3, opus, aac, flac, wav, pcm"),
        ("", None, "mp3"),
        ("opus", 22_050, "24000"),
        ("mp3", 23_000, "22050"),
        ("pcm", 7_999, "8000 to 48000"),
        ("wav", 192_000, "8000 to 48000"),
        ("flac", -1, "8000 to 48000"),
    ],
)
def test_what_cannot_be_encoded_is_refused(container: str, rate: int | None, named: str) -> None:
    with pytest.raises(InputError, match=named):
        open_encoder(container, source_rate=RATE, sample_rate=rate)


def test_aac_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(encoders.importlib, "import_module", missing)
    with pytest.raises(OutputError, match=r"\[aac\]"):
        open_encoder("aac", source_rate=RATE)


def test_the_media_type_of_raw_samples_tells_their_rate() -> None:
    assert open_encoder("pcm", source_rate=RATE).media_type == "audio/pcm;rate=24000;channels=1"
    assert open_encoder("pcm", source_rate=RATE, sample_rate=16_000).media_type.split(";")[1] == "rate=16000"
