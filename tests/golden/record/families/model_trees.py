"""Trees, forests, boosted trees, and one-vs-rest over them."""

import json

from pyspark.ml.classification import (DecisionTreeClassifier, GBTClassifier, LinearSVC, LogisticRegression,
                                       NaiveBayes, OneVsRest, RandomForestClassifier)
from pyspark.ml.feature import VectorIndexer
from pyspark.ml.regression import DecisionTreeRegressor, GBTRegressor, RandomForestRegressor

from families.model_linear import declares, port_sets
from families.values import labelled, unsorted, vector_rows, wrong_sizes
from recorder.bundles import double, doubles, integer, long, node_files, string, strings, tensor
from recorder.cases import (Table, attributes, bundle_case, edited_case, reframed_case, resaved_case,
                            spark_case, stage)
from recorder.frames import INF, NAN, dense, sparse, vector

SIZE = 4
FEATURES = {"features": vector(SIZE)}
ROWS = vector_rows(SIZE, 81)
TARGETS = labelled(SIZE, 80, classes=3, seed=16)
CLASSES = labelled(SIZE, 80, classes=2, seed=17)
THREE_PORTS = {"raw_prediction": "raw_prediction", "probability": "probability", "prediction": "prediction"}


def spark(name, op, kind, train=TARGETS, rows=ROWS, note="", **options):
    return spark_case(name, op, stage(kind, featuresCol="features", **options), train, FEATURES, rows, note)


def categorical():
    rows = [[dense(float(i % 5), float(i * 7 % 4), (i * 37 % 100) / 10.0, float(i % 2)),
             float((i % 5) * 3 + i * 7 % 4), float((i % 5 + i * 7 % 4) % 3)] for i in range(90)]
    return Table({"raw": vector(SIZE), "target": "double", "label": "double"}, rows)


CATEGORY_ROWS = [[dense(*row)] for row in (
    [0.0, 1.0, 5.0, 1.0], [4.0, 3.0, 0.1, 0.0], [2.0, 2.0, 9.9, 1.0], [3.0, 0.0, 4.2, 0.0], [1.0, 1.0, NAN, 1.0],
    [-0.0, -0.0, -INF, -0.0])] + [[sparse(SIZE, {0: 3.0})], [sparse(SIZE, {})], [None], [dense(7.0, 1.0, 1.0, 1.0)]]


def with_categories(name, op, kind, **options):
    """Categorical splits, from features that a vector indexer marked."""
    return spark_case(name, [op, "vector_indexer"],
                      lambda session: [VectorIndexer(inputCol="raw", outputCol="features", maxCategories=6,
                                                     handleInvalid="keep"),
                                       kind(featuresCol="features", **options)],
                      categorical(), {"raw": vector(SIZE)}, CATEGORY_ROWS)


# Trees by hand, where every split and leaf is known.

def split(feature, threshold):
    return {"type": "internal", "split": {"type": "continuous", "featureIndex": feature, "threshold": threshold}}


def categories(feature, *values, left=True, count=5):
    return {"type": "internal", "split": {"type": "categorical", "featureIndex": feature, "isLeft": left,
                                          "numCategories": count, "categories": list(values)}}


def leaf(*values):
    return {"type": "leaf", "values": list(values)}


def tree_text(*nodes):
    return "".join(json.dumps(node, separators=(",", ":")) + "\n" for node in nodes)


def tree_case(name, op, model, nodes, ports, rows, columns=None, note=""):
    return bundle_case(name, op, model, {"features": "features"}, ports, columns or {"features": vector(2)}, rows,
                       note, files={"tree.json": tree_text(*nodes)})


SPLIT_ROWS = [[dense(x, y)] for x in (0.5, 0.6, 0.49999999999999994, NAN, INF, -INF, -0.0) for y in (0.0, 1.0, 2.0)] + [
    [dense(0.1, y)] for y in (-0.0, 0.5, 3.0, NAN)] + [[sparse(2, {0: 0.7})], [sparse(2, {})], [dense(1.0)], [dense()], [None]]
PLAIN = [split(0, 0.5), categories(1, 0.0, 2.0), leaf(86.5), leaf(12.0), categories(1, 1.0, left=False), leaf(-3.0), leaf(0.25)]
VOTES = [split(0, 0.5), leaf(3.0, 1.0), split(1, 0.5), leaf(0.0, 0.0), leaf(0.0, 2.0)]
REGRESSION, CLASSIFICATION = {"num_features": long(2)}, {"num_features": long(2), "num_classes": long(2)}
PREDICTION = {"prediction": "prediction"}


def forest_case(name, op, trees, model, ports, rows, note=""):
    child = "decision_tree_classifier" if op.endswith("classifier") and op.startswith("random") else "decision_tree_regression"
    base = CLASSIFICATION if child.endswith("classifier") else REGRESSION
    files = {}
    for number, nodes in enumerate(trees):
        files[f"tree{number}/model.json"] = node_files(child, base, {}, {})["model.json"]
        files[f"tree{number}/tree.json"] = tree_text(*nodes)
    names = strings(*[f"tree{number}" for number in range(len(trees))])
    return bundle_case(name, op, {**base, "trees": names, **model}, {"features": "features"}, ports,
                       {"features": vector(2)}, rows, note, files=files)


BY_HAND = [
    tree_case("tree_regression_by_hand", "decision_tree_regression", REGRESSION, PLAIN, PREDICTION, SPLIT_ROWS),
    tree_case("tree_regression_leaf_only", "decision_tree_regression", REGRESSION, [leaf(7.5)], PREDICTION, SPLIT_ROWS),
    tree_case("tree_regression_empty_leaf", "decision_tree_regression", REGRESSION, [leaf()], PREDICTION, SPLIT_ROWS[:2]),
    tree_case("tree_regression_cut_off", "decision_tree_regression", REGRESSION, [split(0, 0.5), leaf(1.0)], PREDICTION,
              SPLIT_ROWS[:2], note="second leaf missing"),
    tree_case("tree_regression_surplus", "decision_tree_regression", REGRESSION, [leaf(1.0), leaf(2.0)], PREDICTION,
              SPLIT_ROWS[:2], note="lines after the end"),
    tree_case("tree_regression_bad_feature", "decision_tree_regression", REGRESSION, [split(9, 0.5), leaf(1.0), leaf(2.0)],
              PREDICTION, SPLIT_ROWS[:2]),
    tree_case("tree_regression_unknown_node", "decision_tree_regression", REGRESSION, [{"type": "twig"}], PREDICTION,
              SPLIT_ROWS[:2]),
    tree_case("tree_classifier_by_hand", "decision_tree_classifier", CLASSIFICATION, VOTES, THREE_PORTS, SPLIT_ROWS),
    tree_case("tree_classifier_hand_thresholds", "decision_tree_classifier",
              {**CLASSIFICATION, "thresholds": doubles(0.9, 0.2)}, VOTES, THREE_PORTS, SPLIT_ROWS),
    tree_case("tree_classifier_only_prediction", "decision_tree_classifier", CLASSIFICATION, VOTES, PREDICTION, SPLIT_ROWS),
    tree_case("tree_classifier_uneven_leaves", "decision_tree_classifier", CLASSIFICATION,
              [split(0, 0.5), leaf(1.0), leaf(1.0, 2.0, 4.0)], THREE_PORTS, SPLIT_ROWS[:6]),
    bundle_case("tree_regression_no_file", "decision_tree_regression", REGRESSION, {"features": "features"}, PREDICTION,
                {"features": vector(2)}, SPLIT_ROWS[:2]),
    forest_case("forest_regression_by_hand", "random_forest_regression", [PLAIN, [leaf(0.1)], [leaf(0.2)]],
                {"tree_weights": doubles(1.0, 5.0, 0.0)}, PREDICTION, SPLIT_ROWS, "weights are not used"),
    forest_case("forest_regression_no_trees", "random_forest_regression", [], {"tree_weights": doubles()}, PREDICTION,
                SPLIT_ROWS[:2]),
    forest_case("forest_regression_no_weights", "random_forest_regression", [PLAIN], {}, PREDICTION, SPLIT_ROWS[:2]),
    forest_case("forest_classifier_by_hand", "random_forest_classifier", [VOTES, [leaf(0.0, 2.0)], [leaf(0.0, 0.0)]],
                {"tree_weights": doubles(1.0, 1.0, 1.0)}, THREE_PORTS, SPLIT_ROWS),
    forest_case("gbt_regression_by_hand", "gbt_regression", [PLAIN, [leaf(0.1)], [leaf(-0.2)], [leaf(3.0)], [leaf(1e-3)]],
                {"tree_weights": doubles(1.0, 0.1, 0.1, 0.1, 0.1)}, PREDICTION, SPLIT_ROWS),
    forest_case("gbt_regression_few_weights", "gbt_regression", [PLAIN, [leaf(0.1)]], {"tree_weights": doubles(1.0)},
                PREDICTION, SPLIT_ROWS[:2]),
    *[forest_case(f"gbt_classifier_{name}", "gbt_classifier", [PLAIN, [leaf(-12.0)]],
                  {"num_classes": long(2), "tree_weights": doubles(1.0, 1.0), **changes}, ports, SPLIT_ROWS)
      for name, changes, ports in (
          ("by_hand", {}, THREE_PORTS), ("by_hand_prediction", {}, PREDICTION),
          ("by_hand_thresholds", {"thresholds": doubles(0.9, 0.1)}, THREE_PORTS),
          ("by_hand_prediction_thresholds", {"thresholds": doubles(0.9, 0.1)}, PREDICTION),
          ("by_hand_logistic", {"lossType": string("logistic")}, THREE_PORTS),
          ("by_hand_other_loss", {"lossType": string("squared")}, THREE_PORTS),
          ("by_hand_three_classes", {"num_classes": long(3)}, THREE_PORTS))],
]

# As Spark trains them.

TREE = spark("tree_classifier_spark", "decision_tree_classifier", DecisionTreeClassifier, maxDepth=4, seed=1)
FOREST = spark("forest_classifier_spark", "random_forest_classifier", RandomForestClassifier, numTrees=5, maxDepth=4, seed=1)
BOOSTED = spark("gbt_classifier_spark", "gbt_classifier", GBTClassifier, CLASSES, maxIter=6, maxDepth=3, seed=1)
REGRESSIONS = [
    spark("tree_regression_spark", "decision_tree_regression", DecisionTreeRegressor, labelCol="target", maxDepth=5, seed=1),
    spark("forest_regression_spark", "random_forest_regression", RandomForestRegressor, labelCol="target", numTrees=7,
          maxDepth=4, seed=1),
    spark("gbt_regression_spark", "gbt_regression", GBTRegressor, labelCol="target", maxIter=6, maxDepth=3, seed=1),
]


def with_thresholds(kind, thresholds, **options):
    return lambda session: kind(featuresCol="features", **options).setThresholds(thresholds)


SPARK = [
    TREE, FOREST, BOOSTED, *REGRESSIONS,
    *port_sets(TREE), *port_sets(FOREST), *port_sets(BOOSTED),
    spark_case("forest_classifier_thresholds", "random_forest_classifier",
               with_thresholds(RandomForestClassifier, [0.1, 0.9, 0.5], numTrees=3, seed=2), TARGETS, FEATURES, ROWS),
    spark_case("gbt_classifier_thresholds", "gbt_classifier",
               with_thresholds(GBTClassifier, [0.8, 0.1], maxIter=3, seed=2), CLASSES, FEATURES, ROWS),
    with_categories("tree_classifier_categories", "decision_tree_classifier", DecisionTreeClassifier, seed=3),
    with_categories("forest_regression_categories", "random_forest_regression", RandomForestRegressor, labelCol="target",
                    numTrees=4, maxDepth=4, seed=3),
    with_categories("gbt_regression_categories", "gbt_regression", GBTRegressor, labelCol="target", maxIter=4, seed=3),
    *[resaved_case(case) for case in (TREE, FOREST, BOOSTED, *REGRESSIONS)],
    *[wrong_sizes(case, "features") for case in (TREE, FOREST, REGRESSIONS[2])],
    reframed_case("forest_classifier_odd_features", FOREST, FEATURES, [[unsorted(SIZE)], [dense(1.0)]], "odd"),
    edited_case("tree_classifier_no_classes", TREE, attributes(num_classes=None), "required"),
    edited_case("tree_classifier_thresholds_short", TREE, attributes(thresholds=doubles(0.5)), "length checked"),
    edited_case("forest_classifier_missing_tree", FOREST, attributes(trees=strings("tree0", "tree9")), "no such folder"),
    edited_case("forest_classifier_one_tree", FOREST, attributes(trees=strings("tree2")), "only one tree listed"),
]


# One against the rest.

def one_vs_rest(name, classifier, note="", **options):
    return spark_case(f"ovr_{name}", "one_vs_rest",
                      lambda session: OneVsRest(classifier=classifier(**options), featuresCol="features"),
                      TARGETS, FEATURES, ROWS, note)


LOGITS = {"coefficients": tensor([1.0, -0.5]), "num_classes": long(2)}
OVR_PORTS = {"probability": "probability", "raw_prediction": "raw", "prediction": "prediction"}


def by_hand_ovr(name, child_op, children, ports=OVR_PORTS, classes=None, note="", **model):
    files = {f"model{i}/model.json": node_files(child_op, child, {}, {})["model.json"]
             for i, child in enumerate(children)}
    return bundle_case(f"ovr_hand_{name}", "one_vs_rest",
                       {"num_classes": long(classes or len(children)), "num_features": long(2), **model},
                       {"features": "features"}, ports, {"features": vector(2)}, vector_rows(2, 82), note, files=files)


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
    by_hand_ovr("probability_prediction", "logistic_regression", THREE_LOGITS,
                {"probability": "probability", "prediction": "prediction"}),
    by_hand_ovr("ties", "logistic_regression", [THREE_LOGITS[0]] * 3),
    by_hand_ovr("svc", "linear_svc", THREE_SVC),
    by_hand_ovr("svm", "support_vector_machine", THREE_LOGITS),
    by_hand_ovr("too_few_models", "logistic_regression", THREE_LOGITS, classes=4),
    by_hand_ovr("regressions", "linear_regression", THREE_LOGITS),
    resaved_case(OVR_LOGISTIC),
]

CASES = BY_HAND + SPARK + OVR
