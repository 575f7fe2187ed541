import gzip
import json
import re

import pytest

import tenfold
from tenfold.errors import ModelError, OptionError
from tenfold.site.build import OWN, site_files, write_site

MOST_BYTES = 5_000_000
"""What may go over the wire at the first visit."""


def test_everything_together_is_small(files):
    assert sum(map(len, files.values())) <= MOST_BYTES


def test_it_holds_network_runtime_and_what_the_page_must_know(files, runtime):
    model = tenfold.load_model()
    assert files["model.onnx"] == model.content("model.onnx")
    assert gzip.decompress(files["runtime.wasm.gz"]) == runtime["ort-wasm-simd-threaded.wasm"]
    about = json.loads(files["site.json"])
    assert about["classes"] == list(model.classes)
    assert about["out_of_distribution"] == model.info.calibration["out_of_distribution"]
    assert b"Microsoft" in files["LICENSES.txt"]


def test_every_file_that_a_page_or_a_module_names_is_there(files):
    for name, content in files.items():
        if name.endswith((".js", ".html")):
            folder = name.rpartition("/")[0]
            for named in re.findall(r"""(?:from |import\(|src=|href=)"(\./)?([\w/.]+\.\w+)""", content.decode()):
                assert "/".join(filter(None, [folder, named[1]])) in files, (name, named)


def test_the_worker_keeps_every_file_and_changes_with_any_of_them(files, runtime):
    names, version = (
        re.search(rf"const {word} = (.*);", files["worker.js"].decode())[1] for word in ("FILES", "VERSION")
    )
    assert json.loads(names) == sorted(files.keys() - {"worker.js"})
    other = site_files(tenfold.load_model(), {**runtime, "ort.wasm.bundle.min.mjs": b"other"})
    assert version not in other["worker.js"].decode()


def test_no_file_names_a_host():
    for file in OWN.rglob("*.*"):
        assert "http" not in re.sub(r"http-equiv|HTTPS", "", file.read_text()), file


def test_a_site_is_replaced_and_anything_else_stays(tmp_path):
    out = tmp_path / "site"
    write_site({"site.json": b"{}", "old.js": b""}, out)
    assert write_site({"site.json": b"{}", "picture/new.js": b"12"}, out) == 4
    assert sorted(path.name for path in out.rglob("*")) == ["new.js", "picture", "site.json"]
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("all my work")
    with pytest.raises(OptionError, match="stays as it is"):
        write_site({"site.json": b"{}"}, tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "all my work"
    with pytest.raises(OptionError, match="choose another"):
        write_site({"site.json": b"{}"}, tmp_path / "thesis" / "chapter.txt")


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="cannot be written"):
        write_site({"site.json": b"{}"}, tmp_path / "file" / "site")
