"""Spark's models in terms of Pillion's ops, read from the directories that Spark saves."""

from pillion.export._spark._exporter import export

__all__ = ["export"]
