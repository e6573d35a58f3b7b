"""Make the small PyTorch checkpoints that test_zoo_checkpoint.py reads; needs torch, was run once.

    python tests/zoo/make_checkpoints.py

Both files hold the same tree, one in the legacy and one in the zip format. Every tensor counts upwards from a
number of its own, so that the test knows what to expect without the files' help.
"""

from __future__ import annotations

from pathlib import Path

import torch

FOLDER = Path(__file__).parent / "data"


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


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    torch.save(tree(), FOLDER / "checkpoint_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(tree(), FOLDER / "checkpoint_zip.pth")
