"""The bill of materials of an environment: what was installed, in which version, under which licence (CycloneDX)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["about", "write_inventory"]

PACKAGE = "tenfold"


def write_inventory(python: str, file: Path) -> str:
    """Write the bill of materials of the environment of an interpreter.

    Args:
        python: The environment's interpreter.
        file: The file to write, JSON of CycloneDX 1.6.

    Returns:
        What is wrong with it; empty where nothing is.
    """
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", python]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip()
    text = json.dumps(about(json.loads(done.stdout)), indent=1) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if not wrong:
        file.write_text(text, encoding="utf-8")
    return str(wrong or "")


def about(document: dict[str, Any]) -> dict[str, Any]:
    """Make Tenfold what the document is about, and leave out where its archive lay on the machine that built it."""
    [package] = [each for each in document["components"] if each["name"] == PACKAGE]
    others = [each for each in document["components"] if each["name"] != PACKAGE]
    package.pop("externalReferences", None)
    return {**document, "metadata": {**document["metadata"], "component": package}, "components": others}
