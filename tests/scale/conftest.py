"""A Ray cluster of this machine and an S3 server, which all tests of the room share."""

import logging
import os
import random
import threading

import pytest
from PIL import Image
from werkzeug.serving import make_server

FAILS = 20
"""Of this many calls the server refuses one."""


class Flaky:
    """A WSGI application that answers one call in twenty with 503, as a store under load does."""

    def __init__(self, application):
        self._application = application
        self._random = random.Random(0)
        self.refused = 0

    def __call__(self, environ, start_response):
        if self._random.randrange(FAILS) == 0:
            self.refused += 1
            start_response("503 Slow Down", [("Content-Length", "0")])
            return [b""]
        return self._application(environ, start_response)


@pytest.fixture(scope="session")
def store():
    """The flaky S3 server; the environment of this process and of those that it starts leads to it."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    flaky = Flaky(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, flaky, threaded=True)
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield flaky
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def bucket(store):
    """An empty bucket of that server."""
    import boto3

    client = boto3.client("s3", region_name="us-east-1", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    client.create_bucket(Bucket="tenfold-tests")
    return "s3://tenfold-tests"


@pytest.fixture(scope="session")
def cluster(store):
    """A running cluster whose head has two cores; tests that kill nodes add their own.

    No process is connected to it: `connected(cluster.address)` connects, and so does `--cluster ADDRESS`.
    """
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        "RAY_worker_niceness": "0",
    }
    from ray.cluster_utils import Cluster

    class Patient(Cluster):
        """A cluster whose nodes may take long to start: Ray gives up after 30 seconds, a busy machine needs more."""

        def add_node(self, **options):
            for _ in range(3):
                try:
                    return super().add_node(**options)
                except Exception as error:
                    failed = error
            raise failed

    started = Patient()
    started.add_node(num_cpus=2, object_store_memory=128 << 20, include_dashboard=False)
    yield started
    started.shutdown()


@pytest.fixture(scope="session")
def pictures(mnist, tmp_path_factory):
    """A folder of 200 pictures of digits in two folders, of which two are broken."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, image in enumerate(mnist.x_test[:198]):
        place = folder / ("a" if number % 3 else "b")
        place.mkdir(exist_ok=True)
        Image.fromarray(image).save(place / f"{number:03}.png")
    (folder / "a" / "150x.png").write_bytes(b"no picture")
    (folder / "b" / "empty.png").write_bytes(b"")
    return folder
