import os

import pytest

from tenfold.errors import OptionError
from tenfold.serve.options import Limits, ServeOptions, is_loopback


def test_other_machines_are_served_with_a_token_only_unless_one_insists(tmp_path):
    with pytest.raises(OptionError, match="give --token-file FILE"):
        ServeOptions(host="0.0.0.0")  # noqa: S104
    ServeOptions(host="0.0.0.0", insecure=True)  # noqa: S104
    (tmp_path / "token").write_text("short")
    if os.name == "posix":
        with pytest.raises(OptionError, match="can be read by every user of this machine: `chmod o= "):
            ServeOptions(token_file=tmp_path / "token").token()
        (tmp_path / "token").chmod(0o600)
    with pytest.raises(OptionError, match="at least 16 ASCII characters"):
        ServeOptions(token_file=tmp_path / "token").token()
    with pytest.raises(OptionError, match="cannot be read"):
        ServeOptions(token_file=tmp_path / "none").token()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"port": 99_999}, "--port must be from 0"),
        ({"workers": 0}, "--workers must be at least 1"),
        ({"limits": Limits(pixels=0)}, "pixels, how many a picture may have, must be at least 1, got 0"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(changes, message):
    with pytest.raises(OptionError, match=message):
        ServeOptions(**changes)


def test_processes_share_the_cores():
    one, many = ServeOptions(workers=1).threads, ServeOptions(workers=1000).threads
    assert one >= many == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
def test_this_machine_is_known_by_its_names(host):
    assert is_loopback(host)
    assert not is_loopback("192.0.2.1")
    assert not is_loopback("localhost.example.org")
