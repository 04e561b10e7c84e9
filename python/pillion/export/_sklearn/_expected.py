"""What scikit-learn answers to rows of the sample, and how far Pillion's answers may be off."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Callable
from collections.abc import Iterator, Sequence

from pillion.export import _golden
from pillion.export._bundle import Node
from pillion.export._errors import Problems
from pillion.export._golden import FLOAT, LIBM, ROUNDED, Answer
from pillion.export._graph import Column

# Whose numbers are the same bits on every machine, but for exp and log.
_EXACT = {
    "Pipeline",
    "ColumnTransformer",
    "FeatureUnion",
    "FunctionTransformer",  # the identity, which alone is carried
    "StandardScaler",
    "RobustScaler",
    "MaxAbsScaler",
    "MinMaxScaler",
    "SimpleImputer",
    "MissingIndicator",
    "OneHotEncoder",
    "OrdinalEncoder",
    "KBinsDiscretizer",
    "Binarizer",
    "PolynomialFeatures",
    "CountVectorizer",
    "VarianceThreshold",
    "SelectKBest",
    "SelectPercentile",
    "SelectFpr",
    "SelectFdr",
    "SelectFwe",
    "SelectFromModel",
    "GenericUnivariateSelect",
    "RFE",
    "RFECV",
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "GradientBoostingClassifier",
    "GradientBoostingRegressor",
    "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "LGBMClassifier",
    "LGBMRegressor",
    "LGBMRanker",
    "XGBClassifier",
    "XGBRegressor",
    "XGBRFClassifier",
    "XGBRFRegressor",
    "XGBRanker",
}
# Whose sums have no terms that cancel.
_NEARLY_EXACT = {"Normalizer", "TfidfTransformer", "TfidfVectorizer"}
# Of these the names hold the losses whose answers are an exp or a log of the sum.
_CURVED = ("poisson", "gamma", "tweedie", "logistic", "entropy", "squaredlog", "cox", "aft")


def answers(
    fitted: Any, rows: Any, nodes: Sequence[Node], as_trained: bool = False
) -> list[Answer]:
    """The answers of `fitted` to some rows of the sample, of the columns that the bundle makes.

    `as_trained`: the rows have the columns that fit saw, in its order."""
    made = {column for node in nodes for _, column in node.outputs}
    last = _last(fitted)
    rows = rows if as_trained else _as_trained(fitted, rows)
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if hasattr(last, "predict"):
            found["prediction"] = fitted.predict(rows)
            if "probability" in made:
                found["probability"] = fitted.predict_proba(rows)
            if "decision" in made:
                found["decision"] = _decision(fitted, last, rows)
        else:
            features = fitted.transform(rows)
            if hasattr(features, "toarray"):
                features = features.toarray()
            found["features"] = features.to_numpy() if hasattr(features, "to_numpy") else features
    nearly = _EXACT | _NEARLY_EXACT
    is_relative = all(type(one).__name__ in nearly for one in _within(fitted))
    return [
        Answer(name, values, last_bits(fitted, name), is_relative and name == "features")
        for name, values in found.items()
    ]


def made_by(fitted: Any) -> str:
    """The package of the model, with its version."""
    package = type(_last(fitted)).__module__.split(".")[0]
    name = "scikit-learn" if package == "sklearn" else package
    return f"{name} {sys.modules[package].__version__}"


def last_bits(fitted: Any, column: str) -> float:
    """By how many last bits of the column's scale Pillion's answers may be off."""
    last = _last(fitted)
    kind = type(last).__name__
    if column == "prediction" and (hasattr(last, "classes_") or hasattr(last, "cluster_centers_")):
        return 0
    rounding = {type(one).__name__ for one in _within(fitted)} - _EXACT
    if rounding:
        return 64 if column == "features" and rounding <= _NEARLY_EXACT else ROUNDED
    is_xgboost = kind.startswith("XGB")
    if is_xgboost and getattr(last, "booster", None) in ("dart", "gblinear"):
        return ROUNDED * FLOAT
    loss = str(getattr(last, "objective", None) or getattr(last, "loss", None) or "")
    boosts = is_xgboost or kind.startswith(("LGBM", "Gradient", "HistGradient"))
    curved = any(word in loss for word in _CURVED)
    if (column == "probability" and boosts) or (column == "prediction" and curved):
        return LIBM * (FLOAT if is_xgboost else 1)
    return 0


def _last(fitted: Any) -> Any:
    while type(fitted).__name__ == "Pipeline":
        fitted = fitted.steps[-1][1]
    return fitted


def _within(estimator: Any) -> Iterator[Any]:
    """The estimator and those whose answers it passes on."""
    if not hasattr(estimator, "get_params"):
        return  # "passthrough", "drop"
    yield estimator
    for name in ("steps", "transformers_", "transformer_list"):
        for step in getattr(estimator, name, []):
            yield from _within(step[1])


def _decision(fitted: Any, last: Any, rows: Any) -> Any:
    kind = type(last).__name__
    if kind.startswith("LGBM"):
        return fitted.predict(rows, raw_score=True)
    if kind.startswith("XGB"):
        return fitted.predict(rows, output_margin=True)
    return fitted.decision_function(rows)


def _as_trained(fitted: Any, rows: Any) -> Any:
    """The rows with the columns that fit saw, in its order, as a DataFrame if it saw one."""
    names = getattr(fitted, "feature_names_in_", None)
    if names is None:
        return rows
    if hasattr(rows, "columns"):
        listed = [str(name) for name in rows.columns]
        if set(map(str, names)) <= set(listed):
            return rows[list(names)]
        rows = rows.to_numpy()
    try:
        import pandas
    except ImportError:  # the names are not those of a DataFrame
        return rows
    return pandas.DataFrame(rows, columns=list(names))


def golden(
    fitted: Any,
    sample: Any,
    count: int,
    columns: Sequence[Column],
    nodes: Sequence[Node],
    problems: Problems,
    ask: Callable[[Any, Any, Sequence[Node]], list[Answer]] = answers,
) -> bytes | None:
    """The golden rows of a model, `count` of the sample; None without a sample, or of 0 rows.

    `ask`: what gives the answers of the model to rows."""
    if sample is None or count <= 0:
        return None
    rows = _golden.take(sample, count)
    return _golden.make(
        rows, columns, nodes, made_by(fitted), lambda: ask(fitted, rows, nodes), problems
    )
