"""What a call for a score raises: one family for each thing that a program may do about it."""

from __future__ import annotations

from typing import Optional


class Error(Exception):
    """A call failed. `str()` is the whole of it in one sentence."""

    #: A number of `pillion_code` (pillion.h), which the name spells out.
    code: int
    name: str
    #: The place in the list or frame; 0 for a single row.
    row: int
    #: The input column to blame, also one that the model does not have; None: no column.
    column: Optional[str]
    #: The stage that refused the row, "op name"; None: none did.
    stage: Optional[str]

    def __init__(
        self,
        text: str,
        code: int = 127,
        name: str = "kInternal",
        row: int = 0,
        column: Optional[str] = None,
        stage: Optional[str] = None,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.name = name
        self.row = row
        self.column = column
        self.stage = stage


class LibraryNotFound(Error):
    """libpillion-client cannot be loaded; the text has the places that were looked at."""


class BadRow(Error, ValueError):
    """The model refuses the row, or lets no answer come out of it."""


class UnknownModel(Error, LookupError):
    """The server does not serve a model of that name."""


class SchemaChanged(Error):
    """Another version of the model, with other columns, is served now; the next call uses those."""


class DeadlineExceeded(Error, TimeoutError):
    """The timeout passed before the answer came. Scoring is pure: it may be tried again."""


class ServerGone(Error, ConnectionError):
    """No server, or it went. The model connects again by itself when there is one."""


_SKIPPED, _UNKNOWN_MODEL, _SCHEMA_CHANGED, _UNKNOWN_COLUMN, _DEADLINE, _SERVER_GONE = (
    1,
    49,
    51,
    52,
    81,
    83,
)
_ROW_CODES = range(16, 48)


def family(code: int) -> type[Error]:
    """The class that stands for a code."""
    if code in _ROW_CODES or code in (_SKIPPED, _UNKNOWN_COLUMN):
        return BadRow
    return {
        _UNKNOWN_MODEL: UnknownModel,
        _SCHEMA_CHANGED: SchemaChanged,
        _DEADLINE: DeadlineExceeded,
        _SERVER_GONE: ServerGone,
    }.get(code, Error)
