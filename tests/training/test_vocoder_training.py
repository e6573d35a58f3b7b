"""How the light vocoder is trained: pitch labels, losses, transforms.

What needs PyTorch is skipped where it is not installed.
"""

from __future__ import annotations

import numpy as np
import pytest

from text_to_speech.inference.mel import SAMPLE_RATE
from text_to_speech.inference.source_filter import Excitation
from vocoder.pitch import measure_pitch


def sung(hz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A voice with ten harmonics, and its pitch at the centres of the frames."""
    per_sample = np.interp(np.arange(hz.size * 256), np.arange(hz.size) * 256 + 127.5, hz)
    phase = 2 * np.pi * np.cumsum(per_sample) / SAMPLE_RATE
    return sum(np.cos(n * phase) / n for n in range(1, 11)).astype(np.float32) * 0.05, hz


@pytest.mark.parametrize("ends", [(90, 120), (180, 260), (420, 300)])
def test_pitch_is_measured_to_a_few_cents(ends):
    audio, hz = sung(np.linspace(*ends, 120))
    pitch, periodicity = measure_pitch(
        audio, (hz * 1.12).astype(np.float32)
    )  # the contour is two semitones off
    inner = slice(5, -5)
    assert np.abs(1200 * np.log2(pitch / hz))[inner].max() < 10
    assert periodicity[inner].min() > 0.9


def test_noise_is_not_periodic():
    audio = np.random.default_rng(1).normal(0, 0.1, 256 * 100).astype(np.float32)
    assert measure_pitch(audio, np.full(100, 200, np.float32))[1].mean() < 0.3


@pytest.mark.training
def test_short_voiced_stretches_are_chance():
    pytest.importorskip("torch")
    from vocoder.locked_data import clean

    voiced = np.array([0, 1, 1, 0, 1, 1, 1, 0, 1], bool)
    np.testing.assert_array_equal(clean(voiced), [0, 0, 0, 0, 1, 1, 1, 0, 0])


@pytest.mark.training
def test_the_inverse_transform_undoes_the_transform():
    torch = pytest.importorskip("torch")
    from vocoder.model import FilterNetwork

    network = FilterNetwork(channels=8, coarse=(1, 8), fine=(1, 8))
    wave = torch.randn(1, 1, 256 * 20, generator=torch.Generator().manual_seed(0))
    spectrum = network.spectrum(wave)
    assert spectrum.shape == (1, 80, 258)
    assert spectrum.square().sum(-1).mean() / 129 == pytest.approx(1, abs=0.05)
    torch.testing.assert_close(
        network.waveform(spectrum)[..., 200:-200], wave[..., 200:-200], atol=1e-5, rtol=0
    )


@pytest.mark.training
def test_the_loss_is_nothing_for_the_teacher_itself_and_grows_with_the_error():
    torch = pytest.importorskip("torch")
    from vocoder.losses import audio_losses

    target = 0.1 * torch.randn(2, 16_384, generator=torch.Generator().manual_seed(0))
    same, louder, silent = (audio_losses(factor * target, target) for factor in (1.0, 1.2, 0.0))
    for name in ("mel", "log", "power"):
        assert same[name] == 0
        assert same[name] < louder[name] < silent[name]
    assert louder["mel"] == pytest.approx(np.log(1.2), rel=0.01)


@pytest.mark.training
def test_pulses_of_another_phase_are_a_small_error_in_long_windows():
    torch = pytest.importorskip("torch")
    from vocoder.fourier import spectrum
    from vocoder.losses import magnitude

    pitch, voicing = np.zeros(66, np.float32), np.ones(66, np.float32)
    takes = [torch.from_numpy(Excitation(phase=p).extend(pitch, voicing)[:1]) for p in (0.0, 0.5)]
    one, other = (torch.log(magnitude(spectrum(take, 2048))[:, 4:-4] + 1e-4) for take in takes)
    assert (one - other).abs().mean() < 0.3


def plain_losses(audio, target, foreseeable):
    """The losses as the modules describe them, with PyTorch's own transform and gradients."""
    torch = pytest.importorskip("torch")
    from text_to_speech.inference.mel import mel_filters

    def spectrum(wave, size):
        window = torch.hann_window(size, dtype=wave.dtype)
        values = torch.stft(
            wave, size, size // 4, window=window, center=True, pad_mode="constant", return_complex=True
        )
        return torch.view_as_real(values) / window.square().sum().sqrt()

    def magnitude(wave, size):
        return torch.sqrt(spectrum(wave, size).square().sum(-1) + 1e-12) + 1e-4

    def compressed(values):
        return values * (values.square().sum(-1, keepdim=True) + 1e-6) ** -0.3

    def log_mel(wave):
        values = (
            spectrum(wave, 1024).square().sum(-1) * torch.hann_window(1024, dtype=wave.dtype).square().sum()
        )
        filters = torch.from_numpy(mel_filters()).to(wave.dtype)
        return torch.log(torch.clamp(filters @ torch.sqrt(values + 1e-9), min=1e-5))

    sizes = (2048, 1024, 512, 256, 128)
    pairs = [(magnitude(audio, size), magnitude(target, size)) for size in sizes]
    spectra = [
        (compressed(spectrum(foreseeable, size)), compressed(spectrum(target, size))) for size in sizes[1:4]
    ]
    return {
        "mel": (log_mel(audio) - log_mel(target)).abs().mean(),
        "log": sum((a.log() - b.log()).abs().mean() for a, b in pairs) / 5,
        "power": sum((a**0.4 - b**0.4).abs().mean() for a, b in pairs) / 5,
        "complex": sum(torch.sqrt((a - b).square().sum(-1) + 1e-8).mean() for a, b in spectra) / 3,
    }


@pytest.mark.training
@pytest.mark.parametrize("name", ["mel", "log", "power", "complex"])
def test_fast_losses_and_their_gradients_are_those_of_the_plain_formulas(name):
    torch = pytest.importorskip("torch")
    from vocoder.losses import audio_losses

    dice = torch.Generator().manual_seed(0)
    target, noise, error = (0.1 * torch.randn(2, 8_192, generator=dice) for _ in range(3))
    target *= torch.logspace(-3, 0, 8_192)  # loud and almost silent
    results = []
    for losses, precision in ((audio_losses, torch.float32), (plain_losses, torch.float64)):
        foreseeable = (target + 0.1 * error * target.abs()).to(precision).requires_grad_()
        audio = foreseeable + 0.1 * noise.to(precision)
        value = losses(audio, target.to(precision), foreseeable)[name]
        value.backward()
        results.append((value.item(), foreseeable.grad.double()))
    (fast, slope), (plain, expected) = results
    assert fast == pytest.approx(plain, rel=1e-5)
    assert (slope - expected).norm() < 1e-4 * expected.norm()


@pytest.mark.training
def test_the_fast_convolution_has_the_gradients_of_the_plain_one():
    torch = pytest.importorskip("torch")
    from vocoder.model import _Slide, _slide

    dice = torch.Generator().manual_seed(0)
    shapes = ((3, 20, 8), (8, 1, 1, 5), (8,))
    inputs = [torch.randn(shape, generator=dice, dtype=torch.float64, requires_grad=True) for shape in shapes]
    gradients = [torch.autograd.grad(f(*inputs).square().sum(), inputs) for f in (_Slide.apply, _slide)]
    for fast, plain in zip(*gradients, strict=True):
        torch.testing.assert_close(fast, plain)


@pytest.mark.training
@pytest.mark.parametrize("part", ["pitch", "filter"])
def test_the_networks_see_no_farther_than_the_library_says(part):
    torch = pytest.importorskip("torch")
    from text_to_speech.inference import source_filter
    from vocoder.model import FilterNetwork, PitchNetwork

    torch.manual_seed(0)
    context = source_filter.PITCH_CONTEXT if part == "pitch" else source_filter.CONTEXT_FRAMES
    mel = torch.randn(1, 80, 80)
    source = torch.randn(1, 2, 80 * 256)
    changed = mel.clone()
    changed[..., 40] += 1
    with torch.no_grad():
        if part == "pitch":
            network = PitchNetwork().eval()
            touched = (network(mel)[0] != network(changed)[0])[0]
        else:
            network = FilterNetwork().eval()
            moved = network(mel, source) != network(changed, source)
            touched = moved[0, 0].reshape(80, 256).any(1)
    frames = np.flatnonzero(touched.numpy())
    assert 40 - context <= frames.min()
    assert frames.max() <= 40 + context
