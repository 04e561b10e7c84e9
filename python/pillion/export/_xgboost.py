"""XGBoost models, by the op that reads XGBoost's own files."""

from __future__ import annotations

import json
import math
from typing import Any
from collections.abc import Sequence

from pillion.export import _bundle, _golden, _sample
from pillion.export._errors import Problems
from pillion.export._graph import Column, Graph
from pillion.export._sklearn import _expected

ANSWERS = ("prediction", "probability", "decision")

_REGRESSIONS = {
    "reg:squarederror",
    "reg:linear",
    "reg:logistic",
    "reg:squaredlogerror",
    "reg:pseudohubererror",
    "reg:absoluteerror",
    "rank:pairwise",
    "rank:ndcg",
    "rank:map",
    "count:poisson",
    "reg:gamma",
    "reg:tweedie",
    "survival:cox",
    "survival:aft",
    "binary:hinge",
    "binary:logitraw",
    "multi:softmax",
}


def export(
    model: Any,
    path: _bundle.Path,
    feature_names: Sequence[str] | None,
    sample: Any,
    golden: int,
) -> None:
    """See pillion.export.xgboost."""
    problems = Problems()
    booster = _booster_of(model, problems)
    if booster is None:
        problems.raise_if_any()
        return
    names = feature_names or booster.feature_names
    count = int(booster.num_features())
    names = [str(name) for name in names] if names else [f"f{i}" for i in range(count)]
    if len(names) != count:
        problems.add("feature_names", f"expected {count}, one a feature, found {len(names)}")
    _sample.check_names(names, ANSWERS, problems)
    if sample is not None:
        found = len(_sample.read(sample, problems, any_float=True))
        if found != count:
            problems.add("sample", f"expected {count} columns, one a feature, found {found}")
    graph = Graph(names)
    graph.reserve(ANSWERS)
    columns = [Column(name, nullable=True) for name in names]
    features = graph.vector(columns, "features")
    add(graph, model, features, type(model).__name__, problems)
    problems.raise_if_any()
    rows = _expected.golden(model, sample, golden, columns, graph.nodes, problems, _answers)
    problems.raise_if_any()
    _bundle.write(path, type(model).__name__, graph.nodes, rows)


def _answers(model: Any, rows: Any, nodes: Sequence[_bundle.Node]) -> list[_golden.Answer]:
    """What the model answers itself."""
    import numpy
    import xgboost

    # In the form of training, whose names XGBoost compares, and dense, as Pillion's rows are.
    names = (model if type(model).__name__ == "Booster" else model.get_booster()).feature_names
    if hasattr(rows, "toarray"):
        rows = rows.toarray()
    if names is None:
        rows = numpy.asarray(rows, dtype=float)
    elif not hasattr(rows, "columns"):
        import pandas

        rows = pandas.DataFrame(rows, columns=names)
    if type(model).__name__ != "Booster":
        return _expected.answers(model, rows, nodes, as_trained=True)
    data = xgboost.DMatrix(rows)
    predicted = model.predict(data)
    is_exact = json.loads(model.save_config())["learner"]["gradient_booster"]["name"] == "gbtree"
    of_margin = 0 if is_exact else _golden.ROUNDED * _golden.FLOAT
    last_bits = of_margin or _golden.LIBM * _golden.FLOAT
    if not any(column == "probability" for node in nodes for _, column in node.outputs):
        return [_golden.Answer("prediction", predicted, last_bits)]
    classes = predicted.argmax(1) if predicted.ndim > 1 else predicted > 0.5
    if predicted.ndim == 1:
        predicted = numpy.stack([1 - predicted, predicted], 1)
    return [
        _golden.Answer("prediction", classes.astype(float)),
        _golden.Answer("probability", predicted, last_bits),
        _golden.Answer("decision", model.predict(data, output_margin=True), of_margin),
    ]


def add(graph: Graph, model: Any, features: Column, where: str, problems: Problems) -> None:
    """Adds a Booster or an estimator of xgboost.sklearn; answers as it would."""
    booster = _booster_of(model, problems)
    if booster is None:
        return
    file = json.loads(bytes(booster.save_raw("json")))
    learner = file["learner"]
    objective = str(learner["objective"]["name"])
    _check(learner, objective, where, problems)
    missing = getattr(model, "missing", math.nan)
    if missing is not None and not math.isnan(missing):
        problems.add(
            where,
            f"takes {missing:g} for missing; train with missing=nan, and NaN for {missing:g}",
        )
    # What a sparse vector leaves out is missing to XGBoost.
    x = graph.dense(features, f"{features.name}_dense")
    classes = int(learner["learner_model_param"]["num_class"])
    if objective == "binary:logistic":
        classes = 2
    elif objective != "multi:softprob":
        classes = 0
    is_classifier = hasattr(model, "classes_") or hasattr(model, "n_classes_")
    if is_classifier and not classes and objective != "binary:hinge":
        problems.add(
            where,
            f"a classifier with the objective {objective} is not carried; "
            "binary:logistic and multi:softprob are",
        )
    if problems:
        return
    attributes = {
        "num_features": _bundle.integer(x.width),
        "num_classes": _bundle.integer(classes),
        "tree_limit": _bundle.integer(0),
        "missing": _bundle.floating(math.nan),
    }
    _base_scores_as_trees(learner)
    files = {"xgboost.model": json.dumps(file).encode()}
    if not classes:
        regression = _bundle.Model("xgboost.regression", attributes, files)
        answer = graph.answer("prediction")
        graph.add(regression, [("features", x.name)], [("prediction", answer)])
        return
    probability = Column(graph.answer("probability"), size=classes, dense=True)
    margins = graph.fresh("margins") if classes == 2 else graph.answer("decision")
    outputs = [("raw_prediction", margins), ("probability", probability.name)]
    classifier = _bundle.Model("xgboost.classifier", attributes, files)
    graph.add(classifier, [("features", x.name)], outputs)
    if classes > 2:
        graph.argmax(probability, graph.answer("prediction"))
        return
    pair = Column(margins, size=2, dense=True)
    graph.linear(graph.take(pair, [1], "margin"), [1.0], 0.0, graph.answer("decision"))
    second = graph.entry(probability, 1, "probability")
    # The op itself takes 0.5 for class 1, XGBoost does not.
    graph.piecewise(second, [0.5], [0.0, 1.0], graph.answer("prediction"))


def _booster_of(model: Any, problems: Problems) -> Any:
    """The Booster with the trees that `predict` asks; None: refused."""
    kind = type(model)
    where = kind.__name__
    if kind.__module__.split(".")[0] != "xgboost":
        problems.add("", f"expected a Booster or an estimator of xgboost, found {where}")
        return None
    if where == "Booster":
        return model
    if not hasattr(model, "get_booster"):
        problems.add("", f"expected a Booster or an estimator of xgboost, found {where}")
        return None
    if not model.__sklearn_is_fitted__():
        problems.add(where, f"{where} is not fitted; call fit first")
        return None
    booster = model.get_booster()
    best = booster.attributes().get("best_iteration")
    stopped = best is not None and getattr(model, "early_stopping_rounds", None) is not None
    return booster[: int(best) + 1] if stopped and best is not None else booster


def _base_scores_as_trees(learner: Any) -> None:
    """Makes base scores of several classes, which XGBoost has since 3.1, its first trees of one
    leaf each: the same sums, in a form that readers of one base score have."""
    parameters = learner["learner_model_param"]
    scores = json.loads(parameters["base_score"].strip())
    if not isinstance(scores, list) or len(scores) < 2:
        return
    parameters["base_score"] = "0E0"
    trainer = learner["gradient_booster"]
    model = trainer.get("gbtree", trainer)["model"]
    for i, tree in enumerate(model["trees"]):
        tree["id"] = len(scores) + i
    leaves = [_leaf(i, score, parameters["num_feature"]) for i, score in enumerate(scores)]
    model["trees"] = leaves + model["trees"]
    model["tree_info"] = list(range(len(scores))) + model["tree_info"]
    begins = [len(scores) + begin for begin in model["iteration_indptr"]]
    model["iteration_indptr"] = [0, *begins]
    model["gbtree_model_param"]["num_trees"] = str(len(model["trees"]))
    if "weight_drop" in trainer:
        trainer["weight_drop"] = [1.0] * len(scores) + trainer["weight_drop"]


def _leaf(number: int, value: float, feature_count: str) -> dict[str, Any]:
    """A tree of a single leaf, as XGBoost writes it."""
    return {
        "base_weights": [value],
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": [0],
        "id": number,
        "left_children": [-1],
        "loss_changes": [0.0],
        "parents": [2147483647],
        "right_children": [-1],
        "split_conditions": [value],
        "split_indices": [0],
        "split_type": [0],
        "sum_hessian": [0.0],
        "tree_param": {
            "num_deleted": "0",
            "num_feature": feature_count,
            "num_nodes": "1",
            "size_leaf_vector": "1",
        },
    }


def _check(learner: Any, objective: str, where: str, problems: Problems) -> None:
    parameters = learner["learner_model_param"]
    if objective not in _REGRESSIONS and objective not in ("binary:logistic", "multi:softprob"):
        problems.add(
            where,
            f"the objective {objective} is not carried; these are: "
            + ", ".join(sorted(_REGRESSIONS | {"binary:logistic", "multi:softprob"})),
        )
    targets = int(parameters.get("num_target", 1))
    if targets > 1:
        problems.add(where, f"has {targets} targets; train and export one model a target")
    trainer = learner["gradient_booster"]
    trees = trainer.get("gbtree", trainer).get("model", {})
    if trainer["name"] == "gblinear" and "," in parameters["base_score"]:
        problems.add(where, "gblinear of several classes is not carried; gbtree and dart are")
    if trees.get("cats", {}).get("enc"):
        problems.add(
            where,
            "reads categories by the names that a DataFrame gave them; train on their numbers, "
            "for which OrdinalEncoder would do",
        )
