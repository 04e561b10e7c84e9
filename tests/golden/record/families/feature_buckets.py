"""Buckets, maps of strings, and hashed features."""

from pyspark.ml.feature import Bucketizer, FeatureHasher, QuantileDiscretizer

from families.values import NUMBERS
from recorder.bundles import double, doubles, listed, long, shape, shapes, string, strings
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
from recorder.frames import INF, NAN, dense, sparse, vector

ONE = {"input": "x"}, {"output": "out"}
NUMBER_ROWS = [[value] for value in NUMBERS] + [[None]]


def by_hand(name, op, model, columns, rows, note="", ports=ONE):
    return bundle_case(name, op, model, *ports, columns, rows, note)


# Buckets.

SPLITS = [-INF, -1.0, 0.0, 2.5, INF]


def buckets(name, handling, splits=SPLITS, note="", rows=NUMBER_ROWS):
    return spark_case(
        name,
        "bucketizer",
        stage(Bucketizer, inputCol="x", outputCol="out", splits=splits, handleInvalid=handling),
        Table({"x": "double"}, [[0.5]]),
        {"x": "double"},
        rows,
        note,
    )


BUCKETS = buckets("bucketizer_open_error", "error")
BUCKETING = [
    BUCKETS,
    buckets("bucketizer_open_keep", "keep"),
    buckets("bucketizer_open_skip", "skip"),
    buckets(
        "bucketizer_bounded_keep",
        "keep",
        [0.0, 10.0, 20.0, 100.0],
        rows=NUMBER_ROWS + [[55.0], [100.0], [20.0], [100.00001]],
    ),
    spark_case(
        "quantile_discretizer",
        "bucketizer",
        stage(QuantileDiscretizer, inputCol="x", outputCol="out", numBuckets=4, handleInvalid="keep"),
        Table({"x": "double"}, [[float(i * i % 37)] for i in range(40)]),
        {"x": "double"},
        NUMBER_ROWS,
    ),
    resaved_case(BUCKETS),
    edited_case("bucketizer_no_handling", BUCKETS, attributes(handle_invalid=None), "default: error"),
    edited_case(
        "bucketizer_bad_handling", BUCKETS, attributes(handle_invalid=string("Keep")), "capital letter"
    ),
    edited_case(
        "bucketizer_null_inside",
        BUCKETS,
        attributes(splits=doubles(None, 0.0, None, 2.0, None)),
        "NaN between",
    ),
    edited_case("bucketizer_descending", BUCKETS, attributes(splits=doubles(5.0, 1.0, 0.0)), "descending"),
    edited_case("bucketizer_two_splits", BUCKETS, attributes(splits=doubles(0.0, 1.0)), "one bucket"),
    edited_case("bucketizer_no_splits", BUCKETS, attributes(splits=doubles()), "none"),
    edited_case(
        "bucketizer_repeated_split",
        BUCKETS,
        attributes(splits=doubles(-1.0, 0.0, 0.0, 1.0, 1.0)),
        "equal splits",
    ),
    edited_case("bucketizer_minus_zero", BUCKETS, attributes(splits=doubles(-1.0, -0.0, 1.0)), "split -0.0"),
    reframed_case(
        "bucketizer_from_vector", BUCKETS, {"x": vector(1)}, [[dense(0.5)], [sparse(1, {})], [None]]
    ),
    reframed_case("bucketizer_from_boolean", BUCKETS, {"x": "boolean"}, [[True], [False], [None]]),
    reframed_case("bucketizer_from_text", BUCKETS, {"x": "string"}, [["1.5"], [""], ["null"], ["a"], [None]]),
]

# Maps of strings.

MAP = {"labels": strings("alice", "", "bob", "日本", "alice"), "values": doubles(1.5, 2.0, -1.0, 0.0, 7.0)}
MAP_ROWS = [["alice"], [""], ["bob"], ["日本"], ["Alice"], ["unseen"], [None]]


def string_map(name, note="", **model):
    return by_hand(f"string_map_{name}", "string_map", {**MAP, **model}, {"x": "string"}, MAP_ROWS, note)


KEPT_MAP = string_map("keep", handle_invalid=string("keep"), default_value=double(9.5))
MAPPING = [
    string_map("bare", "default: error"),
    KEPT_MAP,
    string_map("keep_zero", handle_invalid=string("keep")),
    string_map("skip", "refused", handle_invalid=string("skip")),
    string_map("uneven", "fewer values than labels", values=doubles(1.0, 2.0)),
    string_map("empty", labels=strings(), values=doubles(), handle_invalid=string("keep")),
    string_map(
        "values_as_long", "values of another kind read as none", values=listed("long", [1, 2, 3, 4, 5])
    ),
    resaved_case(KEPT_MAP),
]

# Hashed features.

MIXED = {
    "real": "double",
    "flag": "boolean",
    "count": "integer",
    "text": "string",
    "big": "long",
    "small": "float",
}
MIXED_ROWS = [
    [2.5, True, 3, "spark", 10, 0.5],
    [0.0, False, 0, "", 0, 0.0],
    [-1.5, True, -7, "日本", 2**53 + 1, 0.1],
    [1e7, False, 2**31 - 1, "café", -(2**63), 1e10],
    [NAN, True, 1, "=", 1, NAN],
    [INF, True, 1, "a=b", 1, -INF],
    [None, True, 1, "x", 1, 1.0],
    [1.0, None, 1, "x", 1, 1.0],
    [1.0, True, None, None, None, None],
    [123456789.0, True, 5, "𝒳", 5, 1e-5],
    [-0.0, True, 5, "x", 5, -0.0],
]


def hasher(name, note="", **options):
    return spark_case(
        name,
        "feature_hasher",
        stage(FeatureHasher, inputCols=list(MIXED), outputCol="out", **options),
        Table(MIXED, MIXED_ROWS[:2]),
        MIXED,
        MIXED_ROWS,
        note,
    )


HASHER = hasher("feature_hasher_usual", numFeatures=262144)
HASHING = [
    HASHER,
    hasher("feature_hasher_categorical", numFeatures=50, categoricalCols=["real", "count", "big", "small"]),
    hasher("feature_hasher_collisions", numFeatures=3),
    resaved_case(HASHER),
    by_hand(
        "feature_hasher_byte",
        "feature_hasher",
        {
            "num_features": long(100),
            "categorical_cols": strings(),
            "input_names": strings("b", "s"),
            "basic_types": listed("basic_type", ["byte", "short"]),
            "input_shapes": shapes(shape(), shape()),
        },
        {"x": "byte", "y": "short"},
        [[3, 3], [-128, -5], [None, 1], [1, None]],
        ports=({"input0": "x", "input1": "y"}, {"output": "out"}),
    ),
    by_hand(
        "feature_hasher_required",
        "feature_hasher",
        {
            "num_features": long(100),
            "categorical_cols": strings("n"),
            "input_names": strings("n"),
            "basic_types": listed("basic_type", ["double"]),
            "input_shapes": shapes(shape(nullable=False)),
        },
        {"x": "double"},
        [[3.0], [1e7], [1e-4], [None], [NAN]],
        ports=({"input0": "x"}, {"output": "out"}),
    ),
    by_hand(
        "feature_hasher_vector",
        "feature_hasher",
        {
            "num_features": long(100),
            "categorical_cols": strings(),
            "input_names": strings("n"),
            "basic_types": listed("basic_type", ["double"]),
            "input_shapes": shapes(shape("tensor", 2)),
        },
        {"x": vector(2)},
        [[dense(1.0, 2.0)]],
        ports=({"input0": "x"}, {"output": "out"}),
    ),
]

CASES = BUCKETING + MAPPING + HASHING
