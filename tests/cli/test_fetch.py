"""`tenfold fetch` as a user types it."""


def test_fetch_writes_other_formats(command, tmp_path):
    result = command("fetch", "mnist", "--offline", "--out", "mnist.npz", "--split", "test")
    assert result.status == 0, result.err
    assert "10,000 images written to mnist.npz" in result.out
    assert (tmp_path / "mnist.npz").is_file()
    assert command("fetch", "mnits").status == 1


def test_train_says_what_a_set_of_other_handwriting_holds(command):
    result = command("train", "--data", "pendigits", "--offline")
    assert result.status == 1
    assert "pendigits holds pen strokes, which tenfold.data.strokes.load_strokes reads, and no images" in result.err


def test_a_folder_of_pictures_that_is_not_here_is_said_to_be_no_download(command, monkeypatch, tmp_path):
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path))
    monkeypatch.delenv("TENFOLD_DATA", raising=False)
    result = command("fetch", "weather-cells")
    assert result.status == 1
    assert "weather-cells is not on this machine, and Tenfold cannot download it" in result.err


def test_typefaces_are_fetched_by_their_name(command, monkeypatch, tmp_path):
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path))
    monkeypatch.delenv("TENFOLD_DATA", raising=False)
    result = command("fetch", "typefaces", "--offline")
    assert result.status == 1
    assert "194 typefaces are not on this machine" in result.err
    assert "holds fonts" in command("fetch", "typefaces", "--out", "fonts.npz").err
    assert "weather-cells, optdigits, typefaces; got 'typefases'" in command("fetch", "typefases").err
