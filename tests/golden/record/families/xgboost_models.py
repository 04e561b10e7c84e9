"""XGBoost models in each file format that the native library reads."""

import random
import tempfile
from pathlib import Path

from families.values import vector_rows
from recorder import bundles
from recorder.bundles import integer, long, node_files
from recorder.cases import Case, edited_case, resaved_case
from recorder.frames import dense, vector

SIZE = 4
FEATURES = {"features": vector(SIZE)}
ROWS = [row for row in vector_rows(SIZE, 101)] + [
    [dense(1e39, 0.0, 0.0, 0.0)],
    [dense(0.1, 0.2, 0.3, 0.4)],
    [dense(1.0, 2.0)],
]
CLASSIFIER = ["raw_prediction", "probability", "prediction", "leaf_prediction", "contrib_prediction"]
REGRESSION = ["prediction", "leaf_prediction", "contrib_prediction"]


def training_text(labels, missing=True):
    """Rows in libsvm's form; entries are left out where values are missing."""
    source = random.Random(7)
    lines = []
    for number in range(80):
        values = [round(source.uniform(-3, 3), 3) for _ in range(SIZE)]
        score = values[0] * 2 - values[1] + values[2] * values[3]
        kept = [
            f"{i}:{value}"
            for i, value in enumerate(values)
            if not missing or (number + i) % 5 or i == SIZE - 1
        ]
        lines.append(" ".join([str(labels(score, number)), *kept]))
    return "\n".join(lines) + "\n"


def binary(score, number):
    return int(score > 0)


def three(score, number):
    return number % 3 if abs(score) < 1 else int(score > 0) * 2


def amount(score, number):
    return round(score, 3)


def count(score, number):
    return int(abs(score))


def positive(score, number):
    return round(abs(score) + 0.1, 3)


def booster_bytes(kit, labels, parameters, rounds, form):
    jvm = kit.session.sparkContext._jvm
    java = jvm.ml.dmlc.xgboost4j.java
    settings = jvm.java.util.HashMap()
    for name, value in {"nthread": 1, "seed": 3, "verbosity": 0, **parameters}.items():
        settings.put(name, str(value))
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "train.txt"
        text.write_text(training_text(labels))
        matrix = java.DMatrix(f"{text}?format=libsvm")
        booster = java.XGBoost.train(matrix, settings, rounds, jvm.java.util.HashMap(), None, None)
        return bytes(booster.toByteArray(form))


def xgboost(
    name,
    op,
    labels,
    note="",
    form="deprecated",
    rounds=4,
    classes=2,
    ports=None,
    limit=None,
    rows=ROWS,
    **parameters,
):
    op = f"xgboost.{op}"
    ports = ports or (CLASSIFIER if op.endswith("classifier") else REGRESSION)
    model = {"num_features": integer(SIZE), "tree_limit": integer(limit or 0)}
    if op.endswith("classifier"):
        model["num_classes"] = integer(classes)

    def make(kit, path):
        parameters.setdefault("max_depth", 3)
        files = node_files(op, model, {"features": "features"}, {port: f"xgb_{port}" for port in ports})
        files["xgboost.model"] = booster_bytes(kit, labels, parameters, rounds, form)
        bundles.write_bundle(path, files)

    return Case(
        name, "xgboost", (op,), FEATURES, rows, make, note or parameters["objective"], job={"translate": True}
    )


LOGISTIC = xgboost("xgb_logistic", "classifier", binary, objective="binary:logistic")
SQUARED = xgboost("xgb_squared", "regression", amount, objective="reg:squarederror")
SOFTPROB = xgboost(
    "xgb_softprob", "classifier", three, classes=3, rounds=3, objective="multi:softprob", num_class=3
)

CASES = [
    LOGISTIC,
    SQUARED,
    SOFTPROB,
    xgboost("xgb_logistic_json", "classifier", binary, form="json", objective="binary:logistic"),
    xgboost("xgb_logistic_ubj", "classifier", binary, form="ubj", objective="binary:logistic"),
    xgboost(
        "xgb_softprob_ubj",
        "classifier",
        three,
        form="ubj",
        classes=3,
        rounds=2,
        objective="multi:softprob",
        num_class=3,
    ),
    xgboost("xgb_squared_json", "regression", amount, form="json", objective="reg:squarederror"),
    xgboost(
        "xgb_dart_json",
        "regression",
        amount,
        form="json",
        objective="reg:squarederror",
        booster="dart",
        rate_drop=0.3,
    ),
    xgboost(
        "xgb_dart_ubj",
        "regression",
        amount,
        form="ubj",
        objective="reg:squarederror",
        booster="dart",
        rate_drop=0.3,
    ),
    xgboost(
        "xgb_linear_json",
        "regression",
        amount,
        form="json",
        objective="reg:squarederror",
        booster="gblinear",
        ports=["prediction"],
    ),
    xgboost(
        "xgb_linear_multi",
        "classifier",
        three,
        classes=3,
        objective="multi:softprob",
        num_class=3,
        booster="gblinear",
        ports=["raw_prediction", "probability", "prediction"],
    ),
    xgboost("xgb_base_score", "classifier", binary, objective="binary:logistic", base_score=0.2),
    xgboost("xgb_logitraw", "classifier", binary, objective="binary:logitraw"),
    xgboost("xgb_hinge", "classifier", binary, objective="binary:hinge"),
    xgboost("xgb_softmax", "classifier", three, classes=3, rounds=2, objective="multi:softmax", num_class=3),
    xgboost("xgb_softprob_two", "classifier", binary, rounds=2, objective="multi:softprob", num_class=2),
    xgboost("xgb_poisson", "regression", count, objective="count:poisson"),
    xgboost("xgb_gamma", "regression", positive, objective="reg:gamma"),
    xgboost("xgb_tweedie", "regression", positive, objective="reg:tweedie"),
    xgboost("xgb_reg_logistic", "regression", binary, objective="reg:logistic"),
    xgboost("xgb_pseudohuber", "regression", amount, objective="reg:pseudohubererror"),
    xgboost("xgb_absolute", "regression", amount, objective="reg:absoluteerror"),
    xgboost("xgb_cox", "regression", positive, objective="survival:cox"),
    xgboost("xgb_tree_limit", "regression", amount, rounds=6, limit=2, objective="reg:squarederror"),
    xgboost("xgb_tree_limit_beyond", "regression", amount, rounds=2, limit=5, objective="reg:squarederror"),
    xgboost(
        "xgb_parallel_trees",
        "regression",
        amount,
        rounds=2,
        limit=3,
        objective="reg:squarederror",
        num_parallel_tree=3,
        subsample=0.8,
    ),
    xgboost(
        "xgb_one_leaf", "regression", amount, rounds=2, objective="reg:squarederror", max_depth=1, gamma=1e6
    ),
    xgboost("xgb_prediction_only", "classifier", binary, ports=["prediction"], objective="binary:logistic"),
    xgboost("xgb_probability_only", "classifier", binary, ports=["probability"], objective="binary:logistic"),
    xgboost("xgb_deep", "regression", amount, rounds=8, max_depth=6, objective="reg:squarederror"),
    edited_case(
        "xgb_no_limit",
        SQUARED,
        lambda entries: entries["root/model.json"]["attributes"].pop("tree_limit"),
        "limit absent",
    ),
    edited_case(
        "xgb_features_as_long",
        SQUARED,
        lambda entries: entries["root/model.json"]["attributes"].update(num_features=long(4)),
        "reads as 0",
    ),
    edited_case(
        "xgb_no_file", SQUARED, lambda entries: entries.pop("root/xgboost.model"), "model file missing"
    ),
    edited_case(
        "xgb_cut_off",
        SQUARED,
        lambda entries: entries.update({"root/xgboost.model": entries["root/xgboost.model"][:600]}),
        "file cut off",
    ),
    edited_case(
        "xgb_signature",
        SQUARED,
        lambda entries: entries.update({"root/xgboost.model": b"binf" + entries["root/xgboost.model"]}),
        "old signature",
    ),
    edited_case(
        "xgb_three_classes_of_one",
        LOGISTIC,
        lambda entries: entries["root/model.json"]["attributes"].update(num_classes=integer(3)),
        "num_classes 3",
    ),
    resaved_case(SQUARED),
    resaved_case(LOGISTIC),
]
