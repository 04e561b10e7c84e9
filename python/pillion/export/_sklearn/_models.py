"""Naive Bayes, clusters, projections, perceptrons, selections of columns."""

from __future__ import annotations

from typing import Any

from pillion.export import _bundle
from pillion.export._graph import Column
from pillion.export._sklearn import _answers
from pillion.export._sklearn._exporter import Block, Exporter, exports


@exports("MultinomialNB", "BernoulliNB")
def naive_bayes(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    graph = exporter.graph
    bernoulli = type(estimator).__name__ == "BernoulliNB"
    if bernoulli and estimator.binarize is not None:
        x = exporter.dense(block, where)
        x = graph.binarise(x, float(estimator.binarize), f"{x.name}_binarised")
    else:
        x = exporter.vector(block, where)
    count = len(estimator.classes_)
    weights = _answers.rows_of(estimator.feature_log_prob_)
    attributes = {
        "num_features": _bundle.long(x.width),
        "num_classes": _bundle.long(count),
        "pi": _bundle.vector(_answers.flat(estimator.class_log_prior_)),
        "theta": _bundle.tensor(
            [row[j] for j in range(x.width) for row in weights], [count, x.width]
        ),
        "model_type": _bundle.string("bernoulli" if bernoulli else "multinomial"),
    }
    raw = Column(graph.fresh("joint_log_likelihood"), size=count, dense=True)
    outputs = [("raw_prediction", raw.name), ("probability", graph.answer("probability"))]
    graph.add(_bundle.Model("naive_bayes", attributes), [("features", x.name)], outputs)
    _answers.answer_class(exporter, estimator.classes_, where, lambda name: graph.argmax(raw, name))


@exports("KMeans", "MiniBatchKMeans")
def k_means(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    x = exporter.vector(block, where)
    attributes = {
        "num_features": _bundle.long(x.width),
        "cluster_centers": _bundle.tensors(_answers.rows_of(estimator.cluster_centers_)),
    }
    answer = exporter.graph.answer("prediction")
    model = _bundle.Model("k_means", attributes)
    exporter.graph.add(model, [("features", x.name)], [("prediction", answer)])


@exports("PCA", "TruncatedSVD")
def projection(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    graph, name = exporter.graph, where.replace(".", "_")
    x = exporter.vector(block, where)
    components = estimator.components_
    y = graph.project(x, _answers.rows_of(components), f"{name}_projected")
    if type(estimator).__name__ == "TruncatedSVD":
        return Block([y])
    y = graph.subtract(y, _answers.flat(components @ estimator.mean_), f"{name}_centred")
    if estimator.whiten:
        scale = estimator.explained_variance_**0.5
        scale[scale < 2.0**-52] = 2.0**-52
        y = graph.divide(y, _answers.flat(scale), f"{name}_whitened")
    return Block([y])


@exports("MLPClassifier", "MLPRegressor")
def perceptron(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    graph = exporter.graph
    regressor = type(estimator).__name__ == "MLPRegressor"
    hidden = estimator.n_layers_ > 2
    if hidden and estimator.activation != "logistic":
        exporter.refuse(where, f"activation {estimator.activation!r} is not carried; 'logistic' is")
    if regressor and estimator.n_outputs_ != 1:
        exporter.refuse(
            where, f"has {estimator.n_outputs_} targets; fit and export one model a target"
        )
    if not regressor and estimator._label_binarizer.y_type_.startswith("multilabel"):
        exporter.refuse(where, "has several labels a row; fit and export one model a label")
    x = exporter.vector(block, where)
    weights: list[float] = []
    for matrix, biases in zip(estimator.coefs_, estimator.intercepts_):
        weights += [float(value) for row in matrix for value in row] + _answers.flat(biases)
    sizes = [len(estimator.coefs_[0]), *(len(biases) for biases in estimator.intercepts_)]
    attributes = {"layers": _bundle.longs(sizes), "weights": _bundle.vector(weights)}
    model = _bundle.Model("multi_layer_perceptron_classifier", attributes)
    raw = Column(graph.fresh("output_layer"), size=sizes[-1], dense=True)
    outputs = [("raw_prediction", raw.name)]
    pair = not regressor and sizes[-1] == 1
    if not regressor and not pair:
        outputs.append(("probability", graph.answer("probability")))
    graph.add(model, [("features", x.name)], outputs)
    if regressor:
        graph.linear(raw, [1.0], 0.0, graph.answer("prediction"))
        return
    if pair:
        second = graph.sigmoid(graph.entry(raw, 0, "margin"), "probability_1")
        _answers.answer_pair(exporter, second)
        _answers.answer_class(
            exporter,
            estimator.classes_,
            where,
            lambda name: graph.piecewise(second, [0.5], [0.0, 1.0], name),
        )
        return
    _answers.answer_class(exporter, estimator.classes_, where, lambda name: graph.argmax(raw, name))


@exports(
    "VarianceThreshold",
    "SelectKBest",
    "SelectPercentile",
    "SelectFpr",
    "SelectFdr",
    "SelectFwe",
    "SelectFromModel",
    "SequentialFeatureSelector",
    "GenericUnivariateSelect",
)
def selection(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    chosen = [i for i, taken in enumerate(estimator.get_support()) if taken]
    if all(column.size is None for column in block.columns):
        return Block([block.columns[i] for i in chosen], block.sparse)
    x = exporter.vector(block, where)
    name = f"{where.replace('.', '_')}_selected"
    return Block([exporter.graph.take(x, chosen, name)], block.sparse)
