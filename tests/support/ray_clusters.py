"""Ray clusters for the tests: nodes are processes of this machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

from batch_support import ROOT


@contextlib.contextmanager
def cluster_of(nodes: int) -> Iterator[Any]:
    """A cluster of several nodes with one processor each, to which this process is not connected."""
    pytest.importorskip("ray", reason="the extra [cluster] is not installed")
    paths = os.pathsep.join([str(ROOT / "demo"), str(ROOT / "tests" / "support")])
    with pytest.MonkeyPatch.context() as patch:
        # The workers of a node have the environment of the process that began it.
        patch.setenv("PYTHONPATH", paths)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # A machine that does other work too needs more than Ray's thirty seconds.
        patch.setenv("RAY_raylet_start_wait_time_s", "300")
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        try:
            for _ in range(nodes - 1):
                cluster.add_node(num_cpus=1)
            yield cluster
        finally:
            cluster.shutdown()
