"""A release is refused where files name different versions."""

from pathlib import Path

import pytest
from release.versions import VersionError, agreed_version, is_dated

import tenfold

ROOT = Path(__file__).parents[2]


def repository(folder, cited="1.2.3", changed="1.2.3 – 2026-11-27"):
    package = folder / "src" / "tenfold"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (folder / "CITATION.cff").write_text(f"cff-version: 1.2.0\nversion: {cited}\n")
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {changed}\n\n## 1.2.2 – 2026-11-01\n")
    return folder


def test_this_repository_agrees_on_its_version():
    assert agreed_version(ROOT) == tenfold.__version__


def test_files_that_agree_give_the_version(tmp_path):
    assert agreed_version(repository(tmp_path)) == "1.2.3"
    assert is_dated(tmp_path)


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"cited": "1.2.2"}, r"CITATION\.cff of 1\.2\.2"), ({"changed": "Unreleased"}, r"CHANGELOG\.md of Unreleased")],
)
def test_a_file_of_another_version_is_named(tmp_path, changes, named):
    with pytest.raises(VersionError, match=named):
        agreed_version(repository(tmp_path, **changes))


def test_a_version_without_its_day_is_noticed(tmp_path):
    assert not is_dated(repository(tmp_path, changed="1.2.3 – unreleased"))
