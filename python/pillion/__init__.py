"""Pillion for Python: scores, and models written as the bundles that Pillion serves.

`pillion.connect` scores over shared memory, `pillion.load` in this process, both through the client
library. `pillion.export` holds the exporters, which do without it. Importing needs the standard
library alone.
"""

from ._columns import Column
from ._errors import (
    BadRow,
    DeadlineExceeded,
    Error,
    LibraryNotFound,
    SchemaChanged,
    ServerGone,
    UnknownModel,
)
from ._model import Model, connect, load

__all__ = [
    "BadRow",
    "Column",
    "DeadlineExceeded",
    "Error",
    "LibraryNotFound",
    "Model",
    "SchemaChanged",
    "ServerGone",
    "UnknownModel",
    "connect",
    "load",
]

__version__ = "0.1.0"
