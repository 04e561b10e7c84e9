"""Spark's trees and ensembles of trees."""

from __future__ import annotations

from typing import Any, Callable
from collections.abc import Sequence

from pillion.export import _bundle, _trees
from pillion.export._bundle import Model
from pillion.export._spark._exporter import Pipeline, exports
from pillion.export._spark._models import add_classifier, add_regression, thresholds
from pillion.export._spark._saved import Saved, to_number

Values = Callable[[Any], Sequence[float]]


def _node_at(rows: Sequence[Any], values: Values) -> Callable[[int], _trees.Branch]:
    nodes = {int(row["id"]): row for row in rows}

    def node_at(i: int) -> _trees.Branch:
        row = nodes[i]
        left, right = int(row["leftChild"]), int(row["rightChild"])
        if left < 0:
            return _trees.Leaf(values(row))
        split = row["split"]
        feature, count = int(split["featureIndex"]), int(split["numCategories"])
        numbers = [float(value) for value in split["leftCategoriesOrThreshold"]]
        if count < 0:
            return _trees.Split(feature, numbers[0], left, right)
        # Spark lists the smaller side; what it does not know goes to the other one.
        goes_left = len(numbers) <= count // 2
        listed = numbers if goes_left else [float(c) for c in range(count) if c not in numbers]
        return _trees.CategorySplit(feature, listed, goes_left, count, left, right)

    return node_at


def _prediction(row: Any) -> Sequence[float]:
    return [float(row["prediction"])]


def _counts(row: Any) -> Sequence[float]:
    return [float(value) for value in row["impurityStats"]]


def _feature_count(saved: Saved) -> int:
    return int(saved.extra("numFeatures") or 0)


def _trees_of(saved: Saved) -> tuple[list[list[Any]], list[float]]:
    """The nodes and the weight of each tree."""
    by_tree: dict[int, list[Any]] = {}
    for row in saved.rows():
        by_tree.setdefault(int(row["treeID"]), []).append(row["nodeData"])
    weights = {}
    for row in saved.rows("treesMetadata"):
        number, _, weight = row.values()
        weights[int(number)] = to_number(weight)
    if by_tree and sorted(by_tree) != sorted(weights):
        saved.refuse("is half-written: data/ and treesMetadata/ tell of different trees")
        return [], []
    return [by_tree[i] for i in sorted(by_tree)], [weights[i] for i in sorted(weights)]


@exports("DecisionTreeRegressionModel")
def tree_regression(pipeline: Pipeline, saved: Saved) -> None:
    rows = saved.rows()
    if rows:
        node_at = _node_at(rows, _prediction)
        add_regression(pipeline, saved, _trees.regression_tree(node_at, _feature_count(saved)))


@exports("RandomForestRegressionModel", "GBTRegressionModel")
def forest_regression(pipeline: Pipeline, saved: Saved) -> None:
    boosted = saved.kind == "GBTRegressionModel"
    op = "gbt_regression" if boosted else "random_forest_regression"
    add_regression(pipeline, saved, _regressions(saved, op))


def _regressions(saved: Saved, op: str) -> Model:
    """An ensemble of regression trees."""
    trees, weights = _trees_of(saved)
    count = _feature_count(saved)
    models = [_trees.regression_tree(_node_at(rows, _prediction), count) for rows in trees]
    attributes = {
        "num_features": _bundle.long(count),
        "tree_weights": _bundle.doubles(weights),
    }
    return _trees.ensemble(op, attributes, models)


@exports("DecisionTreeClassificationModel")
def tree_classifier(pipeline: Pipeline, saved: Saved) -> None:
    rows = saved.rows()
    classes = int(saved.extra("numClasses") or 0)
    if rows:
        node_at = _node_at(rows, _counts)
        model = _trees.classification_tree(node_at, _feature_count(saved), classes)
        model.attributes.update(thresholds(saved))
        add_classifier(pipeline, saved, model, classes)


@exports("RandomForestClassificationModel")
def forest_classifier(pipeline: Pipeline, saved: Saved) -> None:
    trees, weights = _trees_of(saved)
    count, classes = _feature_count(saved), int(saved.extra("numClasses") or 0)
    models = [_trees.classification_tree(_node_at(t, _counts), count, classes) for t in trees]
    attributes = {
        "num_features": _bundle.long(count),
        "num_classes": _bundle.long(classes),
        "tree_weights": _bundle.doubles(weights),
        **thresholds(saved),
    }
    model = _trees.ensemble("random_forest_classifier", attributes, models)
    add_classifier(pipeline, saved, model, classes)


@exports("GBTClassificationModel")
def boosted_classifier(pipeline: Pipeline, saved: Saved) -> None:
    model = _regressions(saved, "gbt_classifier")
    model.attributes.update({"num_classes": _bundle.long(2), **thresholds(saved)})
    add_classifier(pipeline, saved, model, 2)
