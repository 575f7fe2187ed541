"""The container and the composition start what is there: no engine is needed to see that their words still hold."""

import json
import re
from pathlib import Path

import pytest

from tenfold.cli.serve import serve

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[1]
CONTAINER = (ROOT / "Containerfile").read_text().replace("\\\n", "")
COMPOSED = yaml.safe_load((ROOT / "compose.yaml").read_text())


def steps(name):
    return re.findall(rf"^{name} (.*)", CONTAINER, re.MULTILINE)


def options(words):
    return {word for word in words if word.startswith("--")}


def test_what_is_copied_is_there_and_hashes_are_asked_for():
    copied = [word for step in steps("COPY") if "--from" not in step for word in step.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    [installed] = [step for step in steps("RUN") if "requirements-serve.lock" in step]
    assert "--require-hashes" in installed


def test_it_runs_as_somebody_who_may_do_little():
    assert steps("USER") == ["10001"]
    service = COMPOSED["services"]["tenfold"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]


def test_its_commands_are_those_of_the_server():
    known = {f"--{name.replace('_', '-')}" for name in serve.__annotations__}
    entry, command = json.loads(steps("ENTRYPOINT")[0]), json.loads(steps("CMD")[0])
    assert entry[:2] == ["/tenfold/bin/tenfold", "serve"]
    assert options([*entry, *command, *COMPOSED["services"]["tenfold"]["command"]]) <= known


def test_every_secret_that_is_used_is_given():
    used = {secret for service in COMPOSED["services"].values() for secret in service["secrets"]}
    assert used == set(COMPOSED["secrets"])
