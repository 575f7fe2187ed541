"""Which files a command reads."""


def test_globs_folders_and_standard_input_are_read(command, model, pictures):
    by_glob = command("predict", "pictures/*.png", "--model", model.folder)
    assert by_glob.out == command("predict", "pictures", "--model", model.folder).out
    assert len(by_glob.out.splitlines()) == 4
    result = command("predict", "-", "--model", model.folder, stdin=(pictures / "0.png").read_bytes())
    assert result.out.startswith("-  7  ")


def test_a_folder_without_pictures_says_so(command, tmp_path):
    (tmp_path / "empty").mkdir()
    result = command("predict", "empty")
    assert result.status == 1
    assert "tenfold: empty: got a folder: expected a picture, or on the command line a folder of some\n" in result.err
