"""Ray clusters for the tests: nodes are processes of this machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

from batch_support import ROOT

ATTEMPTS = 3


@contextlib.contextmanager
def cluster_of(nodes: int) -> Iterator[Any]:
    """A cluster of several nodes with one processor each, to which this process is not connected."""
    pytest.importorskip("ray", reason="the extra [cluster] is not installed")
    paths = os.pathsep.join([str(ROOT / "demo"), str(ROOT / "tests" / "support")])
    with pytest.MonkeyPatch.context() as patch:
        # The workers of a node have the environment of the process that began it.
        patch.setenv("PYTHONPATH", paths)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        from ray.cluster_utils import Cluster

        cluster = Cluster()
        try:
            add_node(cluster, include_dashboard=False)
            for _ in range(nodes - 1):
                add_node(cluster)
            yield cluster
        finally:
            cluster.shutdown()


def add_node(cluster: Any, **options: Any) -> None:
    """Add a node, of which Ray expects that it is there after thirty seconds; a busy machine may need another try."""
    for attempt in range(ATTEMPTS):
        try:
            cluster.add_node(num_cpus=1, **options)
        except Exception as error:
            if "timed out" not in str(error) or attempt == ATTEMPTS - 1:
                raise
        else:
            return
