"""Linear models. Their sums run in another order than BLAS runs them, so last bits may differ."""

from __future__ import annotations

from typing import Any

from pillion.export._sklearn import _answers
from pillion.export._sklearn._exporter import Block, Exporter, exports


@exports(
    "LinearRegression",
    "Ridge",
    "RidgeCV",
    "Lasso",
    "LassoCV",
    "LassoLars",
    "LassoLarsCV",
    "LassoLarsIC",
    "Lars",
    "LarsCV",
    "ElasticNet",
    "ElasticNetCV",
    "OrthogonalMatchingPursuit",
    "OrthogonalMatchingPursuitCV",
    "BayesianRidge",
    "ARDRegression",
    "HuberRegressor",
    "TheilSenRegressor",
    "QuantileRegressor",
    "SGDRegressor",
    "PassiveAggressiveRegressor",
    "LinearSVR",
)
def linear_regression(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    row = _only_row(exporter, estimator, where)
    if row is not None:
        x = exporter.vector(block, where)
        exporter.graph.linear(x, *row, exporter.graph.answer("prediction"))


@exports("PoissonRegressor", "GammaRegressor", "TweedieRegressor")
def log_linear_regression(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    row = _only_row(exporter, estimator, where)
    if row is None:
        return
    graph = exporter.graph
    x = exporter.vector(block, where)
    if type(estimator._base_loss.link).__name__ == "IdentityLink":
        graph.linear(x, *row, graph.answer("prediction"))
        return
    margin = graph.linear(x, *row, "margin")
    graph.math("exp", margin, None, graph.answer("prediction"))


@exports(
    "LogisticRegression",
    "LogisticRegressionCV",
    "LinearDiscriminantAnalysis",
    "LinearSVC",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "SGDClassifier",
    "Perceptron",
    "PassiveAggressiveClassifier",
)
def linear_classifier(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    graph = exporter.graph
    kind = type(estimator).__name__
    rows = _answers.rows_of(estimator.coef_)
    intercepts = _intercepts(estimator, len(rows))
    if getattr(estimator, "_label_binarizer", None) is not None and len(rows) > 1:
        if estimator._label_binarizer.y_type_.startswith("multilabel"):
            exporter.refuse(where, "has several labels a row; fit and export one model a label")
            return
    x = exporter.vector(block, where)
    if len(rows) == 1:
        margin = graph.linear(x, rows[0], intercepts[0], graph.answer("decision"))
        index = _answers.above(exporter, margin, or_at=False)
        _answers.answer_class(exporter, estimator.classes_, where, index)
        has_probability = kind.startswith(("Logistic", "LinearDiscriminant"))
        if has_probability or getattr(estimator, "loss", "") == "log_loss":
            _answers.answer_pair(exporter, graph.sigmoid(margin, "probability_1"))
        return
    probability = None
    if kind.startswith(("Logistic", "LinearDiscriminant")):
        if _is_one_vs_rest(estimator):
            exporter.refuse(
                where,
                "its probabilities, one model a class, are not carried; "
                "fit with another solver than liblinear and without multi_class='ovr'",
            )
        probability = graph.answer("probability")
    margins, _ = graph.affine(x, rows, intercepts, graph.answer("decision"), probability)
    _answers.answer_class(
        exporter, estimator.classes_, where, lambda name: graph.argmax(margins, name)
    )


def _is_one_vs_rest(estimator: Any) -> bool:
    """Whether a model of many classes has one logistic model a class (before scikit-learn 1.8)."""
    if type(estimator).__name__ == "LinearDiscriminantAnalysis":
        return False
    return getattr(estimator, "multi_class", "") == "ovr" or estimator.solver == "liblinear"


def _intercepts(estimator: Any, count: int) -> list[float]:
    values = estimator.intercept_
    if not hasattr(values, "__len__"):
        return [float(values)] * count
    return [float(values[0])] * count if len(values) != count else _answers.flat(values)


def _only_row(exporter: Exporter, estimator: Any, where: str) -> tuple[list[float], float] | None:
    """Coefficients and intercept of the one target."""
    coefficients = estimator.coef_
    if coefficients.ndim == 2:
        if len(coefficients) != 1:
            exporter.refuse(
                where, f"has {len(coefficients)} targets; fit and export one model a target"
            )
            return None
        coefficients = coefficients[0]
    return _answers.flat(coefficients), _intercepts(estimator, 1)[0]
