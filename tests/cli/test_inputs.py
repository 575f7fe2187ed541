"""Which files a command reads, and how it names them."""

import os


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


def test_what_has_no_end_is_refused_and_pipes_in_folders_are_passed_over(command, pictures):
    os.mkfifo(pictures / "pipe.png")
    result = command("predict", "pictures", "/dev/zero")
    assert result.status == 1
    assert len(result.out.splitlines()) == 4
    assert result.err == "tenfold: /dev/zero: expected a file, got a device\n"


def test_names_cannot_steer_a_terminal(command, pictures):
    (pictures / "0.png").rename(pictures / "\x1b[31mred\n.png")
    (pictures / "broken\x1b[2J.png").write_bytes(b"nothing")
    result = command("predict", "pictures")
    assert "\x1b" not in result.out + result.err
    assert r"\x1b[31mred\n.png  7" in result.out
    assert r"broken\x1b[2J.png: not a picture" in result.err
