"""A cluster is started or joined, and what is missing is said with what to do."""

import sys

import pytest

from tenfold.errors import OptionError
from tenfold.scale.cluster import check_ray, connected


def test_without_ray_the_error_has_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(OptionError, match=r'pip install "tenfold\[scale\]"'):
        check_ray()


@pytest.mark.parametrize("address", ["ray://head:10001", "head", "head:", ":6379", "nearby"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(OptionError, match=r"--cluster"), connected(address):
        pass
