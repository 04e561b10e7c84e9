"""Linear and logistic regression and support vectors."""

from pyspark.ml.classification import LinearSVC, LogisticRegression
from pyspark.ml.regression import LinearRegression

from families.values import labelled, unsorted, vector_rows, wrong_sizes
from recorder.bundles import double, doubles, integer, long, tensor
from recorder.cases import (
    attributes,
    bundle_case,
    declares,
    edited_case,
    port_sets,
    reframed_case,
    resaved_case,
    spark_case,
    stage,
)
from recorder.frames import dense, list_of, sparse
from recorder.frames import tensor as tensor_type
from recorder.frames import vector

SIZE = 5
FEATURES = {"features": vector(SIZE)}
ROWS = vector_rows(SIZE, 71)
TRAINING = labelled(SIZE, 60, classes=3, seed=14)
BINARY = labelled(SIZE, 60, classes=2, seed=15)


def spark(name, op, kind, train=TRAINING, rows=ROWS, note="", columns=FEATURES, **options):
    return spark_case(name, op, stage(kind, featuresCol="features", **options), train, columns, rows, note)


def by_hand(name, op, model, outputs, size=2, rows=None, note="", columns=None):
    return bundle_case(
        name,
        op,
        model,
        {"features": "features"},
        outputs,
        columns or {"features": vector(size)},
        rows or vector_rows(size, 72),
        note,
    )


# Linear regression.

LINEAR = spark("linear_regression_5", "linear_regression", LinearRegression, labelCol="target")


def linear(size):
    return spark(
        f"linear_regression_{size}",
        "linear_regression",
        LinearRegression,
        labelled(size, 40, seed=size),
        vector_rows(size, 73),
        columns={"features": vector(size)},
        labelCol="target",
        regParam=0.1,
    )


LINEAR_CASES = [
    LINEAR,
    *[linear(size) for size in (1, 2, 7, 8, 17)],
    spark(
        "linear_regression_no_intercept",
        "linear_regression",
        LinearRegression,
        labelCol="target",
        fitIntercept=False,
    ),
    edited_case("linear_regression_empty_intercept", LINEAR, attributes(intercept={}), "intercept 0.0"),
    edited_case(
        "linear_regression_intercept_as_float", LINEAR, attributes(intercept={"float": 2.5}), "reads as 0"
    ),
    edited_case("linear_regression_no_intercept_attribute", LINEAR, attributes(intercept=None), "required"),
    edited_case(
        "linear_regression_nan_coefficient",
        LINEAR,
        attributes(coefficients=tensor([1.0, None, 2.0, 3.0, 4.0])),
        "NaN",
    ),
    edited_case(
        "linear_regression_list_coefficients",
        LINEAR,
        attributes(coefficients=doubles(1.0, 2.0, 3.0, 4.0, 5.0)),
        "list instead of tensor",
    ),
    edited_case(
        "linear_regression_matrix",
        LINEAR,
        attributes(coefficients=tensor([1.0, 2.0, 3.0, 4.0, 5.0], [5, 1])),
        "coefficients of rank 2",
    ),
    edited_case(
        "linear_regression_unknown_dimension",
        LINEAR,
        attributes(coefficients=tensor([1.0, 2.0, 3.0, 4.0, 5.0], [-1])),
        "size -1",
    ),
    edited_case(
        "linear_regression_wrong_dimension",
        LINEAR,
        attributes(coefficients=tensor([1.0, 2.0, 3.0, 4.0, 5.0], [4])),
        "size 4 of 5 values",
    ),
    edited_case("linear_regression_no_output", LINEAR, declares(), "no output declared"),
    reframed_case(
        "linear_regression_odd_features",
        LINEAR,
        FEATURES,
        [[unsorted(SIZE)], [dense(1e308, 1e308, 1e308, -1e308, 1.0)], [dense(*[5e-324] * SIZE)]],
        "odd",
    ),
    *[
        reframed_case(f"linear_regression_from_{name}", LINEAR, {"features": kind}, rows)
        for name, kind, rows in (
            ("list", list_of("double"), [[[1.0, 2.0, 3.0, 4.0, 5.0]], [[1.0]], [None]]),
            ("float_vector", tensor_type("float", [SIZE]), [[dense(0.1, 0.2, 0.3, 0.4, 0.5)]]),
            ("int_list", list_of("int"), [[[1, 2, 3, 4, 5]]]),
            (
                "string_list",
                list_of("string"),
                [[["1", "2.5", " 3 ", "4d", "5"]], [["", "1", "2", "3", "4"]], [["x"] * 5]],
            ),
            ("required", vector(SIZE, nullable=False), [[dense(1.0, 2.0, 3.0, 4.0, 5.0)]]),
            ("matrix", tensor_type("double", [SIZE, 1]), [[sparse(SIZE, {1: 1.0})]]),
            ("number", "double", [[1.0]]),
        )
    ],
    resaved_case(LINEAR),
    wrong_sizes(LINEAR, "features"),
]

# Logistic regression.

LOGISTIC = spark(
    "logistic_regression_binary", "logistic_regression", LogisticRegression, BINARY, regParam=0.05
)
MULTI = spark("logistic_regression_multi", "logistic_regression", LogisticRegression, TRAINING, regParam=0.05)
ALL_PORTS = {"raw_prediction": "raw_prediction", "probability": "probability", "prediction": "prediction"}
THREE = {
    "num_classes": long(3),
    "coefficient_matrix": tensor([1.0, 0.0, -1.0, 0.5, -0.5, 0.0], [3, 2]),
    "intercept_vector": tensor([0.1, 0.2, 0.3]),
}
TWO = {"num_classes": long(2), "coefficients": tensor([0.44, -0.77]), "intercept": double(0.66)}
FAR = vector_rows(2, 74) + [
    [dense(-2000.0, 500.0)],
    [dense(1e4, 1e4)],
    [dense(-1e4, -1e4)],
    [dense(800.0, 0.0)],
]


LOGISTIC_CASES = [
    LOGISTIC,
    MULTI,
    spark("logistic_regression_threshold", "logistic_regression", LogisticRegression, BINARY, threshold=0.3),
    spark(
        "logistic_regression_thresholds_two",
        "logistic_regression",
        LogisticRegression,
        BINARY,
        thresholds=[0.2, 0.8],
    ),
    spark(
        "logistic_regression_multi_thresholds",
        "logistic_regression",
        LogisticRegression,
        TRAINING,
        thresholds=[0.2, 0.9, 0.4],
    ),
    edited_case("logistic_regression_no_threshold", LOGISTIC, attributes(threshold=None), "default 0.5"),
    edited_case("logistic_regression_empty_threshold", LOGISTIC, attributes(threshold={}), "threshold 0.0"),
    edited_case(
        "logistic_regression_threshold_one", LOGISTIC, attributes(threshold=double(1.0)), "threshold 1.0"
    ),
    edited_case(
        "logistic_regression_threshold_two", LOGISTIC, attributes(threshold=double(2.0)), "threshold 2.0"
    ),
    edited_case("logistic_regression_threshold_nan", LOGISTIC, attributes(threshold={"double": None}), "NaN"),
    edited_case("logistic_regression_one_class", LOGISTIC, attributes(num_classes=long(1)), "num_classes 1"),
    edited_case(
        "logistic_regression_classes_as_int", LOGISTIC, attributes(num_classes=integer(2)), "reads as 0"
    ),
    *port_sets(LOGISTIC),
    *port_sets(MULTI),
    by_hand("logistic_regression_two", "logistic_regression", TWO, ALL_PORTS, rows=FAR),
    by_hand("logistic_regression_three", "logistic_regression", THREE, ALL_PORTS, rows=FAR),
    by_hand(
        "logistic_regression_three_zero_threshold",
        "logistic_regression",
        {**THREE, "thresholds": doubles(0.5, 0.0, 0.0)},
        ALL_PORTS,
        rows=FAR,
    ),
    by_hand(
        "logistic_regression_three_few_thresholds",
        "logistic_regression",
        {**THREE, "thresholds": doubles(0.5, 0.4)},
        ALL_PORTS,
    ),
    by_hand(
        "logistic_regression_three_no_thresholds",
        "logistic_regression",
        {**THREE, "thresholds": doubles()},
        ALL_PORTS,
        note="an empty list is not absent",
    ),
    by_hand(
        "logistic_regression_infinite_margin",
        "logistic_regression",
        {**THREE, "coefficient_matrix": tensor([1e308, 1.0, 1.0, 1e308, 1.0, 1.0], [3, 2])},
        ALL_PORTS,
        rows=[[dense(1e5, 1e5)], [dense(-1e5, -1e5)], [dense(1e5, -1e5)]],
    ),
    by_hand(
        "logistic_regression_uneven_intercepts",
        "logistic_regression",
        {**THREE, "intercept_vector": tensor([0.1, 0.2])},
        ALL_PORTS,
    ),
    resaved_case(LOGISTIC),
    resaved_case(MULTI),
    wrong_sizes(LOGISTIC, "features"),
    wrong_sizes(MULTI, "features"),
]

# Support vectors.

SVC = spark("linear_svc_usual", "linear_svc", LinearSVC, BINARY, maxIter=20)
SVM = {"coefficients": tensor([1.0, -2.0]), "intercept": double(0.1), "num_classes": long(2)}
EDGE = vector_rows(2, 75) + [[dense(0.5, 0.25)], [dense(0.0, 0.05)], [dense(2.0, 1.0)]]
VECTOR_CASES = [
    SVC,
    spark("linear_svc_threshold", "linear_svc", LinearSVC, BINARY, maxIter=20, threshold=0.7),
    edited_case("linear_svc_no_threshold", SVC, attributes(threshold=None), "required"),
    edited_case(
        "linear_svc_nan_threshold", SVC, attributes(threshold={"double": None}), "an infinite one in JSON"
    ),
    edited_case("linear_svc_three_classes", SVC, attributes(num_classes=long(3)), "must be 2"),
    edited_case("linear_svc_only_prediction", SVC, declares("prediction"), "prediction alone"),
    resaved_case(SVC),
    by_hand("svm_bare", "support_vector_machine", SVM, ALL_PORTS, rows=EDGE),
    by_hand(
        "svm_thresholds",
        "support_vector_machine",
        {**SVM, "thresholds": doubles(0.3, 0.7)},
        ALL_PORTS,
        rows=EDGE,
    ),
    by_hand(
        "svm_zero_threshold",
        "support_vector_machine",
        {**SVM, "thresholds": doubles(0.0, 0.7)},
        ALL_PORTS,
        rows=EDGE,
    ),
    by_hand(
        "svm_one_threshold",
        "support_vector_machine",
        {**SVM, "thresholds": doubles(0.3)},
        ALL_PORTS,
        rows=EDGE,
    ),
    by_hand("svm_three_classes", "support_vector_machine", {**SVM, "num_classes": long(3)}, ALL_PORTS),
    by_hand("svm_only_prediction", "support_vector_machine", SVM, {"prediction": "p"}, rows=EDGE),
    by_hand(
        "svm_only_probability",
        "support_vector_machine",
        SVM,
        {"probability": "q", "prediction": "p"},
        rows=EDGE,
    ),
    resaved_case(by_hand("svm_bare", "support_vector_machine", SVM, ALL_PORTS, rows=EDGE)),
]

CASES = LINEAR_CASES + LOGISTIC_CASES + VECTOR_CASES
