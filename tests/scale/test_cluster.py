"""A cluster is started or joined, and what is missing is said with what to do."""

import shlex
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
import yaml

from tenfold.cli import app
from tenfold.errors import OptionError
from tenfold.scale.cluster import ClusterError, check_ray, connected


def test_without_ray_the_error_has_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(OptionError, match=r'pip install "tenfold\[scale\]"'):
        check_ray()


@pytest.mark.parametrize("address", ["ray://head:10001", "head", "head:", ":6379", "nearby"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(OptionError, match=r"--cluster"), connected(address):
        pass


def test_the_cluster_of_this_machine_is_told(cluster):
    with connected(cluster.address) as found, connected("auto") as again:
        assert (found.nodes, found.cores) == (1, 2)
        assert again == found


def test_what_ray_prints_stays_out_of_the_output(cluster, capsys):
    with connected(cluster.address):
        print("The node has been marked dead")
    print("answer")
    assert capsys.readouterr() == ("answer\n", "The node has been marked dead\n")


def test_where_no_cluster_answers_it_is_said_what_to_do():
    with (
        pytest.raises(ClusterError, match=r"answers at 127\.0\.0\.1:9: start one with `ray start --head`"),
        connected("127.0.0.1:9"),
    ):
        pass


def test_the_manifest_runs_a_command_that_there_is():
    manifest = yaml.safe_load((Path(__file__).parents[2] / "docs" / "kuberay.yaml").read_text())
    program, verb, *rest = shlex.split(manifest["spec"]["entrypoint"])
    command = typer.main.get_command(app).commands[verb]
    assert program == "tenfold"
    assert {each for each in rest if each.startswith("--")} <= {name for each in command.params for name in each.opts}
    assert manifest["spec"]["rayClusterSpec"]["rayVersion"] == version("ray")
