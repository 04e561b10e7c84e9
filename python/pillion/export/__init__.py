"""Exporters: one a trainer. Each writes a bundle (a zip) that Pillion serves, or raises
ExportError with everything that stands in the way, and writes nothing.

Numbers are what the trainer's own `predict` would have answered; docs/python.md lists where they
are the same bits, where sums may differ in the last ones, and what is refused. The trainer's
package is imported when its exporter is called.
"""

from __future__ import annotations

from typing import Any

from pillion.export import _bundle
from pillion.export._errors import ExportError

__all__ = ["ExportError", "sklearn"]


def sklearn(fitted: Any, path: _bundle.Path, sample: Any) -> None:
    """Writes a fitted scikit-learn estimator or pipeline as the bundle `path`.

    `sample`: some rows of what the estimator was fitted on: a DataFrame, a dict of columns or an
    array (whose columns are called x0, x1, ...). It gives the columns' names and whether they
    hold numbers or text. A column of numbers in which the sample has a missing value may be null.

    The bundle answers `prediction`; classifiers also `probability` and `decision`, the results of
    predict_proba and decision_function; transformers `features`.

    Raises ExportError.
    """
    from pillion.export._sklearn import export

    export(fitted, path, sample)
