"""Pillion for Python: models from Python trainers, written as the bundles that Pillion serves.

`pillion.export` holds the exporters. Importing needs the standard library alone.
"""

__version__ = "0.1.0"
