"""One classifier for each class."""

from pyspark.ml.classification import (
    DecisionTreeClassifier,
    GBTClassifier,
    LinearSVC,
    LogisticRegression,
    OneVsRest,
    RandomForestClassifier,
)

from families.values import labelled, vector_rows
from recorder.bundles import double, long, node_files, tensor
from recorder.cases import bundle_case, resaved_case, spark_case
from recorder.frames import vector

SIZE = 4
FEATURES = {"features": vector(SIZE)}
ROWS = vector_rows(SIZE, 81)
TARGETS = labelled(SIZE, 80, classes=3, seed=16)
PREDICTION = {"prediction": "prediction"}

# One against the rest.


def one_vs_rest(name, classifier, note="", **options):
    return spark_case(
        f"ovr_{name}",
        "one_vs_rest",
        lambda session: OneVsRest(classifier=classifier(**options), featuresCol="features"),
        TARGETS,
        FEATURES,
        ROWS,
        note,
    )


LOGITS = {"coefficients": tensor([1.0, -0.5]), "num_classes": long(2)}
OVR_PORTS = {"probability": "probability", "raw_prediction": "raw", "prediction": "prediction"}


def by_hand_ovr(name, child_op, children, ports=OVR_PORTS, classes=None, note="", **model):
    files = {
        f"model{i}/model.json": node_files(child_op, child, {}, {})["model.json"]
        for i, child in enumerate(children)
    }
    return bundle_case(
        f"ovr_hand_{name}",
        "one_vs_rest",
        {"num_classes": long(classes or len(children)), "num_features": long(2), **model},
        {"features": "features"},
        ports,
        {"features": vector(2)},
        vector_rows(2, 82),
        note,
        files=files,
    )


THREE_LOGITS = [{**LOGITS, "intercept": double(value)} for value in (-1.0, 0.5, 2.0)]
THREE_SVC = [{**child, "threshold": {}} for child in THREE_LOGITS]
OVR_LOGISTIC = one_vs_rest("logistic", LogisticRegression, regParam=0.1)
OVR = [
    OVR_LOGISTIC,
    one_vs_rest("svc", LinearSVC, "sub-models answer 0 or 1", maxIter=5),
    one_vs_rest("tree", DecisionTreeClassifier, "MLeap changes leaves while scoring", maxDepth=3, seed=4),
    one_vs_rest("forest", RandomForestClassifier, numTrees=3, maxDepth=3, seed=4),
    one_vs_rest("boosted", GBTClassifier, maxIter=3, maxDepth=2, seed=4),
    by_hand_ovr("three", "logistic_regression", THREE_LOGITS),
    by_hand_ovr("only_prediction", "logistic_regression", THREE_LOGITS, PREDICTION),
    by_hand_ovr(
        "probability_prediction",
        "logistic_regression",
        THREE_LOGITS,
        {"probability": "probability", "prediction": "prediction"},
    ),
    by_hand_ovr("ties", "logistic_regression", [THREE_LOGITS[0]] * 3),
    by_hand_ovr("svc", "linear_svc", THREE_SVC),
    by_hand_ovr("svm", "support_vector_machine", THREE_LOGITS),
    by_hand_ovr("too_few_models", "logistic_regression", THREE_LOGITS, classes=4),
    by_hand_ovr("regressions", "linear_regression", THREE_LOGITS),
    resaved_case(OVR_LOGISTIC),
]

CASES = OVR
