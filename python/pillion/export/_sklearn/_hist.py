"""Histogram gradient boosting: trees over doubles, with missing values and categories."""

from __future__ import annotations

from typing import Any

from pillion.export import _trees
from pillion.export._bundle import Model
from pillion.export._sklearn import _answers, _encoders
from pillion.export._sklearn._exporter import Block, Exporter, exports
from pillion.export._sklearn._trees import Features, NodeAt, answer_boosted_classes, raw_sums


@exports("HistGradientBoostingRegressor", "HistGradientBoostingClassifier")
def hist_gradient_boosting(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    preprocessor = getattr(estimator, "_preprocessor", None)
    if preprocessor is not None:
        block = _categories_first(exporter, preprocessor, block, where)
    nan_left: set[int] = set()
    for stage in estimator._predictors:
        for predictor in stage:
            nodes = predictor.nodes
            numeric = (nodes["is_leaf"] == 0) & (nodes["is_categorical"] == 0)
            chosen = nodes[numeric & (nodes["missing_go_to_left"] != 0)]
            nan_left.update(int(feature) for feature in chosen["feature_idx"])
    features = Features(exporter, block, nan_left, where)
    known = _known_categories(estimator)
    trees = [
        [_regression(predictor, features, known) for predictor in stage]
        for stage in estimator._predictors
    ]
    first = _answers.flat(estimator._baseline_prediction.ravel())
    if hasattr(estimator, "classes_"):
        sums = raw_sums(exporter, features, first, trees)
        answer_boosted_classes(exporter, estimator, sums, where, or_at=False)
        return
    graph = exporter.graph
    models = [_trees.constant_tree(first[0], features.column.width), *(stage[0] for stage in trees)]
    if type(estimator._loss.link).__name__ == "LogLink":
        margin = graph.sum_of_trees(features.column, models, "margin")
        graph.math("exp", margin, None, graph.answer("prediction"))
    else:
        graph.sum_of_trees(features.column, models, graph.answer("prediction"))


def _categories_first(exporter: Exporter, preprocessor: Any, block: Block, where: str) -> Block:
    """Categories by number and in front, as the estimator itself puts them."""
    scalars = exporter.scalars(block)
    places = preprocessor._transformer_to_input_indices
    encoder = preprocessor.named_transformers_["encoder"]
    encoded = Block([scalars[int(i)] for i in places["encoder"]])
    encoded = _encoders.ordinal_encoder(exporter, encoder, encoded, f"{where}.encoder")
    return Block(encoded.columns + [scalars[int(i)] for i in places.get("numerical", [])])


def _bits(words: Any) -> set[int]:
    """The numbers of a bitset of 32-bit words."""
    return {
        32 * i + bit for i, word in enumerate(words) for bit in range(32) if int(word) >> bit & 1
    }


def _known_categories(estimator: Any) -> dict[int, set[int]]:
    """The categories that training saw, by feature."""
    bitsets, places = estimator._bin_mapper.make_known_categories_bitsets()
    is_categorical = estimator._bin_mapper.is_categorical_
    return {
        feature: _bits(bitsets[int(places[feature])])
        for feature in range(len(is_categorical))
        if is_categorical[feature]
    }


def _regression(predictor: Any, features: Features, known: dict[int, set[int]]) -> Model:
    return _trees.regression_tree(_nodes(predictor, features, known), features.column.width)


def _nodes(predictor: Any, features: Features, known: dict[int, set[int]]) -> NodeAt:
    nodes = predictor.nodes

    def node_at(i: int) -> Any:
        node = nodes[i]
        left, right = int(node["left"]), int(node["right"])
        feature, nan_left = int(node["feature_idx"]), bool(node["missing_go_to_left"])
        if node["is_leaf"]:
            return _trees.Leaf([float(node["value"])])
        if not node["is_categorical"]:
            threshold = min(float(node["num_threshold"]), _trees.LARGEST)
            return _trees.Split(features.slot(feature, nan_left), threshold, left, right)
        # What is missing or unknown goes with those that are not listed.
        go_left = _bits(predictor.raw_left_cat_bitsets[int(node["bitset_idx"])])
        listed = sorted(known[feature] - go_left if nan_left else go_left)
        count = max(known[feature], default=0) + 1
        return _trees.CategorySplit(feature, listed, not nan_left, count, left, right)

    return node_at
