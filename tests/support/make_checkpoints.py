"""Make the small PyTorch checkpoints that the tests of the zoo read; needs torch, was run once.

    python tests/support/make_checkpoints.py

checkpoint_legacy.pth and checkpoint_zip.pth hold the same tree in the two formats; the values count upwards, so
that the test knows what to expect without the files' help. tiny_vocoder.pth is a generator of the HiFi-GAN family,
the smallest that there can be, with random weights.
"""

from __future__ import annotations

from pathlib import Path

import torch

FOLDER = Path(__file__).parents[1] / "data"


def tree() -> dict[str, object]:
    """Return what the files hold: each type of element, each kind of view, and a real state dictionary."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    layer = torch.nn.Conv1d(3, 2, 5)
    torch.nn.init.constant_(layer.bias, 0.5)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(30, dtype=torch.float32).reshape(2, 3, 5))
    return {
        "generator": layer.state_dict(),
        "steps": 2_500_000,
        "nested": {"list": [1, 2.5, None, True, "Ünï"], "tuple": (1, (2, 3))},
        "types": {
            str(dtype).removeprefix("torch."): torch.arange(6).to(dtype)
            for dtype in (
                torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
                torch.float16, torch.float32, torch.float64,
            )
        },
        "base": base,
        "transposed": base.t(),
        "every_other": base[1:, ::2],
        "row": base[2],
        "scalar": torch.tensor(3.5),
        "empty": torch.zeros(0, 3),
    }  # fmt: skip


def tiny_vocoder() -> dict[str, object]:
    """Return the weights for the configuration in conftest.py: one upsampling by 4, one residual block."""
    torch.manual_seed(0)
    shapes = {
        "conv_pre.weight": (2, 80, 7), "conv_pre.bias": (2,),
        "ups.0.weight": (2, 1, 8), "ups.0.bias": (1,),
        "resblocks.0.convs.0.weight": (1, 1, 3), "resblocks.0.convs.0.bias": (1,),
        "conv_post.weight": (1, 1, 7), "conv_post.bias": (1,),
    }  # fmt: skip
    return {"generator": {name: 0.1 * torch.randn(shape) for name, shape in shapes.items()}}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    torch.save(tree(), FOLDER / "checkpoint_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(tree(), FOLDER / "checkpoint_zip.pth")
    torch.save(tiny_vocoder(), FOLDER / "tiny_vocoder.pth", _use_new_zipfile_serialization=False)
