"""Ops between labels and numbers: indexers and one-hot encoders."""

from pyspark.ml.feature import IndexToString, OneHotEncoder, StringIndexer

from families.values import NUMBERS
from recorder.bundles import boolean, integer, integers, listed, long, shape, string, strings
from recorder.cases import (
    Table,
    attributes,
    bundle_case,
    edited_case,
    reframed_case,
    resaved_case,
    spark_case,
    stage,
)
from recorder.frames import INF, NAN, dense, list_of, required, sparse, vector

ONE = {"input": "x"}, {"output": "out"}
NUMBER_ROWS = [[value] for value in NUMBERS] + [[None]]


def by_hand(name, op, model, columns, rows, note="", ports=ONE):
    return bundle_case(name, op, model, *ports, columns, rows, note)


# Labels to numbers.

LABELS = ["b", "a", "b", "c", "b", "a", "é", "日本", "", "𝒳", "A", " a"]
LABEL_TRAINING = Table({"x": "string"}, [[label] for label in LABELS])
LABEL_ROWS = [[label] for label in dict.fromkeys(LABELS)] + [
    ["unseen"],
    ["e\u0301"],
    ["B"],
    [None],
    ["a "],
    ["日"],
    ["\U0001d4b3\U0001d4b3"],
]


def indexer(name, note="", **options):
    return spark_case(
        name,
        "string_indexer",
        stage(StringIndexer, inputCol="x", outputCol="out", **options),
        LABEL_TRAINING,
        {"x": "string"},
        LABEL_ROWS,
        note,
    )


PAIR = {"x": "string", "y": "string"}
PAIR_ROWS = [["a", "u"], ["b", "v"], ["new", "u"], ["a", "new"], [None, "u"], ["a", None], ["new", "new"]]


def two_indexers(handling):
    return spark_case(
        f"string_indexer_pair_{handling}",
        "string_indexer",
        stage(StringIndexer, inputCols=["x", "y"], outputCols=["xi", "yi"], handleInvalid=handling),
        Table(PAIR, [["a", "u"], ["b", "v"], ["b", "w"]]),
        PAIR,
        PAIR_ROWS,
    )


KEEPING = indexer("string_indexer_keep", handleInvalid="keep")
ERRING = indexer("string_indexer_error", handleInvalid="error")
OLD_LABELS = {
    "labels": strings("b", "a", ""),
    "handle_invalid": string("keep"),
    "nullable_input": boolean(False),
}
INDEXING = [
    KEEPING,
    ERRING,
    indexer("string_indexer_skip", handleInvalid="skip"),
    indexer("string_indexer_alphabet", handleInvalid="keep", stringOrderType="alphabetDesc"),
    two_indexers("error"),
    two_indexers("keep"),
    two_indexers("skip"),
    resaved_case(KEEPING),
    edited_case("string_indexer_no_handling", ERRING, attributes(handle_invalid=None), "default: error"),
    edited_case("string_indexer_empty_handling", ERRING, attributes(handle_invalid={}), "empty text"),
    edited_case(
        "string_indexer_fewer_labels",
        KEEPING,
        attributes(labels_array_0=strings("a", "b", "a")),
        "a label twice",
    ),
    edited_case("string_indexer_no_labels", KEEPING, attributes(labels_array_0=strings()), "no label"),
    edited_case(
        "string_indexer_length_missing",
        KEEPING,
        attributes(labels_length=None),
        "neither the new nor the old form",
    ),
    edited_case(
        "string_indexer_length_two", KEEPING, attributes(labels_length=integer(2)), "second labels missing"
    ),
    by_hand("string_indexer_old_form", "string_indexer", OLD_LABELS, {"x": "string"}, LABEL_ROWS),
    by_hand(
        "string_indexer_old_form_new_ports",
        "string_indexer",
        OLD_LABELS,
        {"x": "string"},
        LABEL_ROWS,
        ports=({"input0": "x"}, {"output0": "out"}),
    ),
    by_hand(
        "string_indexer_old_form_bare",
        "string_indexer",
        {"labels": strings("b", "a")},
        {"x": "string"},
        LABEL_ROWS,
    ),
    by_hand(
        "string_indexer_integer_labels",
        "string_indexer",
        {"labels": listed("long", [1, 2, 3])},
        {"x": "string"},
        [["1"]],
        "labels that are no strings",
    ),
    by_hand(
        "string_indexer_output_port_missing",
        "string_indexer",
        OLD_LABELS,
        {"x": "string"},
        [["a"]],
        ports=({"input": "x"}, {}),
    ),
    *[
        reframed_case(f"string_indexer_from_{name}", KEEPING, {"x": kind}, rows)
        for name, kind, rows in (
            ("double", "double", [[1.0], [NAN], [None]]),
            ("boolean", "boolean", [[True], [False], [None]]),
            ("required", required("string"), [["a"], ["unseen"]]),
            ("list", list_of("string"), [[["a"]]]),
            ("vector", vector(1), [[dense(1.0)]]),
        )
    ],
    by_hand(
        "string_indexer_of_numbers",
        "string_indexer",
        {
            "labels": strings("1.0", "5", "1", "NaN", "1.0E7", "0", "true", "-0.0"),
            "handle_invalid": string("keep"),
        },
        {"x": "double"},
        [[1.0], [5.0], [NAN], [1e7], [0.0], [-0.0], [None]],
    ),
    by_hand(
        "string_indexer_of_booleans",
        "string_indexer",
        {"labels": strings("true", "1", "false"), "handle_invalid": string("keep")},
        {"x": "boolean"},
        [[True], [False], [None]],
    ),
    by_hand(
        "string_indexer_of_integers",
        "string_indexer",
        {"labels": strings("5", "-7", "5.0"), "handle_invalid": string("error")},
        {"x": "integer"},
        [[5], [-7], [6], [None]],
    ),
]

# Numbers to labels.

BACK = spark_case(
    "index_to_string_usual",
    "reverse_string_indexer",
    stage(IndexToString, inputCol="x", outputCol="out", labels=["one", "zwö", "", "三"]),
    Table({"x": "double"}, [[1.0]]),
    {"x": "double"},
    [[0.0], [1.0], [2.0], [3.0], [1.9], [-0.5], [-0.0], [4.0], [-1.0], [NAN], [INF], [None]],
)
SHAPED = {"labels": strings("one", "two", "three")}
BACKING = [
    BACK,
    resaved_case(BACK),
    by_hand(
        "index_to_string_no_shape",
        "reverse_string_indexer",
        SHAPED,
        {"x": required("double")},
        [[0.0], [2.9], [3.0], [NAN]],
    ),
    by_hand(
        "index_to_string_nullable",
        "reverse_string_indexer",
        {**SHAPED, "input_shape": {"data_shape": shape(nullable=True)}},
        {"x": "double"},
        [[0.0]],
    ),
    by_hand(
        "index_to_string_list",
        "reverse_string_indexer",
        {**SHAPED, "input_shape": {"data_shape": shape("list", nullable=False)}},
        {"x": list_of("double")},
        [[[0.0, 2.0, 1.7]], [[]], [[3.0]], [None]],
    ),
    by_hand(
        "index_to_string_tensor",
        "reverse_string_indexer",
        {**SHAPED, "input_shape": {"data_shape": shape("tensor", 3, nullable=False)}},
        {"x": vector(3)},
        [[dense(0.0, 2.0, 1.7)], [sparse(3, {1: 2.0})], [dense(0.0, 1.0, 9.0)], [None]],
    ),
    by_hand(
        "index_to_string_from_text",
        "reverse_string_indexer",
        SHAPED,
        {"x": "string"},
        [["1"], [""], ["null"], ["x"], [None]],
    ),
    by_hand(
        "index_to_string_repeated",
        "reverse_string_indexer",
        {"labels": strings("a", "a", "b")},
        {"x": "integer"},
        [[0], [1], [2], [3]],
    ),
]

# One-hot.

CODE_ROWS = [[value] for value in (0.0, 1.0, 2.0, 3.0, 4.0, -1.0, 1.5, -0.0, NAN, INF, 1e10, None)]


def nominal(frame):
    """One-hot takes the number of categories from the column's metadata."""
    from pyspark.sql.functions import col

    metadata = {"ml_attr": {"type": "nominal", "name": "x", "vals": ["p", "q", "r", "s"]}}
    return frame.withColumn("x", col("x").alias("x", metadata=metadata))


def one_hot(handling, drop_last):
    name = f"one_hot_{handling}_{'drop' if drop_last else 'all'}"
    return spark_case(
        name,
        "one_hot_encoder",
        stage(OneHotEncoder, inputCols=["x"], outputCols=["out"], dropLast=drop_last, handleInvalid=handling),
        Table({"x": "double"}, [[float(i)] for i in range(4)], nominal),
        {"x": "double"},
        CODE_ROWS,
    )


def old_one_hot(name, note="", ports=ONE, **model):
    return by_hand(f"one_hot_old_{name}", "one_hot_encoder", model, {"x": "double"}, CODE_ROWS, note, ports)


HOT = one_hot("error", True)
NEW = {"category_sizes": integers(3, 2), "handle_invalid": string("keep"), "drop_last": {}}
TWO_PORTS = {"input0": "x", "input1": "y"}, {"output0": "xo", "output1": "yo"}
ENCODING = [
    HOT,
    one_hot("error", False),
    one_hot("keep", True),
    one_hot("keep", False),
    resaved_case(HOT),
    edited_case("one_hot_skip", HOT, attributes(handle_invalid=string("skip")), "refused"),
    edited_case("one_hot_no_drop_last", HOT, attributes(drop_last=None), "required"),
    edited_case("one_hot_zero_categories", HOT, attributes(category_sizes=integers(0)), "no category"),
    edited_case("one_hot_one_category", HOT, attributes(category_sizes=integers(1)), "width 0"),
    by_hand(
        "one_hot_pair",
        "one_hot_encoder",
        NEW,
        {"x": "double", "y": "double"},
        [[0.0, 1.0], [2.0, 0.0], [3.0, 5.0], [-1.0, 1.0], [1.0, 1.5], [1.0, None]],
        ports=TWO_PORTS,
    ),
    by_hand("one_hot_pair_with_old_ports", "one_hot_encoder", NEW, {"x": "double"}, CODE_ROWS[:3]),
    old_one_hot("drop", size=long(3), drop_last=boolean(True)),
    old_one_hot("all", size=long(3), drop_last=boolean(False)),
    old_one_hot("empty_drop_last", "present but empty: false", size=long(3), drop_last={}),
    old_one_hot("drop_error", size=long(3), drop_last=boolean(True), handle_invalid=string("error")),
    old_one_hot("all_keep", size=long(3), drop_last=boolean(False), handle_invalid=string("keep")),
    old_one_hot("no_drop_last", "the 2016 form", size=long(3)),
    old_one_hot("size_as_int", "size of another kind reads as 0", size=integer(3), drop_last=boolean(True)),
    old_one_hot(
        "new_ports", ports=({"input0": "x"}, {"output0": "out"}), size=long(3), drop_last=boolean(True)
    ),
    by_hand(
        "one_hot_old_from_text",
        "one_hot_encoder",
        {"size": long(3), "drop_last": boolean(True)},
        {"x": "string"},
        [["1"], ["1.0"], [""], ["null"], ["x"], [None]],
    ),
    by_hand(
        "one_hot_from_integer",
        "one_hot_encoder",
        {"size": long(3), "drop_last": boolean(False)},
        {"x": "integer"},
        [[0], [2], [3], [-1], [None]],
    ),
]

CASES = INDEXING + BACKING + ENCODING
