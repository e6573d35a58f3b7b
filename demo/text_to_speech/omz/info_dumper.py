"""Print what is known about models as JSON: the command omz_info_dumper, with the stock tool's keys."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ..cli.frame import put
from ..store.model_yml import COMPOSITE_YML, MODEL_YML, CompositeModel, Model
from .selection import Selected, build_parser, precisions_of, run_for_each, subfolder

ACCURACY_YML = "accuracy-check.yml"


def describe(model: Model | CompositeModel, root: Path) -> dict[str, object]:
    """Return the facts about a model, its stages within it.

    Args:
        model: The model.
        root: The folder models/ that it is in.
    """
    stages = model.stages if isinstance(model, CompositeModel) else ()
    simple = model if isinstance(model, Model) else None
    composite = model.folder if stages else model.folder.parent
    return {
        "name": model.name,
        "composite_model_name": composite.name if (composite / COMPOSITE_YML).is_file() else None,
        "description": model.description,
        "framework": model.framework,
        "license_url": model.license,
        "accuracy_config": _existing(model.folder / ACCURACY_YML),
        "model_config": _existing(model.folder / MODEL_YML),
        "precisions": list(precisions_of(stages[0] if simple is None else simple)),
        "subdirectory": subfolder(model, root).as_posix(),
        "task_type": model.task_type,
        "input_info": [
            {"name": entry.name, "shape": list(entry.shape), "layout": entry.layout}
            for entry in (simple.input_info if simple else ())
        ],
        "model_stages": [describe(stage, root) for stage in stages],
    }


def _existing(path: Path) -> str | None:
    return str(path) if path.is_file() else None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = build_parser("omz_info_dumper", "Print what is known about models as JSON.")
    facts: list[dict[str, object]] = []

    def work(choice: Selected, _: argparse.Namespace) -> None:
        facts.append(describe(choice.read(), choice.root))

    return run_for_each(work, parser, argv, finish=lambda: put(json.dumps(facts, indent=4)))


if __name__ == "__main__":
    sys.exit(main())
