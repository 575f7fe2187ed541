"""`tenfold fetch` as a user types it."""


def test_fetch_writes_other_formats(command, tmp_path):
    result = command("fetch", "mnist", "--offline", "--out", "mnist.npz", "--split", "test")
    assert result.status == 0, result.err
    assert "10,000 images written to mnist.npz" in result.out
    assert (tmp_path / "mnist.npz").is_file()
    assert command("fetch", "mnits").status == 1
