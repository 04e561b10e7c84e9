"""Spark's linear models, clusters, factors and the like."""

from __future__ import annotations

import json
import os
from typing import Any

from pillion.export import _bundle
from pillion.export._bundle import Attribute, Model
from pillion.export._spark._exporter import Pipeline, exports
from pillion.export._spark._saved import Saved, to_number, to_rows, to_vector

Attributes = dict[str, Attribute]


def features(saved: Saved) -> list[tuple[str, str]]:
    return [("features", str(saved.get("featuresCol", "features")))]


def add_regression(pipeline: Pipeline, saved: Saved, model: Model) -> None:
    answer = str(saved.get("predictionCol", "prediction"))
    pipeline.add(saved, model, features(saved), [("prediction", answer)])


def add_classifier(
    pipeline: Pipeline, saved: Saved, model: Model, classes: int, has_probability: bool = True
) -> None:
    raw = str(saved.get("rawPredictionCol", "rawPrediction"))
    outputs, sizes = [("raw_prediction", raw)], [classes]
    if has_probability:
        outputs.append(("probability", str(saved.get("probabilityCol", "probability"))))
        sizes.append(classes)
    outputs.append(("prediction", str(saved.get("predictionCol", "prediction"))))
    pipeline.add(saved, model, features(saved), outputs, sizes)


def thresholds(saved: Saved) -> Attributes:
    values = saved.get("thresholds")
    return {"thresholds": _bundle.doubles(map(to_number, values))} if values else {}


def by_column(rows: list[list[float]]) -> Attribute:
    """A matrix as bundles hold it."""
    values = [row[j] for j in range(len(rows[0])) for row in rows]
    return _bundle.tensor(values, [len(rows), len(rows[0])])


def _margin(saved: Saved) -> Attributes:
    row = saved.row("coefficients", "intercept")
    return {
        "coefficients": _bundle.vector(to_vector(row["coefficients"])),
        "intercept": _bundle.double(row["intercept"] or 0.0),
    }


@exports("LinearRegressionModel")
def linear_regression(pipeline: Pipeline, saved: Saved) -> None:
    add_regression(pipeline, saved, Model("linear_regression", _margin(saved)))


@exports("GeneralizedLinearRegressionModel")
def generalized_linear_regression(pipeline: Pipeline, saved: Saved) -> None:
    family = str(saved.get("family", "gaussian"))
    if family not in ("gaussian", "binomial", "poisson", "gamma"):
        saved.refuse(f"the family {family} is not carried; gaussian, binomial, poisson, gamma are")
    attributes = {**_margin(saved), "family": _bundle.string(family)}
    if saved.get("link"):
        attributes["link"] = _bundle.string(str(saved.get("link")))
    outputs = [
        ("prediction", str(saved.get("predictionCol", "prediction"))),
        ("link_prediction", str(saved.get("linkPredictionCol") or "")),
    ]
    model = Model("generalized_linear_regression", attributes)
    pipeline.add(saved, model, features(saved), outputs)


@exports("AFTSurvivalRegressionModel")
def aft_survival_regression(pipeline: Pipeline, saved: Saved) -> None:
    quantiles = [to_number(q) for q in saved.get("quantileProbabilities", [])]
    attributes = {
        **_margin(saved),
        "scale": _bundle.double(saved.row("scale")["scale"] or 1.0),
        "quantile_probabilities": _bundle.doubles(quantiles),
    }
    outputs = [
        ("prediction", str(saved.get("predictionCol", "prediction"))),
        ("quantiles", str(saved.get("quantilesCol") or "")),
    ]
    model = Model("aft_survival_regression", attributes)
    pipeline.add(saved, model, features(saved), outputs, [None, len(quantiles)])


@exports("IsotonicRegressionModel")
def isotonic_regression(pipeline: Pipeline, saved: Saved) -> None:
    row = saved.row("boundaries", "predictions")
    attributes = {
        "boundaries": _bundle.doubles(row["boundaries"] or []),
        "predictions": _bundle.doubles(row["predictions"] or []),
        "isotonic": _bundle.boolean(bool(saved.get("isotonic", True))),
    }
    if pipeline.size(features(saved)[0][1]) is not None:
        attributes["feature_index"] = _bundle.long(int(saved.get("featureIndex", 0)))
    add_regression(pipeline, saved, Model("isotonic_regression", attributes))


@exports("LogisticRegressionModel")
def logistic_regression(pipeline: Pipeline, saved: Saved) -> None:
    model, classes = logistic_model(saved)
    add_classifier(pipeline, saved, model, classes)


def logistic_model(saved: Saved) -> tuple[Model, int]:
    """The model, and the number of its classes."""
    row = saved.row("numClasses", "interceptVector", "coefficientMatrix", "isMultinomial")
    if row["coefficientMatrix"] is None:
        return Model("logistic_regression"), 0
    classes = int(row["numClasses"])
    rows = to_rows(row["coefficientMatrix"])
    intercepts = to_vector(row["interceptVector"])
    attributes: Attributes = {"num_classes": _bundle.long(classes)}
    if row["isMultinomial"]:
        if classes <= 2:
            saved.refuse("two classes of the family multinomial are not carried; fit as binomial")
        attributes["coefficient_matrix"] = by_column(rows)
        attributes["intercept_vector"] = _bundle.vector(intercepts)
        return Model("logistic_regression", {**attributes, **thresholds(saved)}), classes
    attributes["coefficients"] = _bundle.vector(rows[0])
    attributes["intercept"] = _bundle.double(intercepts[0])
    attributes["threshold"] = _bundle.double(_threshold(saved))
    return Model("logistic_regression", attributes), classes


def _threshold(saved: Saved) -> float:
    """Of two classes, as Spark itself makes one of two."""
    if saved.has("thresholds"):
        first, second = map(to_number, saved.get("thresholds"))
        return 1.0 / (1.0 + first / second)
    return saved.number("threshold", 0.5)


@exports("LinearSVCModel")
def linear_svc(pipeline: Pipeline, saved: Saved) -> None:
    attributes = {
        **_margin(saved),
        "num_classes": _bundle.long(2),
        "threshold": _bundle.double(saved.number("threshold", 0.0)),
    }
    model = Model("linear_svc", attributes)
    add_classifier(pipeline, saved, model, 2, has_probability=False)


@exports("OneVsRestModel")
def one_vs_rest(pipeline: Pipeline, saved: Saved) -> None:
    names = [name for name in os.listdir(saved.directory) if name.startswith("model_")]
    models = {}
    width = 0
    for i in range(len(names)):
        part = saved.part(f"model_{i}", f"{saved.where}, model {i}")
        if not part.known:
            continue
        if part.kind != "LogisticRegressionModel":
            part.refuse(
                f"{part.kind} in a OneVsRestModel is not carried, for the op goes by probabilities "
                "and Spark by raw scores; LogisticRegression is"
            )
            continue
        model, _ = logistic_model(part)
        models[f"model{i}"] = model
        width = len(model.attributes.get("coefficients", {}).get("double", []))
    attributes = {
        "num_classes": _bundle.long(len(names)),
        "num_features": _bundle.long(width),
    }
    model = Model("one_vs_rest", attributes, models=models)
    answer = str(saved.get("predictionCol", "prediction"))
    pipeline.add(saved, model, features(saved), [("prediction", answer)])


@exports("NaiveBayesModel")
def naive_bayes(pipeline: Pipeline, saved: Saved) -> None:
    kind = str(saved.get("modelType", "multinomial"))
    if kind not in ("multinomial", "bernoulli"):
        saved.refuse(f"modelType {kind} is not carried; multinomial and bernoulli are")
    row = saved.row("pi", "theta")
    if row["theta"] is None:
        return
    priors, weights = to_vector(row["pi"]), to_rows(row["theta"])
    attributes = {
        "num_features": _bundle.long(len(weights[0])),
        "num_classes": _bundle.long(len(priors)),
        "pi": _bundle.vector(priors),
        "theta": by_column(weights),
        "model_type": _bundle.string(kind),
        **thresholds(saved),
    }
    add_classifier(pipeline, saved, Model("naive_bayes", attributes), len(priors))


@exports("MultilayerPerceptronClassificationModel")
def perceptron(pipeline: Pipeline, saved: Saved) -> None:
    layers = [int(size) for size in saved.get("layers", [])]
    attributes = {
        "layers": _bundle.longs(layers),
        "weights": _bundle.vector(to_vector(saved.row("weights")["weights"])),
        **thresholds(saved),
    }
    model = Model("multi_layer_perceptron_classifier", attributes)
    add_classifier(pipeline, saved, model, layers[-1] if layers else 0)


def _euclidean(saved: Saved, measure: Any) -> None:
    if measure != "euclidean":
        saved.refuse(f"distanceMeasure {measure} is not carried; euclidean is")


@exports("KMeansModel")
def k_means(pipeline: Pipeline, saved: Saved) -> None:
    _euclidean(saved, saved.get("distanceMeasure", "euclidean"))
    rows = sorted(saved.rows(), key=lambda row: int(row["clusterIdx"]))
    centres = [to_vector(row["clusterCenter"]) for row in rows]
    attributes = {
        "num_features": _bundle.long(len(centres[0]) if centres else 0),
        "cluster_centers": _bundle.tensors(centres),
    }
    add_regression(pipeline, saved, Model("k_means", attributes))


@exports("BisectingKMeansModel")
def bisecting_k_means(pipeline: Pipeline, saved: Saved) -> None:
    _euclidean(saved, saved.get("distanceMeasure", "euclidean"))
    rows = saved.rows(os.path.join("data", "data"))
    nodes = {int(row["index"]): row for row in rows}
    directory = os.path.join(saved.directory, "data", "metadata")
    text = ""
    for name in sorted(os.listdir(directory) if os.path.isdir(directory) else []):
        if name.startswith("part-"):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                text += file.read()
    if not text or not rows:
        saved.refuse("is half-written: data/metadata/ holds no root; save the model again")
        return
    lines = []
    ahead = [int(json.loads(text)["rootId"])]
    while ahead:
        row = nodes[ahead.pop()]
        line = {"index": int(row["index"]), "norm": float(row["norm"])}
        children = [int(child) for child in row["children"]]
        lines.append({**line, "values": to_vector(row["center"]), "numChildren": len(children)})
        ahead += reversed(children)
    tree = "".join(json.dumps(line) + "\n" for line in lines).encode()
    add_regression(pipeline, saved, Model("bisecting_k_means", {}, {"tree.json": tree}))


@exports("GaussianMixtureModel")
def gaussian_mixture(pipeline: Pipeline, saved: Saved) -> None:
    row = saved.row("weights", "mus", "sigmas")
    means = [to_vector(mean) for mean in row["mus"] or []]
    covariances = []
    for sigma in row["sigmas"] or []:
        matrix = by_column(to_rows(sigma))
        covariances.append({key: value for key, value in matrix.items() if key != "type"})
    attributes = {
        "means": _bundle.tensors(means),
        "covs": {"type": "list", "tensor": covariances},
        "weights": _bundle.doubles(row["weights"] or []),
    }
    outputs = [
        ("prediction", str(saved.get("predictionCol", "prediction"))),
        ("probability", str(saved.get("probabilityCol", "probability"))),
    ]
    model = Model("gaussian_mixture", attributes)
    pipeline.add(saved, model, features(saved), outputs, [None, len(means)])


@exports("ALSModel")
def als(pipeline: Pipeline, saved: Saved) -> None:
    if saved.get("coldStartStrategy", "nan") != "nan":
        saved.refuse("coldStartStrategy 'drop' is not carried, the op answers NaN; set 'nan'")
    attributes: Attributes = {"rank": _bundle.integer(int(saved.extra("rank") or 0))}
    for ids, factors, directory in (
        ("users", "user_factors", "userFactors"),
        ("items", "item_factors", "itemFactors"),
    ):
        rows = saved.rows(directory)
        attributes[ids] = _bundle.integers(row["id"] for row in rows)
        attributes[factors] = _bundle.float_tensors([row["features"] for row in rows])
    inputs = [
        ("user", str(saved.get("userCol", "user"))),
        ("item", str(saved.get("itemCol", "item"))),
    ]
    outputs = [("prediction", str(saved.get("predictionCol", "prediction")))]
    pipeline.add(saved, Model("als", attributes), inputs, outputs)
