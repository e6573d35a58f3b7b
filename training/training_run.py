"""What every training here shares: a folder that it goes on from, averaged weights, and a rate that falls to an end.

A run is a folder with log.txt, last.pt (goes on from there when started again) and ema.pt (the averaged weights).
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

B = TypeVar("B")


def add_run_options(
    parser: argparse.ArgumentParser, *, steps: int, rate: float, validate: int, minutes: float = 1e9
) -> None:
    """Add the options that every training run has, with the defaults of one."""
    add = parser.add_argument
    add("--run", type=Path, required=True, help="folder for log and checkpoints")
    add("--steps", type=int, default=steps, help="end here; the learning rate falls towards it, or")
    add("--minutes", type=float, default=minutes, help="after so long")
    add("--rate", type=float, default=rate, help="highest learning rate")
    add("--ema", type=float, default=0.998, help="share of the averaged weights that stays in a step")
    add("--report", type=int, default=50, help="steps; also looks for new parts, where there may be some")
    add("--validate", type=int, default=validate, help="steps; also saves a checkpoint")
    add("--seed", type=int, default=1)


def add_processor_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a run in one process; `prepare_process` follows them."""
    add = parser.add_argument
    add("--bf16", action=argparse.BooleanOptionalAction, default=True, help="networks in bfloat16")
    add("--threads", type=int, default=1)


def prepare_process(args: argparse.Namespace) -> None:
    """Make the folder of a run, and set PyTorch up as its options say."""
    args.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)


class Companion(Protocol):
    """What a run keeps besides its modules, for example a discriminator with its optimizer."""

    def state_dict(self) -> dict[str, Any]:
        """Return what it needs to go on."""

    def load_state_dict(self, state: dict[str, Any]) -> object:
        """Go on from there."""


class TrainingRun:
    """Modules, their optimizer and their averaged weights.

    Args:
        args: Has `run` (the folder), `rate` (the highest), and `steps` and `minutes`, of which the first that is
            reached ends the run. A run that goes on with other ones goes on where these put it on the way down.
        modules: What is trained.
        optimizer: Of its parameters.
        warm_up: Steps until the highest rate.
        floor: The last rate as a share of the highest.
        clip: The largest norm of the gradients.
        companions: What else is kept; one that last.pt has nothing of begins anew.

    Attributes:
        step: Steps done.
        seconds: Spent on them.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        modules: nn.Module,
        optimizer: torch.optim.Optimizer,
        *,
        warm_up: int,
        floor: float,
        clip: float,
        companions: Mapping[str, Companion] | None = None,
    ) -> None:
        self.args = args
        self.modules = modules
        self.optimizer = optimizer
        self.step = 0
        self.seconds = 0.0
        self._ema = [p.detach().clone() for p in modules.parameters()]
        self._warm_up, self._floor, self._clip = warm_up, floor, clip
        self._companions = companions or {}
        if (args.run / "last.pt").exists():
            self._resume()

    @property
    def progress(self) -> float:
        """How much of the run is behind, 0..1, by steps or by time, whichever is further."""
        return min(max(self.step / self.args.steps, self.seconds / 60 / self.args.minutes), 1.0)

    def schedule(self) -> float:
        """Learning rate of this step as a share of the highest: a warm-up, then half a cosine down to the floor."""
        cosine = 0.5 * (1 + math.cos(math.pi * self.progress))
        return min((self.step + 1) / self._warm_up, self._floor + (1 - self._floor) * cosine)

    def descend(
        self,
        losses: Mapping[str, Tensor],
        weights: Mapping[str, float],
        *,
        before_clipping: Callable[[], None] = lambda: None,
    ) -> dict[str, float]:
        """One step down the weighted sum of losses; gradients that are not finite are passed over.

        Returns:
            The losses, and as `norm` that of the gradients.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = self.args.rate * self.schedule()
        loss = torch.stack([losses[name] * weight for name, weight in weights.items()]).sum()
        self.optimizer.zero_grad()
        loss.backward()
        before_clipping()
        norm = nn.utils.clip_grad_norm_(self.modules.parameters(), self._clip)
        if torch.isfinite(norm):
            self.optimizer.step()
        self.step += 1
        decay = min(self.args.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self._ema, list(self.modules.parameters()), 1 - decay)
        return {name: value.item() for name, value in losses.items()} | {"norm": float(norm)}

    def loop(
        self,
        learn: Callable[[], Mapping[str, float]],
        validate: Callable[[], Mapping[str, float]],
        save: Callable[[], None],
        *,
        refresh: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.process_time,
    ) -> None:
        """Learn until the last step or the time limit.

        Args:
            learn: One step; returns its errors. Every `args.report` steps their means are noted.
            validate: Returns the errors on what is held out; asked every `args.validate` steps and at the end.
            save: Writes the checkpoints; called after each validation.
            refresh: Takes up new data before each report, and says how much there is.
            clock: Seconds; those of the processor, so that a process that was stopped loses none.
        """
        sums: dict[str, list[float]] = defaultdict(list)
        while self.progress < 1:
            began = clock()
            for name, value in learn().items():
                sums[name].append(value)
            self.seconds += clock() - began
            if self.step % self.args.report == 0:
                means = " ".join(f"{name} {sum(values) / len(values):.4f}" for name, values in sums.items())
                self.note(f"step {self.step}, {self.seconds / 60:.1f} min, {refresh()} | {means}")
                sums.clear()
            if self.step % self.args.validate == 0 or self.progress == 1:
                means = " ".join(f"{name} {value:.4f}" for name, value in validate().items())
                self.note(f"  validation {self.step} | {means}")
                save()

    def mean_errors(
        self, batches: Iterable[B], losses: Callable[[B], Mapping[str, Tensor]]
    ) -> dict[str, float]:
        """Return the errors of the averaged weights, their means over batches."""
        sums: dict[str, list[float]] = defaultdict(list)
        with torch.no_grad(), self.averaged():
            for batch in batches:
                for name, value in losses(batch).items():
                    sums[name].append(value.item())
        return {name: sum(values) / len(values) for name, values in sums.items()}

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Put the averaged weights into the modules for the length of a block."""
        kept = [p.detach().clone() for p in self.modules.parameters()]
        self._load(self._ema)
        try:
            yield
        finally:
            self._load(kept)

    def save(self, averaged: Mapping[str, object]) -> None:
        """Write last.pt, and what is given as ema.pt, each whole or not at all."""
        state = {
            "weights": [p.detach() for p in self.modules.parameters()],
            "ema": self._ema,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "companions": {name: companion.state_dict() for name, companion in self._companions.items()},
        }
        _write(state, self.args.run / "last.pt")
        _write(averaged, self.args.run / "ema.pt")

    def note(self, line: str) -> None:
        """Print a line and keep it in the run's log."""
        print(line, flush=True)
        with (self.args.run / "log.txt").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def _resume(self) -> None:
        device = next(self.modules.parameters()).device
        state = torch.load(self.args.run / "last.pt", weights_only=True, map_location=device)
        self._load(state["weights"])
        self._ema = [t.clone() for t in state["ema"]]
        self.optimizer.load_state_dict(state["optimizer"])
        for (
            group
        ) in self.optimizer.param_groups:  # a run that began with a slow one goes on with the fast one
            group["fused"] = self.optimizer.defaults["fused"]
        self.step, self.seconds = state["step"], state["seconds"]
        for name, kept in state.get("companions", {}).items():
            if name in self._companions:
                self._companions[name].load_state_dict(kept)

    def _load(self, weights: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self.modules.parameters(), weights, strict=True):
                parameter.copy_(value)


def _write(state: Mapping[str, object], path: Path) -> None:
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)
