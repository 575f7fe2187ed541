"""A release, up to but without its upload: versions that agree, archives that are valid, environments that work.

Example: `make release`, or `python -m release --extras "none serve"` for the package alone and one extra
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from release.environments import EXTRAS, VERSIONS, Tried, find_pythons, try_in_empty
from release.versions import VersionError, agreed_version, is_dated

ROOT = Path(__file__).parents[1]
NONE = "none"
"""How the package without any extra is named."""

ENVIRONMENT = "environment"
"""The folder, inside that of the release, in which environments are made and taken away."""


def archives(out: Path) -> list[Path]:
    """Build the source archive, and the wheel of what it holds, and have both checked for an index; give both."""
    for tool in (["build", "--outdir", str(out), str(ROOT)], ["twine", "check", "--strict"]):
        built = sorted(out.glob("tenfold-*.*")) if tool[0] == "twine" else []
        done = subprocess.run(
            [sys.executable, "-m", *tool, *map(str, built)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(tool[:2])} failed:\n{done.stdout}{done.stderr}")
    return sorted(out.glob("*.whl")) + sorted(out.glob("*.tar.gz"))


def try_all(built: list[Path], out: Path, extras: list[str]) -> list[Tried]:
    """Install into empty environments: the wheel with each extra, the source archive with none, on each Python."""
    wheel, source = built
    pythons = find_pythons()
    print(f"{'Python':8} {'installed':15} {'extra':17} {'seconds':>7} {'MiB':>6}")
    tried = []
    for version, python in pythons.items():
        for file, extra in [*((wheel, extra) for extra in extras), (source, "")]:
            wanted = file == wheel and version == min(pythons, key=VERSIONS.index)
            name = f"{'-'.join([wheel.name.rsplit('-py3')[0], *filter(None, extra.split(','))])}.cdx.json"
            each = try_in_empty(python, file, extra, out / ENVIRONMENT, out / name if wanted else None)
            kind = "wheel" if file == wheel else "source archive"
            cost = f"{each.seconds:7.0f} {each.size_mib:6.0f}"
            print(
                f"{each.python or version:8} {kind:15} {extra or NONE:17} {cost}  {each.trouble or 'works'}", flush=True
            )
            tried.append(each)
    return tried


def main(
    out: Annotated[Path, typer.Option(help="The folder of the release; what is there goes.")] = ROOT
    / "build"
    / "release",
    extras: Annotated[
        str, typer.Option(help="Extras to try, parted by spaces, `none` for the package alone; all if empty.")
    ] = "",
) -> None:
    """Rehearse a release: all of it but the upload."""
    try:
        version = agreed_version(ROOT)
    except VersionError as error:
        raise SystemExit(str(error)) from error
    print(f"Tenfold {version}: package, citation and changelog agree")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    built = archives(out)
    print("archives: valid, their description too (twine check --strict)\n")
    tried = try_all(built, out, ["" if each == NONE else each for each in extras.split()] or list(EXTRAS))
    missing = [each for each in VERSIONS if each not in find_pythons()]
    if missing:
        print(f"\nnot tried, for this machine has no python{', python'.join(missing)}")
    print("\nto upload:")
    for file in [*built, *sorted(out.glob("*.cdx.json"))]:
        print(f"  {hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}  {file.stat().st_size / 2**20:.1f} MiB")
    failed = [each for each in tried if each.trouble]
    if failed:
        raise SystemExit(f"\nnot to be released: {len(failed)} of {len(tried)} environments failed")
    if not is_dated(ROOT):
        print("\nCHANGELOG.md still says `unreleased`: give the version its day before it is uploaded")
    print(f"\nnothing was uploaded; that is `python -m twine upload {' '.join(file.name for file in built)}` in {out}")


if __name__ == "__main__":
    typer.run(main)
