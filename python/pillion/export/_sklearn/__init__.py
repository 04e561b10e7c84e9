"""scikit-learn's estimators in terms of Pillion's ops, one file a family."""

from pillion.export._sklearn._exporter import export

__all__ = ["export"]
