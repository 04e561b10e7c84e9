"""Exporters: one a trainer. Each writes a bundle (a zip) that Pillion serves, or raises
ExportError with everything that stands in the way, and writes nothing.

Numbers are what the trainer's own `predict` would have answered; docs/python.md lists where they
are the same bits, where sums may differ in the last ones, and what is refused. The trainer's
package is imported when its exporter is called.
"""

from __future__ import annotations

from typing import Any
from collections.abc import Sequence

from pillion.export import _bundle
from pillion.export._errors import ExportError

__all__ = ["ExportError", "lightgbm", "sklearn", "spark", "xgboost"]


def sklearn(fitted: Any, path: _bundle.Path, sample: Any, golden: int = 100) -> None:
    """Writes a fitted scikit-learn estimator or pipeline as the bundle `path`.

    `sample`: some rows of what the estimator was fitted on: a DataFrame, a dict of columns or an
    array (whose columns are called x0, x1, ...); for pipelines that begin with a vectorizer a list
    of texts, whose column is called text, or a Series. It gives the columns' names and whether they
    hold numbers or text. A column of numbers in which the sample has a missing value may be null.
    `golden`: how many rows of `sample`, evenly spread, go into the bundle as golden rows: with the
    answers of the model itself, which Pillion's are held against before it serves the bundle.
    0: none.

    The bundle answers `prediction`; classifiers also `probability` and `decision`, the results of
    predict_proba and decision_function; transformers `features`.

    Raises ExportError.
    """
    from pillion.export._sklearn import export

    export(fitted, path, sample, golden)


def lightgbm(
    model: Any,
    path: _bundle.Path,
    sample: Any = None,
    feature_names: Sequence[str] | None = None,
    golden: int = 100,
) -> None:
    """Writes a LightGBM Booster, or a fitted estimator of lightgbm.sklearn, as the bundle `path`.

    `sample`: some rows of what the model was trained on, with its columns in that order. Needed
    where these are a DataFrame with columns of the type category, whose values are then carried by
    name: text or numbers, and what training did not see is missing, as it is to LightGBM.
    `feature_names`: the columns' names in the order of training; if left out those of a sample that
    is a DataFrame, else those that training saw, else Column_0, Column_1, ... Each column may be
    null, which is missing to LightGBM, as is NaN.
    `golden`: how many rows of `sample`, evenly spread, go into the bundle as golden rows: with the
    answers of the model itself, which Pillion's are held against before it serves the bundle.
    0: none.

    The bundle answers `prediction`; of the objectives binary, multiclass and multiclassova this is
    the class, and `probability` and `decision` (the sums) are there too. It needs Pillion: MLeap
    has no op for LightGBM.

    Raises ExportError.
    """
    from pillion.export._lightgbm import export

    export(model, path, sample, feature_names, golden)


def xgboost(
    model: Any,
    path: _bundle.Path,
    feature_names: Sequence[str] | None = None,
    sample: Any = None,
    golden: int = 100,
) -> None:
    """Writes an XGBoost Booster, or a fitted estimator of xgboost.sklearn, as the bundle `path`.

    `feature_names`: the columns' names in the order of training; those that training saw if left
    out, else f0, f1, ... Each column may be null, which is missing to XGBoost, as is NaN.
    `sample`: some rows of what the model was trained on, for golden rows.
    `golden`: how many rows of `sample`, evenly spread, go into the bundle as golden rows: with the
    answers of the model itself, which Pillion's are held against before it serves the bundle.
    0: none.

    The bundle answers `prediction`; of binary:logistic and multi:softprob this is the class, and
    `probability` and `decision` (the margins) are there too.

    Raises ExportError.
    """
    from pillion.export._xgboost import export

    export(model, path, feature_names, sample, golden)


def spark(
    directory: _bundle.Path, path: _bundle.Path, transformed: Any = None, golden: int = 100
) -> None:
    """Writes the model that Spark's PipelineModel.save wrote to `directory` as the bundle `path`.

    Reads the directory itself, by pyarrow: neither Spark nor a JVM is needed. Columns keep their
    names. What no stage of the pipeline makes comes from the rows, as numbers or text, whichever
    the first stage that reads it takes.

    `transformed`: a DataFrame of Spark that the model's transform returned, with the columns that
    went in. Its first `golden` rows go into the bundle as golden rows, which Pillion's answers are
    held against before it serves the bundle. 0: none.

    Raises ExportError.
    """
    from pillion.export._spark import export

    export(directory, path, transformed, golden)
