"""LightGBM models, by the op that reads LightGBM's own text."""

from __future__ import annotations

import os
from typing import Any
from collections.abc import Sequence

from pillion.export import _bundle, _golden, _sample, _trees
from pillion.export._errors import Problems
from pillion.export._graph import Column, Graph
from pillion.export._sklearn import _expected
from pillion.export._sklearn._answers import answer_class
from pillion.export._sklearn._exporter import ANSWERS, Exporter

_NUMBERS = {
    "cross_entropy",
    "cross_entropy_lambda",
    "fair",
    "gamma",
    "huber",
    "lambdarank",
    "mape",
    "poisson",
    "quantile",
    "rank_xendcg",
    "regression",
    "regression_l1",
    "tweedie",
}
_CLASSES = {"binary", "multiclass", "multiclassova"}

# Parameters of an estimator that its predict hands on, and that change what it answers.
_OF_PREDICT = (
    "pred_early_stop",
    "predict_raw_score",
    "is_predict_raw_score",
    "predict_rawscore",
    "raw_score",
    "predict_leaf_index",
    "is_predict_leaf_index",
    "leaf_index",
    "predict_contrib",
    "is_predict_contrib",
    "contrib",
    "start_iteration_predict",
    "num_iteration_predict",
)


def export(
    model: Any,
    path: _bundle.Path,
    sample: Any,
    feature_names: Sequence[str] | None,
    golden: int,
) -> None:
    """See pillion.export.lightgbm."""
    problems = Problems()
    booster = _booster_of(model, type(model).__name__, problems)
    if booster is None:
        problems.raise_if_any()
        return
    columns = _columns_of(booster, sample, feature_names, problems)
    exporter = Exporter(columns, problems)
    coded = _codes(exporter.graph, columns, booster, sample, problems)
    if len(columns) == int(booster.num_feature()):
        features = exporter.graph.vector(coded, "features")
        add(exporter, model, features, type(model).__name__, knows_names=True)
    problems.raise_if_any()
    nodes = exporter.graph.nodes
    rows = _expected.golden(model, sample, golden, columns, nodes, problems, _answers)
    problems.raise_if_any()
    _bundle.write(path, type(model).__name__, nodes, rows)


def _answers(model: Any, rows: Any, nodes: Sequence[_bundle.Node]) -> list[_golden.Answer]:
    """What the model answers itself."""
    import numpy

    if isinstance(rows, list):
        rows = numpy.array(rows, dtype=float)
    if type(model).__name__ != "Booster":
        return _expected.answers(model, rows, nodes, as_trained=True)
    predicted = numpy.asarray(model.predict(rows))
    if not any(column == "probability" for node in nodes for _, column in node.outputs):
        return [_golden.Answer("prediction", predicted, _golden.LIBM)]
    if predicted.ndim == 1:
        predicted = numpy.stack([1 - predicted, predicted], 1)
    return [
        _golden.Answer("prediction", predicted.argmax(1)),
        _golden.Answer("probability", predicted, _golden.LIBM),
        _golden.Answer("decision", numpy.asarray(model.predict(rows, raw_score=True))),
    ]


def add(
    exporter: Exporter, model: Any, features: Column, where: str, knows_names: bool = False
) -> None:
    """Adds a Booster or an estimator of lightgbm.sklearn; answers as it would.

    `knows_names`: `features` has the codes of pandas' categories, not the categories."""
    problems = exporter.problems
    booster = _booster_of(model, where, problems)
    if booster is None:
        return
    text = str(booster.model_to_string())
    head = _head(text)
    objective = head.get("objective", "").split(" ")[0]
    classes = max(int(head["num_tree_per_iteration"]), 2) if objective in _CLASSES else 0
    _check(model, objective, text, where, problems)
    labels = getattr(model, "classes_", None)
    if labels is not None and not problems and len(labels) != classes:
        problems.add(where, f"has {len(labels)} classes, and its objective {objective} {classes}")
    if booster.pandas_categorical and not knows_names:
        problems.add(
            where,
            "reads categories by the names that a DataFrame gave them; train on their numbers, for "
            "which OrdinalEncoder would do, or export it alone by pillion.export.lightgbm",
        )
    if problems:
        return
    op = _bundle.Model("lightgbm", files={"lightgbm.txt": _trees_alone(text).encode()})
    graph = exporter.graph

    def make_index(name: str) -> Column:
        outputs = [("prediction", graph.fresh(name))]
        if classes:
            outputs.append(("probability", graph.answer("probability")))
            outputs.append(("decision", graph.answer("decision")))
        graph.add(op, [("features", features.name)], outputs)
        return Column(outputs[0][1])

    if labels is None:
        make_index(graph.answer("prediction"))
    else:
        answer_class(exporter, labels, where, make_index)


def _booster_of(model: Any, where: str, problems: Problems) -> Any:
    """The Booster that `predict` asks; None: refused."""
    kind = type(model)
    expected = "expected a Booster or an estimator of lightgbm, found " + kind.__name__
    if isinstance(model, (str, bytes, os.PathLike)):
        problems.add(
            "",
            f"{expected}; a file of Booster.save_model is a model as it is, for pillion.load and "
            "pillion serve, and a pickle has to be loaded by the Python that trusts it",
        )
        return None
    if kind.__module__.split(".")[0] != "lightgbm":
        base = next((b for b in kind.__mro__ if b.__module__.startswith("lightgbm.")), None)
        why = f", derived from {base.__name__}, which may compute otherwise" if base else ""
        problems.add("", expected + why)
        return None
    if kind.__name__ == "Booster":
        return model
    if hasattr(model, "to_local"):
        problems.add(where, f"{kind.__name__} computes on a cluster; export its to_local()")
        return None
    if not hasattr(model, "booster_") and not hasattr(model, "__sklearn_is_fitted__"):
        problems.add("", expected)
        return None
    if not model.__sklearn_is_fitted__():
        problems.add(where, f"{kind.__name__} is not fitted; call fit first")
        return None
    return model.booster_


def _head(text: str) -> dict[str, str]:
    """What stands before the trees."""
    lines = text.split("\nTree=", 1)[0].split("\nend of trees", 1)[0].split("\n")
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _trees_alone(text: str) -> str:
    """The text without what only training needs, paths of its machine among it."""
    return text[: text.index("\nend of trees")] + "\nend of trees\n\npandas_categorical:null\n"


def _check(model: Any, objective: str, text: str, where: str, problems: Problems) -> None:
    if objective in ("", "none", "custom") or callable(getattr(model, "objective", None)):
        problems.add(
            where,
            "its objective is a function in Python, and what it makes of the sums is not known; "
            "what Booster.save_model writes is a model that answers the sums",
        )
    elif objective not in _NUMBERS | _CLASSES:
        known = ", ".join(sorted(_NUMBERS | _CLASSES))
        problems.add(where, f"the objective {objective} is not carried; these are: {known}")
    elif hasattr(model, "classes_") and objective not in _CLASSES:
        problems.add(
            where,
            f"a classifier with the objective {objective} is not carried; "
            + ", ".join(sorted(_CLASSES))
            + " are",
        )
    if "\nis_linear=1\n" in text or "\nlinear_tree=1\n" in text:
        problems.add(where, "linear trees are not carried; train without linear_tree")
    options = model.get_params() if hasattr(model, "get_params") else {}
    for name in _OF_PREDICT:
        if options.get(name):
            problems.add(
                where, f"its predict is told {name}={options[name]!r}; set_params({name}=None)"
            )


def _is_frame(sample: Any) -> bool:
    return hasattr(sample, "columns") and hasattr(sample, "dtypes")


def _columns_of(
    booster: Any, sample: Any, feature_names: Sequence[str] | None, problems: Problems
) -> list[Column]:
    """The columns in the order of training."""
    trained = [str(name) for name in booster.feature_name()]
    columns = [Column(name, nullable=True) for name in trained]
    if sample is not None:
        sampled = _sample.read(sample, problems, any_float=True)
        if len(sampled) != len(trained):
            expected = f"expected {len(trained)} columns, one a feature"
            problems.add("sample", f"{expected}, found {len(sampled)}")
        elif _is_frame(sample):
            columns = [Column(c.name, text=c.text, nullable=not c.text) for c in sampled]
            # LightGBM writes _ for what is white in a name.
            seen = ["_".join(column.name.split(" ")) for column in columns]
            of_frame = trained != [f"Column_{i}" for i in range(len(trained))]
            for name, found in zip(trained, seen):
                if of_frame and name != found:
                    problems.add("sample", f"expected the column '{name}', found '{found}'")
    if feature_names is not None:
        names = [str(name) for name in feature_names]
        if len(names) != len(columns):
            expected = f"expected {len(columns)}, one a feature"
            problems.add("feature_names", f"{expected}, found {len(names)}")
        else:
            columns = [
                Column(name, text=c.text, nullable=c.nullable) for name, c in zip(names, columns)
            ]
    _sample.check_names([column.name for column in columns], ANSWERS, problems)
    return columns


def _codes(
    graph: Graph, columns: Sequence[Column], booster: Any, sample: Any, problems: Problems
) -> list[Column]:
    """The columns as numbers: categories of pandas by their places, as LightGBM reads them."""
    categories = booster.pandas_categorical or []
    coded = list(columns)
    if categories and not _is_frame(sample):
        problems.add(
            "sample",
            "expected rows of the DataFrame that the model was trained on, whose categories it "
            f"reads by their names, found {type(sample).__name__}",
        )
        return coded
    places = []
    if categories:
        kinds = [str(kind) for kind in sample.dtypes]
        places = [i for i, kind in enumerate(kinds) if kind == "category"]
        if len(places) != len(categories):
            problems.add(
                "sample",
                f"expected {len(categories)} columns of pandas' type category, as in training, "
                f"found {len(places)}",
            )
            return coded
    for i, known in zip(places, categories):
        coded[i] = _code(graph, columns[i], known, problems)
    for column in coded:
        if column.text:
            problems.add(
                f"sample, column '{column.name}'",
                "holds text where numbers are needed; encode it before",
            )
    return coded


def _code(graph: Graph, x: Column, known: Sequence[Any], problems: Problems) -> Column:
    """The place of x among the categories `known`; NaN for another one, and for none."""
    missing = float("nan")
    if all(isinstance(value, str) for value in known):
        text = Column(x.name, text=True)
        index = graph.index(text, list(known), True, f"{x.name}_index")
        count = len(known)
        codes = [float(i) for i in range(count)]
        return graph.piecewise(index, codes, [*codes, missing], f"{x.name}_code")
    if any(
        isinstance(value, (str, bool)) or not isinstance(value, (int, float)) for value in known
    ):
        problems.add(
            f"sample, column '{x.name}'",
            "has categories that are neither text nor numbers alone; use one of them",
        )
        return Column(x.name)
    numbers = sorted((float(value), float(i)) for i, value in enumerate(known))
    breaks, values = [], []
    for value, code in numbers:
        breaks += [_trees.before(value), value]
        values += [missing, code]
    return graph.piecewise(graph.number(x), breaks, [*values, missing], f"{x.name}_code")
