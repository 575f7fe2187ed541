"""Work looks at the time where a deadline is set, and only in its own thread."""

import threading

import pytest

from tenfold.deadline import check_deadline, deadline
from tenfold.errors import OvertimeError


def test_a_deadline_that_has_passed_ends_the_work():
    check_deadline()
    with deadline(60):
        check_deadline()
    with deadline(0), pytest.raises(OvertimeError, match="more than 0 seconds"):
        check_deadline()
    check_deadline()


def test_work_that_was_given_up_ends_sooner():
    given_up = threading.Event()
    with deadline(60, given_up.is_set):
        check_deadline()
        given_up.set()
        with pytest.raises(OvertimeError, match="nobody waits"):
            check_deadline()


def test_the_deadline_of_another_thread_is_none_of_this_one():
    with deadline(0):
        thread = threading.Thread(target=check_deadline)
        thread.start()
        thread.join()
