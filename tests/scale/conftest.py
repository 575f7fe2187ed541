"""A Ray cluster of this machine, which all tests of the room share."""

import os

import pytest


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A running cluster whose head has two cores; tests that kill nodes add their own.

    No process is connected to it: `connected(cluster.address)` connects, and so does `--cluster ADDRESS`.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    from ray.cluster_utils import Cluster

    started = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 2, "object_store_memory": 128 << 20, "include_dashboard": False},
    )
    yield started
    started.shutdown()
