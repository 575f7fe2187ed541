"""The forms that people keep on a server: each under a name, with the page that it was made from."""

import re
from dataclasses import dataclass

from sqlalchemy import Column, LargeBinary, String, Table, delete, func, insert, select

from tenfold.serve.store import REVIEWS, ReviewStore, now

__all__ = ["NAME", "FormStore", "KeptForm", "is_form_name"]

NAME = r"^\w([\w .\-]{0,58}\w)?$"
"""What a form may be called: letters, digits, spaces and `._-`, at most 60 of them."""

FORMS = Table(
    "tenfold_forms",
    REVIEWS.metadata,
    Column("name", String, primary_key=True),
    Column("created", String, nullable=False),
    Column("toml", String, nullable=False),
    Column("page", LargeBinary),
)


@dataclass(frozen=True)
class KeptForm:
    """A form that is kept.

    Attributes:
        name: What it is called.
        created: When it was kept, ISO 8601 in UTC.
        toml: The form, as `tenfold read --form` takes it.
    """

    name: str
    created: str
    toml: str


TOLD = FORMS.c.name, FORMS.c.created, FORMS.c.toml


def is_form_name(text: str) -> bool:
    """Say whether a text is the name of a form; no form itself is one."""
    return re.fullmatch(NAME, text) is not None


class FormStore:
    """Keeps forms in the database of a review store; once a call returns, the disk has what it wrote.

    Args:
        store: The review store.
    """

    def __init__(self, store: ReviewStore) -> None:
        self._store = store

    def keep(self, name: str, toml: str, page: bytes | None, *, replace: bool, most: int) -> KeptForm | None:
        """Keep a form.

        Args:
            name: What to call it.
            toml: The form.
            page: The page that it was made from, a JPEG file; None keeps that of the form that is replaced.
            replace: Whether it may take the place of another of its name.
            most: How many forms may be kept.

        Returns:
            The form as it is kept; None where there is one of its name, or there are as many as may be.

        Raises:
            DataError: The database cannot be written.
        """
        kept = KeptForm(name, now(), toml)
        with self._store.transaction() as connection:
            older = connection.execute(select(FORMS.c.page).where(FORMS.c.name == name)).one_or_none()
            count = connection.execute(select(func.count()).select_from(FORMS)).scalar_one()
            if (older and not replace) or (not older and count >= most):
                return None
            connection.execute(delete(FORMS).where(FORMS.c.name == name))
            shown = page or (older[0] if older else None)
            values = {"name": name, "created": kept.created, "toml": toml, "page": shown}
            connection.execute(insert(FORMS).values(values))
        return kept

    def all(self) -> list[KeptForm]:
        """Give all forms, by their names."""
        if self._store.is_new():
            return []
        with self._store.transaction() as connection:
            return [KeptForm(*row) for row in connection.execute(select(*TOLD).order_by(FORMS.c.name))]

    def find(self, name: str) -> KeptForm | None:
        """Give the form of a name; None where there is none."""
        if self._store.is_new():
            return None
        with self._store.transaction() as connection:
            row = connection.execute(select(*TOLD).where(FORMS.c.name == name)).one_or_none()
        return KeptForm(*row) if row else None

    def page(self, name: str) -> bytes | None:
        """Give the page that a form was made from, a JPEG file; None where there is none."""
        if self._store.is_new():
            return None
        with self._store.transaction() as connection:
            row = connection.execute(select(FORMS.c.page).where(FORMS.c.name == name)).one_or_none()
        return bytes(row[0]) if row and row[0] else None

    def forget(self, name: str) -> bool:
        """Let go of the form of a name; False where there is none."""
        if self._store.is_new():
            return False
        with self._store.transaction() as connection:
            return connection.execute(delete(FORMS).where(FORMS.c.name == name)).rowcount > 0
