"""Binarizers, interaction and hashing of vectors."""

from pyspark.ml.feature import (
    Binarizer,
    BucketedRandomProjectionLSH,
    Interaction,
    MinHashLSH,
    VectorAssembler,
)

from families.values import NUMBERS, labelled, unsorted, vector_rows, wrong_sizes
from recorder.bundles import double, integer, integers, longs, shape, shapes, tensors
from recorder.cases import Table, attributes, bundle_case, edited_case, resaved_case, spark_case, stage
from recorder.frames import NAN, dense, required, sparse, vector

SIZE = 5
COLUMNS = {"v": vector(SIZE)}
ROWS = vector_rows(SIZE, 41)
NUMBER_ROWS = [[value] for value in NUMBERS] + [[None]]
TRAINING = Table(COLUMNS, [[row[0]] for row in labelled(SIZE, 20, seed=13).rows])


def binarizer(name, model, columns=COLUMNS, rows=ROWS, op="binarizer", note=""):
    return bundle_case(name, op, model, {"input": "v"}, {"output": "out"}, columns, rows, note)


SCALAR_BINARIZER = spark_case(
    "binarizer_scalar",
    "binarizer",
    stage(Binarizer, inputCol="x", outputCol="out", threshold=0.5),
    Table({"x": "double"}, [[1.0]]),
    {"x": "double"},
    NUMBER_ROWS,
)
VECTOR_BINARIZER = spark_case(
    "binarizer_vector",
    "binarizer",
    stage(Binarizer, inputCol="v", outputCol="out", threshold=0.4),
    TRAINING,
    COLUMNS,
    ROWS,
)
TENSOR_SHAPE = shape("tensor", SIZE)
BINARIZERS = [
    SCALAR_BINARIZER,
    VECTOR_BINARIZER,
    resaved_case(SCALAR_BINARIZER),
    resaved_case(VECTOR_BINARIZER),
    edited_case(
        "binarizer_scalar_nullable",
        SCALAR_BINARIZER,
        attributes(input_shapes={"data_shape": shape(nullable=True)}),
        "shape nullable",
    ),
    binarizer(
        "binarizer_empty_threshold",
        {"threshold": {}, "input_shapes": {"data_shape": TENSOR_SHAPE}},
        note="threshold 0.0",
    ),
    binarizer(
        "binarizer_nan_threshold",
        {"threshold": {"double": None}, "input_shapes": {"data_shape": TENSOR_SHAPE}},
    ),
    binarizer(
        "binarizer_negative_threshold",
        {"threshold": double(-1.0), "input_shapes": {"data_shape": TENSOR_SHAPE}},
    ),
    binarizer(
        "binarizer_neither", {"input_shapes": {"data_shape": TENSOR_SHAPE}}, note="no threshold at all"
    ),
    binarizer(
        "binarizer_both",
        {
            "threshold": double(1.0),
            "thresholds": {"type": "list", "double": [1.0]},
            "input_shapes": {"data_shape": TENSOR_SHAPE},
        },
    ),
    binarizer(
        "binarizer_list_shape", {"threshold": double(1.0), "input_shapes": {"data_shape": shape("list")}}
    ),
    binarizer(
        "binarizer_old_shape",
        {"threshold": double(1.0), "input_shape": {"data_shape": TENSOR_SHAPE}},
        note="the 2017 name",
    ),
    binarizer(
        "sklearn_binarizer_vector",
        {"threshold": double(0.4), "input_shapes": shapes(TENSOR_SHAPE)},
        op="sklearn_binarizer",
    ),
    binarizer(
        "sklearn_binarizer_number",
        {"threshold": double(0.4), "input_shapes": shapes(shape(nullable=False))},
        {"v": required("double")},
        NUMBER_ROWS[:-1],
        "sklearn_binarizer",
    ),
    binarizer(
        "sklearn_binarizer_no_shapes",
        {"threshold": double(0.4), "input_shapes": shapes()},
        op="sklearn_binarizer",
    ),
    wrong_sizes(VECTOR_BINARIZER),
]

# Interaction.

PARTS = {"a": "double", "v": vector(2), "w": vector(3)}
PART_ROWS = [
    [2.0, dense(3.0, 4.0), dense(1.0, 2.0, 3.0)],
    [0.0, dense(3.0, 4.0), dense(0.0, 2.0, 0.0)],
    [2.5, sparse(2, {1: 4.0}), dense(1.0, 2.0, 3.0)],
    [2.0, dense(3.0, 4.0), sparse(3, {2: 5.0})],
    [2.0, sparse(2, {}), dense(1.0, 2.0, 3.0)],
    [-1.0, sparse(2, {0: 0.0, 1: 1.0}), sparse(3, {1: 1.0, 2: 2.0})],
    [NAN, dense(3.0, 4.0), dense(1.0, 2.0, 3.0)],
    [-0.0, dense(1.0, -1.0), dense(1.0, 2.0, 3.0)],
    [0.1, dense(0.2, 0.3), dense(0.7, 1e200, -1e200)],
    [2.0, dense(3.0, 4.0), unsorted(3)],
    [None, dense(3.0, 4.0), dense(1.0, 2.0, 3.0)],
    [2.0, None, dense(1.0, 2.0, 3.0)],
    [2.0, dense(3.0), dense(1.0, 2.0, 3.0)],
    [2.0, dense(3.0, 4.0, 5.0), dense(1.0, 2.0, 3.0)],
]


def interaction(name, features, columns=PARTS, rows=PART_ROWS, note="", change=None):
    shapes_of = [
        (
            shape("tensor", kind["dimensions"][0])
            if isinstance(kind, dict) and kind["type"] == "tensor"
            else shape(nullable=False)
        )
        for kind in columns.values()
    ]
    model = {"num_inputs": integer(len(columns)), "input_shapes": shapes(*shapes_of)}
    model.update({f"num_features{i}": integers(*counts) for i, counts in enumerate(features)})
    model.update(change or {})
    return bundle_case(
        name,
        "interaction",
        model,
        {f"input{i}": c for i, c in enumerate(columns)},
        {"output": "out"},
        columns,
        rows,
        note,
    )


NOMINAL = {"a": "double", "v": vector(2)}
NOMINAL_ROWS = [[a, dense(3.0, b)] for a in (0.0, 1.0, 3.0) for b in (0.0, 1.0)] + [
    [4.0, dense(1.0, 0.0)],
    [-1.0, dense(1.0, 0.0)],
    [1.5, dense(1.0, 0.0)],
    [NAN, dense(1.0, 0.0)],
    [1.0, dense(1.0, 2.0)],
    [1.0, sparse(2, {1: 1.0})],
    [1.0, sparse(2, {0: 5.0})],
    [-0.0, dense(1.0, -0.0)],
]
INTERACTIONS = [
    spark_case(
        "interaction_spark",
        "interaction",
        lambda session: [
            VectorAssembler(inputCols=["b", "c"], outputCol="v"),
            Interaction(inputCols=["a", "v"], outputCol="out"),
        ],
        Table({"a": "double", "b": "double", "c": "double"}, [[1.0, 2.0, 3.0]]),
        {"a": "double", "b": "double", "c": "double"},
        [[1.5, 2.0, 3.0], [2.0, 0.0, 3.0], [2.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.1, 0.2, 0.3]],
    ),
    interaction("interaction_numbers", [[1], [1, 1], [1, 1, 1]]),
    interaction("interaction_nominal", [[4], [1, 2]], NOMINAL, NOMINAL_ROWS),
    interaction("interaction_zero_categories", [[1], [1, 0]], NOMINAL, NOMINAL_ROWS),
    interaction("interaction_two_for_a_scalar", [[1, 1], [1, 1]], NOMINAL, NOMINAL_ROWS),
    interaction("interaction_no_counts", [[1]], NOMINAL, NOMINAL_ROWS, "num_features1 missing"),
    interaction("interaction_one_input", [[3]], {"a": "double"}, [[0.0], [2.0], [3.0]]),
]

# Locality-sensitive hashing.

PROJECTION = spark_case(
    "brp_lsh_usual",
    "bucketed_random_projection_lsh",
    stage(
        BucketedRandomProjectionLSH, inputCol="v", outputCol="out", bucketLength=1.5, numHashTables=4, seed=5
    ),
    TRAINING,
    COLUMNS,
    ROWS,
)
BINARY_ROWS = [
    [dense(*bits)]
    for bits in (
        [1.0, 0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 2.0],
        [1.0, 1.0, 1.0, 1.0, 1.0],
        [0.0, NAN, 0.0, 0.0, 0.0],
        [0.0] * 5,
    )
] + [
    [sparse(SIZE, {3: 1.0})],
    [sparse(SIZE, {0: 0.0, 4: 1.0})],
    [sparse(SIZE, {0: 0.0})],
    [sparse(SIZE, {})],
    [None],
]
MIN_HASH = spark_case(
    "min_hash_lsh_usual",
    "min_hash_lsh",
    stage(MinHashLSH, inputCol="v", outputCol="out", numHashTables=6, seed=8),
    Table(COLUMNS, BINARY_ROWS[:3]),
    COLUMNS,
    BINARY_ROWS,
)
HASHES = [
    PROJECTION,
    bundle_case(
        "brp_lsh_by_hand",
        "bucketed_random_projection_lsh",
        {
            "random_unit_vectors": tensors([0.6, 0.8], [1.0, 0.0]),
            "bucket_length": double(2.0),
            "input_size": integer(2),
        },
        {"input": "v"},
        {"output": "out"},
        {"v": vector(2)},
        [
            [dense(1.0, 2.0)],
            [dense(-1.0, -2.0)],
            [dense(4.0, 0.0)],
            [dense(-0.0, 0.0)],
            [sparse(2, {1: 5.0})],
            [dense(NAN, 1.0)],
        ],
    ),
    bundle_case(
        "brp_lsh_zero_length",
        "bucketed_random_projection_lsh",
        {"random_unit_vectors": tensors([0.6, 0.8]), "bucket_length": {}, "input_size": integer(2)},
        {"input": "v"},
        {"output": "out"},
        {"v": vector(2)},
        [[dense(1.0, 2.0)], [dense(-1.0, -2.0)], [dense(0.0, 0.0)]],
        "division by 0",
    ),
    resaved_case(PROJECTION),
    wrong_sizes(PROJECTION),
    MIN_HASH,
    bundle_case(
        "min_hash_lsh_overflow",
        "min_hash_lsh",
        {
            "random_coefficients_a": longs(1500000000, 3, 2038074742),
            "input_size": integer(SIZE),
            "random_coefficients_b": longs(7, 5, 2038074742),
        },
        {"input": "v"},
        {"output": "out"},
        COLUMNS,
        BINARY_ROWS,
        "32-bit overflow",
    ),
    bundle_case(
        "min_hash_lsh_uneven",
        "min_hash_lsh",
        {
            "random_coefficients_a": longs(3, 4, 5),
            "random_coefficients_b": longs(5, 2**40 + 1),
            "input_size": integer(SIZE),
        },
        {"input": "v"},
        {"output": "out"},
        COLUMNS,
        BINARY_ROWS,
        "lists of two lengths, one number beyond 32 bits",
    ),
    resaved_case(MIN_HASH),
]

CASES = BINARIZERS + INTERACTIONS + HASHES
