"""Decision trees and ensembles. scikit-learn's own trees compare floats, so thresholds move."""

from __future__ import annotations

from typing import Any, Callable
from collections.abc import Iterable, Sequence

from pillion.export import _trees
from pillion.export._bundle import Model, long
from pillion.export._graph import Column
from pillion.export._sklearn import _answers
from pillion.export._sklearn._exporter import Block, Exporter, exports

NodeAt = Callable[[int], Any]


class Features:
    """A vector of a tree's features. Where a NaN is to go left there is a second one of the
    feature, which holds the lowest number instead of NaN."""

    def __init__(
        self, exporter: Exporter, block: Block, nan_left: Iterable[int], where: str
    ) -> None:
        name = where.replace(".", "_")
        owners = [(column, i) for column in block.columns for i in range(column.width)]
        self._slots: dict[int, int] = {}
        extra: list[Column] = []
        for feature in sorted(set(nan_left)):
            column, i = owners[feature] if feature < len(owners) else (block.columns[0], 0)
            if column.never_nan or column.unknown or column.text:
                continue
            x = exporter.graph.entry(column, i, column.name)
            self._slots[feature] = len(owners) + len(extra)
            extra.append(exporter.graph.impute(x, -_trees.LARGEST, f"{name}_nan_left_{feature}"))
        self.column = exporter.vector(Block([*block.columns, *extra]), where)

    def slot(self, feature: int, nan_left: bool) -> int:
        return self._slots.get(feature, feature) if nan_left else feature


def _nan_left(trees: Iterable[Any]) -> set[int]:
    """Features of which some split sends NaN left."""
    found: set[int] = set()
    for tree in trees:
        goes_left = getattr(tree, "missing_go_to_left", None)
        if goes_left is not None:
            inner = (tree.children_left >= 0) & (goes_left != 0)
            found.update(int(feature) for feature in tree.feature[inner])
    return found


def _nodes(tree: Any, features: Features, leaf: Callable[[int], Sequence[float]]) -> NodeAt:
    goes_left = getattr(tree, "missing_go_to_left", None)

    def node_at(i: int) -> Any:
        left = int(tree.children_left[i])
        if left < 0:
            return _trees.Leaf(leaf(i))
        nan_left = goes_left is not None and bool(goes_left[i])
        slot = features.slot(int(tree.feature[i]), nan_left)
        threshold = _trees.for_floats(float(tree.threshold[i]))
        return _trees.Split(slot, threshold, left, int(tree.children_right[i]))

    return node_at


def _regressions(trees: Sequence[Any], features: Features, factor: float = 1.0) -> list[Model]:
    width = features.column.width

    def model(tree: Any) -> Model:
        values = tree.value[:, 0, 0]
        node_at = _nodes(tree, features, lambda i: [factor * float(values[i])])
        return _trees.regression_tree(node_at, width)

    return [model(tree) for tree in trees]


def _features_of(exporter: Exporter, trees: Sequence[Any], block: Block, where: str) -> Features:
    return Features(exporter, block, _nan_left(trees), where)


@exports("DecisionTreeRegressor", "ExtraTreeRegressor")
def tree_regressor(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    if not _answers.one_output(exporter, estimator, where):
        return
    features = _features_of(exporter, [estimator.tree_], block, where)
    model = _regressions([estimator.tree_], features)[0]
    answer = exporter.graph.answer("prediction")
    exporter.graph.add(model, [("features", features.column.name)], [("prediction", answer)])


@exports("RandomForestRegressor", "ExtraTreesRegressor")
def forest_regressor(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    if not _answers.one_output(exporter, estimator, where):
        return
    trees = [tree.tree_ for tree in estimator.estimators_]
    features = _features_of(exporter, trees, block, where)
    models = _regressions(trees, features)
    exporter.graph.mean_of_trees(features.column, models, exporter.graph.answer("prediction"))


def _shares(tree: Any) -> Any:
    """[node][class], as predict_proba answers them (before scikit-learn 1.3 trees hold counts)."""
    values = tree.value[:, 0, :]
    sums = values.sum(axis=1, keepdims=True)
    return values if abs(float(sums[0, 0]) - 1.0) < 1e-6 else values / sums


@exports("DecisionTreeClassifier", "ExtraTreeClassifier")
def tree_classifier(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    if not _answers.one_output(exporter, estimator, where):
        return
    graph, tree = exporter.graph, estimator.tree_
    features = _features_of(exporter, [tree], block, where)
    shares = _shares(tree)
    node_at = _nodes(tree, features, lambda i: _answers.flat(shares[i]))
    count = len(estimator.classes_)
    model = _trees.classification_tree(node_at, features.column.width, count)

    def add(name: str) -> Column:
        # The leaf itself is the probability: a bundle's own would be divided by its sum once more.
        outputs = [("raw_prediction", graph.answer("probability")), ("prediction", name)]
        graph.add(model, [("features", features.column.name)], outputs)
        return Column(name, never_nan=True)

    _answers.answer_class(exporter, estimator.classes_, where, add)


@exports("RandomForestClassifier", "ExtraTreesClassifier")
def forest_classifier(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    if not _answers.one_output(exporter, estimator, where):
        return
    graph = exporter.graph
    trees = [tree.tree_ for tree in estimator.estimators_]
    features = _features_of(exporter, trees, block, where)
    weights = _whole_weights(trees)
    if weights is not None:
        x = _sum_of_shares(exporter, trees, weights, features)
        divisors = [float(len(trees))] * x.width
        probability = graph.divide(x, divisors, graph.answer("probability"))
    else:
        probability = _mean_of_shares(exporter, trees, features)
    _answers.answer_class(
        exporter, estimator.classes_, where, lambda name: graph.argmax(probability, name)
    )


def _whole_weights(trees: Sequence[Any]) -> list[Any] | None:
    """Weights of the classes in each node whose division by their sum gives back the very shares;
    None where there are none, as with weighted samples."""
    import numpy

    weights = []
    for tree in trees:
        shares = _shares(tree)
        counts = numpy.rint(shares * tree.weighted_n_node_samples[:, None])
        sums = counts.sum(axis=1, keepdims=True)
        if not (sums > 0).all() or not (counts / sums == shares).all():
            return None
        weights.append(counts)
    return weights


def _sum_of_shares(
    exporter: Exporter, trees: Sequence[Any], weights: Sequence[Any], features: Features
) -> Column:
    """The trees' shares added up; exact, as a forest divides each leaf by its sum itself."""
    graph, width = exporter.graph, features.column.width
    classes = weights[0].shape[1]

    def model(tree: Any, counts: Any) -> Model:
        node_at = _nodes(tree, features, lambda i: _answers.flat(counts[i]))
        return _trees.classification_tree(node_at, width, classes)

    models = [model(tree, counts) for tree, counts in zip(trees, weights)]
    attributes = {"num_features": long(width), "num_classes": long(classes)}
    forest = _trees.ensemble("random_forest_classifier", attributes, models)
    y = Column(graph.fresh("shares"), size=classes, dense=True, never_nan=True)
    outputs = [("raw_prediction", y.name), ("prediction", graph.fresh("shares_class"))]
    graph.add(forest, [("features", features.column.name)], outputs)
    return y


def _mean_of_shares(exporter: Exporter, trees: Sequence[Any], features: Features) -> Column:
    """A forest for each class, where a forest of classes would round otherwise."""
    graph, width = exporter.graph, features.column.width
    means = []
    for k in range(trees[0].value.shape[2]):

        def model(tree: Any, k: int = k) -> Model:
            shares = _shares(tree)[:, k]
            return _trees.regression_tree(_nodes(tree, features, lambda i: [shares[i]]), width)

        models = [model(tree) for tree in trees]
        means.append(graph.mean_of_trees(features.column, models, f"probability_{k}"))
    return graph.dense(graph.vector(means, "probabilities"), graph.answer("probability"))


def raw_sums(
    exporter: Exporter, features: Features, first: Sequence[float], trees: Sequence[Sequence[Model]]
) -> list[Column]:
    """A sum for each k: first[k] and then the answers of trees[...][k]."""
    sums = []
    for k, value in enumerate(first):
        start = _trees.constant_tree(float(value), features.column.width)
        models = [start, *(stage[k] for stage in trees)]
        name = exporter.graph.answer("decision") if len(first) == 1 else f"decision_{k}"
        sums.append(exporter.graph.sum_of_trees(features.column, models, name))
    return sums


def answer_boosted_classes(
    exporter: Exporter, estimator: Any, sums: list[Column], where: str, or_at: bool
) -> None:
    graph = exporter.graph
    if len(sums) == 1:
        index = _answers.above(exporter, sums[0], or_at)
        _answers.answer_class(exporter, estimator.classes_, where, index)
        margin = sums[0]
        if estimator.loss == "exponential":
            margin = graph.math("mul", margin, 2.0, "decision_doubled")
        _answers.answer_pair(exporter, graph.sigmoid(margin, "probability_1"))
        return
    raw = graph.dense(graph.vector(sums, "decisions"), graph.answer("decision"))
    _answers.answer_class(exporter, estimator.classes_, where, lambda name: graph.argmax(raw, name))
    graph.softmax(raw, graph.answer("probability"))


@exports("GradientBoostingRegressor", "GradientBoostingClassifier")
def gradient_boosting(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    import numpy

    graph = exporter.graph
    start = estimator.init_
    if not isinstance(start, str) and not type(start).__name__.startswith("Dummy"):
        exporter.refuse(
            where, f"init={type(start).__name__} is not carried; leave init out, or 'zero'"
        )
        return
    if getattr(start, "strategy", "") in ("stratified", "uniform"):
        exporter.refuse(where, f"init draws lots (strategy {start.strategy!r}); leave init out")
        return
    row = numpy.zeros((1, estimator.n_features_in_), dtype=numpy.float32)
    first = _answers.flat(estimator._raw_predict_init(row)[0])
    trees = [[tree.tree_ for tree in stage] for stage in estimator.estimators_]
    features = Features(exporter, block, [], where)
    rate = float(estimator.learning_rate)
    models = [_regressions(stage, features, rate) for stage in trees]
    if hasattr(estimator, "classes_"):
        sums = raw_sums(exporter, features, first, models)
        answer_boosted_classes(exporter, estimator, sums, where, or_at=True)
        return
    width = features.column.width
    start_tree = _trees.constant_tree(first[0], width)
    stages = [start_tree, *(stage[0] for stage in models)]
    graph.sum_of_trees(features.column, stages, graph.answer("prediction"))
