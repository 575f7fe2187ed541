"""A database is a file of SQLite, or has a URL of SQLite or PostgreSQL; none is made before it is used."""

import pytest
from sqlalchemy import text

from tenfold.errors import OptionError
from tenfold.serve.database import open_database


@pytest.mark.parametrize(
    "place", ["mysql://x", "postgresql+asyncpg://x/y", "file:///etc/passwd", "postgresql://h:port/x"]
)
def test_other_databases_are_refused(place):
    with pytest.raises(OptionError, match="--store"):
        open_database(place)


def test_a_file_is_made_when_it_is_used_and_every_commit_waits_for_the_disk(tmp_path):
    engine = open_database(str(tmp_path / "some.db"))
    assert not (tmp_path / "some.db").exists()
    with engine.connect() as connection:
        modes = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")]
    engine.dispose()
    assert modes == ["wal", 2]
