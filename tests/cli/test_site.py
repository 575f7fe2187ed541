def test_without_a_network_it_says_what_to_do_and_writes_nothing(command, tmp_path):
    done = command("site", "--offline", TENFOLD_HOME=str(tmp_path / "empty"))
    assert done.status == 1
    assert "By hand: on a machine with npm" in done.err
    assert not (tmp_path / "site").exists()


def test_a_folder_with_something_else_is_refused_before_any_work(command, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").touch()
    done = command("site", "--offline", TENFOLD_HOME=str(tmp_path / "empty"))
    assert done.status == 2
    assert "stays as it is" in done.err
