"""Where files are had: folders of this machine, and a web server on it."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from tenfold.data.catalogue import FASHION_MNIST
from tenfold.data.examples import as_examples
from tenfold.data.fetch import fetch, fetch_dataset
from tenfold.data.idx import read_idx
from tenfold.data.npz import write_npz
from tenfold.data.sources import Archive, KerasFile, LocalFolder, Mirror
from tenfold.errors import FetchError


def with_sources(dataset, *sources):
    return replace(dataset, sources=sources)


def assert_whole(folder, raw_files):
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "SHA256SUMS"} == raw_files


@pytest.fixture
def z_files(dataset):
    """The same data set where each file is published as a `.Z` file."""
    return replace(dataset, files=tuple(replace(file, packed=Archive(f"{file.name}.Z")) for file in dataset.files))


class TestMirror:
    def test_files_are_unpacked_verified_and_kept(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files)
        folder = fetch_dataset(with_sources(dataset, Mirror(web.address)))
        assert folder == home / "tiny"
        assert_whole(folder, raw_files)

    def test_what_is_kept_is_not_asked_for_again_even_offline(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files)
        row = with_sources(dataset, Mirror(web.address))
        fetch_dataset(row)
        count = len(web.asked)
        fetch_dataset(row, offline=True)
        assert len(web.asked) == count == 4

    def test_a_wrong_hash_leads_to_the_next_mirror(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files | {"train-images": raw_files["train-images"][:-1] + b"?"}, "bad/")
        web.publish(dataset, raw_files, "good/")
        folder = fetch_dataset(with_sources(dataset, Mirror(web.address + "bad/"), Mirror(web.address + "good/")))
        assert_whole(folder, raw_files)
        assert web.asked[0] == "/bad/train-images.gz"
        assert not any(path.startswith("/bad") for path in web.asked[1:])

    def test_the_next_mirror_brings_only_what_is_missing(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files, "bad/")
        web.publish(dataset, raw_files, "good/")
        del web.answers["/bad/test-images.gz"]
        fetch_dataset(with_sources(dataset, Mirror(web.address + "bad/"), Mirror(web.address + "good/")))
        assert [path for path in web.asked if path.startswith("/good")] == [
            "/good/test-images.gz",
            "/good/test-labels.gz",
        ]

    def test_a_download_that_is_cut_off_leads_to_the_next_mirror(self, web, dataset, raw_files, home, cut):
        web.publish(dataset, raw_files, "good/")
        web.answers["/bad/train-images.gz"] = cut(web.answers["/good/train-images.gz"])
        folder = fetch_dataset(with_sources(dataset, Mirror(web.address + "bad/"), Mirror(web.address + "good/")))
        assert_whole(folder, raw_files)

    def test_a_mirror_that_hangs_leads_to_the_next_one(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files, "good/")
        web.answers["/bad/train-images.gz"] = web.hang
        folder = fetch_dataset(
            with_sources(dataset, Mirror(web.address + "bad/", read_seconds=0.1), Mirror(web.address + "good/"))
        )
        assert_whole(folder, raw_files)

    def test_a_gzip_that_inflates_beyond_the_file_is_not_kept(self, web, dataset, raw_files, home):
        web.answers["/train-images.gz"] = gzip.compress(raw_files["train-images"] + bytes(50_000_000))
        with pytest.raises(FetchError, match="train-images: expected SHA-256"):
            fetch_dataset(with_sources(dataset, Mirror(web.address)))
        assert list((home / "tiny").iterdir()) == []

    def test_every_reason_and_the_way_by_hand_are_told(self, web, dataset, raw_files, home, cut):
        web.answers["/cut/train-images.gz"] = cut(bytes(2000))
        web.answers["/slow/train-images.gz"] = web.hang
        web.answers["/odd/train-images.gz"] = b"<html>"
        row = with_sources(
            dataset,
            *(Mirror(web.address + path, read_seconds=0.1) for path in ("gone/", "cut/", "slow/", "odd/")),
            Mirror("http://127.0.0.1:1/"),
            LocalFolder("$NO_SUCH_VARIABLE/tiny"),
        )
        with pytest.raises(FetchError) as caught:
            fetch_dataset(row)
        message = str(caught.value)
        assert "gone/: 404 Not Found" in message
        assert "cut/: the download was cut off" in message
        assert "slow/: no data within 0.1 s" in message
        assert "odd/: expected a whole gzip file, got a damaged one" in message
        assert "http://127.0.0.1:1/: Failed to establish a new connection" in message
        assert "$NO_SUCH_VARIABLE/tiny: there is no such folder" in message
        assert f"by hand, put into {home / 'tiny'}" in message
        for file in dataset.files:
            assert f"{file.name} (or {file.name}.gz)" in message
            assert str(file.sha256) in message

    def test_files_of_compress_are_unpacked(self, web, z_files, raw_files, home, compress):
        for name, raw in raw_files.items():
            web.answers[f"/{name}.Z"] = compress(raw)
        assert_whole(fetch_dataset(with_sources(z_files, Mirror(web.address))), raw_files)

    def test_a_file_of_compress_that_unpacks_beyond_its_size_is_not_kept(self, web, z_files, raw_files, home, compress):
        web.answers["/train-images.Z"] = compress(raw_files["train-images"] + bytes(100_000))
        with pytest.raises(FetchError, match="train-images: expected SHA-256"):
            fetch_dataset(with_sources(z_files, Mirror(web.address)))

    def test_a_mirror_may_have_all_files_in_one_zip(self, web, z_files, raw_files, home, compress, zip_of):
        web.answers["/all+files.zip"] = zip_of({f"{name}.Z": compress(raw) for name, raw in raw_files.items()})
        mirror = Mirror(web.address, archive=Archive("all+files.zip", member="{}.Z"))
        assert_whole(fetch_dataset(with_sources(z_files, mirror)), raw_files)
        assert web.asked == ["/all+files.zip"]

    def test_a_zip_without_the_files_leads_to_the_next_mirror(self, web, z_files, raw_files, home, compress, zip_of):
        web.answers["/all.zip"] = zip_of({"README": b"no data here"})
        for name, raw in raw_files.items():
            web.answers[f"/{name}.Z"] = compress(raw)
        mirrors = (Mirror(web.address, archive=Archive("all.zip", member="{}.Z")), Mirror(web.address))
        assert_whole(fetch_dataset(with_sources(z_files, *mirrors)), raw_files)

    def test_offline_asks_no_server_and_says_so(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files)
        with pytest.raises(FetchError, match="not tried, because offline was asked for"):
            fetch_dataset(with_sources(dataset, Mirror(web.address)), offline=True)
        assert web.asked == []

    def test_a_proxy_of_the_environment_is_used(self, web, dataset, raw_files, home, monkeypatch):
        for file in dataset.files:
            web.answers[f"http://digits.invalid/{file.name}.gz"] = gzip.compress(raw_files[file.name])
        monkeypatch.setenv("HTTP_PROXY", web.address)
        assert_whole(fetch_dataset(with_sources(dataset, Mirror("http://digits.invalid/"))), raw_files)

    def test_an_unknown_certificate_is_refused(self, secure_web, dataset, raw_files, home, monkeypatch):
        web, _ = secure_web
        web.publish(dataset, raw_files)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(FetchError, match="its certificate is not trusted"):
            fetch_dataset(with_sources(dataset, Mirror(web.address)))

    def test_a_certificate_that_ssl_cert_file_names_is_trusted(self, secure_web, dataset, raw_files, home, monkeypatch):
        web, certificate = secure_web
        web.publish(dataset, raw_files)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert_whole(fetch_dataset(with_sources(dataset, Mirror(web.address))), raw_files)

    def test_progress_goes_to_standard_error_as_plain_lines(self, web, dataset, raw_files, home, capsys):
        web.publish(dataset, raw_files)
        fetch_dataset(with_sources(dataset, Mirror(web.address)), progress=True)
        output, errors = capsys.readouterr()
        assert output == ""
        assert errors.splitlines()[0] == f"Downloading {web.address}train-images.gz"

    def test_without_progress_nothing_is_printed(self, web, dataset, raw_files, home, capsys):
        web.publish(dataset, raw_files)
        fetch_dataset(with_sources(dataset, Mirror(web.address)))
        assert capsys.readouterr() == ("", "")


class TestLocalCopies:
    @pytest.mark.parametrize("suffix", ["", ".gz", ".Z"])
    def test_files_published_otherwise_may_be_plain_or_packed(
        self, z_files, raw_files, home, tmp_path, compress, suffix
    ):
        pack = {"": bytes, ".gz": gzip.compress, ".Z": compress}[suffix]
        for name, raw in raw_files.items():
            (tmp_path / f"{name}{suffix}").write_bytes(pack(raw))
        assert_whole(fetch_dataset(with_sources(z_files, LocalFolder(str(tmp_path))), offline=True), raw_files)

    @pytest.mark.parametrize("suffix", ["", ".gz"])
    def test_a_folder_with_the_files_is_copied_from(self, suffix, dataset, raw_files, home, tmp_path):
        for name, content in raw_files.items():
            (tmp_path / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
        assert_whole(fetch_dataset(with_sources(dataset, LocalFolder(str(tmp_path))), offline=True), raw_files)

    def test_files_put_into_the_cache_by_hand_are_taken(self, dataset, raw_files, home):
        (home / "tiny").mkdir(parents=True)
        for name, content in raw_files.items():
            (home / "tiny" / f"{name}.gz").write_bytes(gzip.compress(content))
        folder = fetch_dataset(dataset, offline=True)
        assert {name: (folder / name).read_bytes() for name in raw_files} == raw_files

    def test_a_variable_in_the_path_is_expanded(self, dataset, raw_files, home, tmp_path, monkeypatch):
        for name, content in raw_files.items():
            (tmp_path / name).write_bytes(content)
        monkeypatch.setenv("TORCH_HOME", str(tmp_path))
        assert_whole(fetch_dataset(with_sources(dataset, LocalFolder("$TORCH_HOME"))), raw_files)

    def test_the_file_of_keras_is_decoded(self, dataset, raw_files, home, tmp_path):
        for name, content in raw_files.items():
            (tmp_path / name).write_bytes(content)
        splits = {
            split: as_examples(
                read_idx(tmp_path / f"{split}-images"), read_idx(tmp_path / f"{split}-labels"), origin=split
            )
            for split in ("train", "test")
        }
        write_npz(tmp_path / "mnist.npz", splits)
        assert_whole(fetch_dataset(with_sources(dataset, KerasFile(str(tmp_path / "mnist.npz")))), raw_files)

    @pytest.mark.skipif(not Path(str(FASHION_MNIST.sources[0])).is_dir(), reason="needs Debian's dataset-fashion-mnist")
    def test_fashion_mnist_is_had_from_debians_package(self, home):
        folder = fetch("fashion-mnist", offline=True)
        assert read_idx(folder / "train-images-idx3-ubyte").shape == (60_000, 28, 28)
