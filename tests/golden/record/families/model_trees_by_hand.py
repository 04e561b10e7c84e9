"""Trees and forests written by hand, where every split and leaf is known."""

import json

from recorder.bundles import doubles, long, node_files, string, strings
from recorder.cases import bundle_case
from recorder.frames import INF, NAN, dense, sparse, vector

THREE_PORTS = {"raw_prediction": "raw_prediction", "probability": "probability", "prediction": "prediction"}


def split(feature, threshold):
    return {
        "type": "internal",
        "split": {"type": "continuous", "featureIndex": feature, "threshold": threshold},
    }


def categories(feature, *values, left=True, count=5):
    return {
        "type": "internal",
        "split": {
            "type": "categorical",
            "featureIndex": feature,
            "isLeft": left,
            "numCategories": count,
            "categories": list(values),
        },
    }


def leaf(*values):
    return {"type": "leaf", "values": list(values)}


def tree_text(*nodes):
    return "".join(json.dumps(node, separators=(",", ":")) + "\n" for node in nodes)


def tree_case(name, op, model, nodes, ports, rows, columns=None, note=""):
    return bundle_case(
        name,
        op,
        model,
        {"features": "features"},
        ports,
        columns or {"features": vector(2)},
        rows,
        note,
        files={"tree.json": tree_text(*nodes)},
    )


SPLIT_ROWS = (
    [[dense(x, y)] for x in (0.5, 0.6, 0.49999999999999994, NAN, INF, -INF, -0.0) for y in (0.0, 1.0, 2.0)]
    + [[dense(0.1, y)] for y in (-0.0, 0.5, 3.0, NAN)]
    + [[sparse(2, {0: 0.7})], [sparse(2, {})], [dense(1.0)], [dense()], [None]]
)
PLAIN = [
    split(0, 0.5),
    categories(1, 0.0, 2.0),
    leaf(86.5),
    leaf(12.0),
    categories(1, 1.0, left=False),
    leaf(-3.0),
    leaf(0.25),
]
VOTES = [split(0, 0.5), leaf(3.0, 1.0), split(1, 0.5), leaf(0.0, 0.0), leaf(0.0, 2.0)]
REGRESSION, CLASSIFICATION = {"num_features": long(2)}, {"num_features": long(2), "num_classes": long(2)}
PREDICTION = {"prediction": "prediction"}


def forest_case(name, op, trees, model, ports, rows, note=""):
    child = (
        "decision_tree_classifier"
        if op.endswith("classifier") and op.startswith("random")
        else "decision_tree_regression"
    )
    base = CLASSIFICATION if child.endswith("classifier") else REGRESSION
    files = {}
    for number, nodes in enumerate(trees):
        files[f"tree{number}/model.json"] = node_files(child, base, {}, {})["model.json"]
        files[f"tree{number}/tree.json"] = tree_text(*nodes)
    names = strings(*[f"tree{number}" for number in range(len(trees))])
    return bundle_case(
        name,
        op,
        {**base, "trees": names, **model},
        {"features": "features"},
        ports,
        {"features": vector(2)},
        rows,
        note,
        files=files,
    )


BY_HAND = [
    tree_case(
        "tree_regression_by_hand", "decision_tree_regression", REGRESSION, PLAIN, PREDICTION, SPLIT_ROWS
    ),
    tree_case(
        "tree_regression_leaf_only",
        "decision_tree_regression",
        REGRESSION,
        [leaf(7.5)],
        PREDICTION,
        SPLIT_ROWS,
    ),
    tree_case(
        "tree_regression_empty_leaf",
        "decision_tree_regression",
        REGRESSION,
        [leaf()],
        PREDICTION,
        SPLIT_ROWS[:2],
    ),
    tree_case(
        "tree_regression_cut_off",
        "decision_tree_regression",
        REGRESSION,
        [split(0, 0.5), leaf(1.0)],
        PREDICTION,
        SPLIT_ROWS[:2],
        note="second leaf missing",
    ),
    tree_case(
        "tree_regression_surplus",
        "decision_tree_regression",
        REGRESSION,
        [leaf(1.0), leaf(2.0)],
        PREDICTION,
        SPLIT_ROWS[:2],
        note="lines after the end",
    ),
    tree_case(
        "tree_regression_bad_feature",
        "decision_tree_regression",
        REGRESSION,
        [split(9, 0.5), leaf(1.0), leaf(2.0)],
        PREDICTION,
        SPLIT_ROWS[:2],
    ),
    tree_case(
        "tree_regression_unknown_node",
        "decision_tree_regression",
        REGRESSION,
        [{"type": "twig"}],
        PREDICTION,
        SPLIT_ROWS[:2],
    ),
    tree_case(
        "tree_classifier_by_hand", "decision_tree_classifier", CLASSIFICATION, VOTES, THREE_PORTS, SPLIT_ROWS
    ),
    tree_case(
        "tree_classifier_hand_thresholds",
        "decision_tree_classifier",
        {**CLASSIFICATION, "thresholds": doubles(0.9, 0.2)},
        VOTES,
        THREE_PORTS,
        SPLIT_ROWS,
    ),
    tree_case(
        "tree_classifier_only_prediction",
        "decision_tree_classifier",
        CLASSIFICATION,
        VOTES,
        PREDICTION,
        SPLIT_ROWS,
    ),
    tree_case(
        "tree_classifier_uneven_leaves",
        "decision_tree_classifier",
        CLASSIFICATION,
        [split(0, 0.5), leaf(1.0), leaf(1.0, 2.0, 4.0)],
        THREE_PORTS,
        SPLIT_ROWS[:6],
    ),
    bundle_case(
        "tree_regression_no_file",
        "decision_tree_regression",
        REGRESSION,
        {"features": "features"},
        PREDICTION,
        {"features": vector(2)},
        SPLIT_ROWS[:2],
    ),
    forest_case(
        "forest_regression_by_hand",
        "random_forest_regression",
        [PLAIN, [leaf(0.1)], [leaf(0.2)]],
        {"tree_weights": doubles(1.0, 5.0, 0.0)},
        PREDICTION,
        SPLIT_ROWS,
        "weights are not used",
    ),
    forest_case(
        "forest_regression_no_trees",
        "random_forest_regression",
        [],
        {"tree_weights": doubles()},
        PREDICTION,
        SPLIT_ROWS[:2],
    ),
    forest_case(
        "forest_regression_no_weights", "random_forest_regression", [PLAIN], {}, PREDICTION, SPLIT_ROWS[:2]
    ),
    forest_case(
        "forest_classifier_by_hand",
        "random_forest_classifier",
        [VOTES, [leaf(0.0, 2.0)], [leaf(0.0, 0.0)]],
        {"tree_weights": doubles(1.0, 1.0, 1.0)},
        THREE_PORTS,
        SPLIT_ROWS,
    ),
    forest_case(
        "gbt_regression_by_hand",
        "gbt_regression",
        [PLAIN, [leaf(0.1)], [leaf(-0.2)], [leaf(3.0)], [leaf(1e-3)]],
        {"tree_weights": doubles(1.0, 0.1, 0.1, 0.1, 0.1)},
        PREDICTION,
        SPLIT_ROWS,
    ),
    forest_case(
        "gbt_regression_few_weights",
        "gbt_regression",
        [PLAIN, [leaf(0.1)]],
        {"tree_weights": doubles(1.0)},
        PREDICTION,
        SPLIT_ROWS[:2],
    ),
    *[
        forest_case(
            f"gbt_classifier_{name}",
            "gbt_classifier",
            [PLAIN, [leaf(-12.0)]],
            {"num_classes": long(2), "tree_weights": doubles(1.0, 1.0), **changes},
            ports,
            SPLIT_ROWS,
        )
        for name, changes, ports in (
            ("by_hand", {}, THREE_PORTS),
            ("by_hand_prediction", {}, PREDICTION),
            ("by_hand_thresholds", {"thresholds": doubles(0.9, 0.1)}, THREE_PORTS),
            ("by_hand_prediction_thresholds", {"thresholds": doubles(0.9, 0.1)}, PREDICTION),
            ("by_hand_logistic", {"lossType": string("logistic")}, THREE_PORTS),
            ("by_hand_other_loss", {"lossType": string("squared")}, THREE_PORTS),
            ("by_hand_three_classes", {"num_classes": long(3)}, THREE_PORTS),
        )
    ],
]

CASES = BY_HAND
