"""Typefaces drawn after handwriting, brought by a stand-in for npm."""

import hashlib
import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import PIL.ImageFont
import pytest

from tenfold.data.sources import expand
from tenfold.data.typefaces import (
    MOST_BYTES,
    OWN_FOLDER,
    PACKAGES_AT_ONCE,
    Typeface,
    fetch_typefaces,
    known_typefaces,
    typefaces,
)
from tenfold.errors import DataError, FetchError

FONTS = {f"hand-{number}": f"font {number}".encode() for number in range(PACKAGES_AT_ONCE + 2)}


def typeface(name: str) -> Typeface:
    return Typeface(name, "1.0.0", "OFL-1.1", hashlib.sha256(FONTS[name]).hexdigest())


@pytest.fixture
def hands(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Typeface, ...]:
    """Two typefaces that are not on this machine."""
    monkeypatch.delenv("TENFOLD_DATA", raising=False)
    return typeface("hand-0"), typeface("hand-1")


def write_package(folder: Path, name: str, file: str, content: bytes) -> None:
    with tarfile.open(folder / f"fontsource-{name}-1.0.0.tgz", "w:gz") as archive:
        member = tarfile.TarInfo(f"package/files/{file}")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the packages that an npm on the path gives; the file `calls` has a line for each call of it."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, content in FONTS.items():
        write_package(folder, name, f"{name}-latin-400-normal.woff", content)
    npm = tmp_path / "npm"
    npm.write_text(
        f"""#!/bin/sh
echo "$@" >> "{folder}/calls"
[ "$1" = pack ] || exit 2
for wanted in "$@"; do
    case "$wanted" in @fontsource/*)
        name="${{wanted#@fontsource/}}"
        if ! cp "{folder}/fontsource-${{name%@*}}-${{name#*@}}.tgz" . 2>&-; then
            echo "npm error code ETARGET" >&2
            echo "npm error notarget No matching version found for $wanted." >&2
            echo "npm error A complete log of this run can be found in: /log" >&2
            exit 1
        fi
    esac
done
"""
    )
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return folder


def put(folder: Path, wanted: Typeface, content: bytes | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wanted.file
    path.write_bytes(FONTS[wanted.name] if content is None else content)
    return path


def test_the_users_npm_downloads_them_and_only_the_font_is_kept(hands, registry, home):
    first, second = fetch_typefaces(hands)
    assert (first.read_bytes(), second.read_bytes()) == (FONTS["hand-0"], FONTS["hand-1"])
    assert sorted((home / "typefaces").iterdir()) == [first, second]


def test_what_was_downloaded_once_is_not_asked_for_again(hands, registry):
    assert fetch_typefaces(hands) == fetch_typefaces(hands, offline=True)
    assert len((registry / "calls").read_text().splitlines()) == 1


def test_many_are_downloaded_in_one_call_of_npm(hands, registry):
    many = [typeface(name) for name in FONTS]
    assert [path.read_bytes() for path in fetch_typefaces(many)] == list(FONTS.values())
    assert [line.count("@fontsource/") for line in (registry / "calls").read_text().splitlines()] == [
        PACKAGES_AT_ONCE,
        2,
    ]


def test_files_of_the_users_own_folder_are_used_where_they_lie(hands, registry, tmp_path, monkeypatch):
    monkeypatch.setenv("TENFOLD_DATA", str(tmp_path / "data"))
    own = put(tmp_path / "data" / "typefaces", hands[1])
    downloaded, found = fetch_typefaces(hands)
    assert found == own
    assert downloaded.read_bytes() == FONTS["hand-0"]
    assert "hand-1" not in (registry / "calls").read_text()


def test_another_file_in_the_users_own_folder_is_an_error(hands, registry, tmp_path, monkeypatch):
    monkeypatch.setenv("TENFOLD_DATA", str(tmp_path / "data"))
    own = put(tmp_path / "data" / "typefaces", hands[0], b"another")
    with pytest.raises(FetchError, match=rf"{own}: expected SHA-256 \w{{64}}, got \w{{64}}; it is not @fontsource/"):
        fetch_typefaces(hands)


def test_a_damaged_file_of_the_cache_is_downloaded_again(hands, registry, home):
    damaged = put(home / "typefaces", hands[0], b"damaged")
    fetch_typefaces(hands)
    assert damaged.read_bytes() == FONTS["hand-0"]


def test_a_package_with_another_font_is_an_error_and_not_kept(hands, registry, home):
    forged = replace(hands[0], sha256="0" * 64)
    with pytest.raises(FetchError, match=r"@fontsource/hand-0@1\.0\.0: expected SHA-256 0{64} of its font, got \w{64}"):
        fetch_typefaces([forged])
    assert list(home.rglob("*.woff")) == []


def test_a_package_without_the_font_or_damaged_is_named(hands, registry):
    write_package(registry, "hand-0", "other.woff", b"other")
    with pytest.raises(FetchError, match=r"hand-0@1\.0\.0: expected a package with hand-0-latin-400-normal\.woff"):
        fetch_typefaces(hands)
    (registry / "fontsource-hand-0-1.0.0.tgz").write_bytes(b"no archive")
    with pytest.raises(FetchError, match=r"hand-0@1\.0\.0: expected a package with hand-0-latin-400-normal\.woff"):
        fetch_typefaces(hands)


def test_a_font_without_end_is_not_read_to_its_end(hands, registry):
    endless = bytes(2 * MOST_BYTES)
    write_package(registry, "hand-0", hands[0].file, endless)
    with pytest.raises(FetchError, match="expected SHA-256"):
        fetch_typefaces([replace(hands[0], sha256=hashlib.sha256(endless).hexdigest())])


def test_what_npm_says_is_told(hands, registry):
    missing = replace(hands[0], version="9.0.0")
    with pytest.raises(FetchError, match=r"No matching version found for @fontsource/hand-0@9\.0\.0\.\n"):
        fetch_typefaces([missing])


def test_without_npm_the_error_says_what_to_install_and_how_to_do_it_by_hand(hands, home, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError) as caught:
        fetch_typefaces(hands)
    message = str(caught.value)
    assert "2 typefaces are not on this machine (hand-0, hand-1)" in message
    assert "npm is not installed; it comes with Node.js, https://nodejs.org" in message
    assert str(home / "typefaces") in message
    assert "$TENFOLD_DATA/typefaces" in message


def test_offline_asks_no_npm(hands, registry):
    with pytest.raises(FetchError, match="not downloaded, because offline was asked for"):
        fetch_typefaces(hands, offline=True)
    assert not (registry / "calls").exists()


def test_a_cache_that_cannot_be_written_is_told_before_the_download(hands, registry, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path / "file"))
    with pytest.raises(FetchError, match="typefaces cannot be written to"):
        fetch_typefaces(hands)
    assert not (registry / "calls").exists()


def test_each_known_typeface_is_free_and_has_its_version_and_hash():
    known = known_typefaces()
    assert [each.name for each in known] == sorted({each.name for each in known})
    assert {each.licence for each in known} == {"OFL-1.1", "Apache-2.0", "MIT"}
    assert all(each.version.count(".") == 2 and len(bytes.fromhex(each.sha256)) == 32 for each in known)
    assert len({each.sha256 for each in known}) == len(known) == 194


def test_the_data_card_lists_the_known_typefaces():
    card = (Path(__file__).parents[2] / "docs" / "data-card.md").read_text(encoding="utf-8")
    section = card.partition("## `typefaces`")[2].split()
    assert [each.name for each in known_typefaces() if not {f"`{each.name}`,", f"`{each.name}`."} & {*section}] == []


if expand(OWN_FOLDER).is_dir():  # the set is its users', not a part of the tests

    def test_every_known_typeface_has_digits():
        for path in typefaces(offline=True):
            font = PIL.ImageFont.truetype(path, 40)
            assert len({bytes(font.getmask(digit)) for digit in "0123456789"}) == 10, path.name
