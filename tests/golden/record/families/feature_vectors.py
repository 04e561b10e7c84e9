"""Ops that gather, pick or turn vectors."""

from pyspark.ml.feature import (
    DCT,
    PCA,
    ChiSqSelector,
    PolynomialExpansion,
    VectorAssembler,
    VectorIndexer,
    VectorSlicer,
)

from families.values import NUMBERS, duplicated, labelled, unsorted, vector_rows, wrong_sizes
from recorder.bundles import integer, integers, long, longs, shape, shapes, string, strings, tensor
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
from recorder.frames import INF, NAN, Tensor, dense, required, sparse, vector

SIZE = 6
COLUMNS = {"v": vector(SIZE)}
ROWS = vector_rows(SIZE, 31)
TRAINING = Table(COLUMNS, [[row[0]] for row in labelled(SIZE, 30, seed=12).rows])


def spark(name, op, kind, note="", columns=COLUMNS, rows=ROWS, train=TRAINING, **options):
    return spark_case(
        name, op, stage(kind, inputCol="v", outputCol="out", **options), train, columns, rows, note
    )


def by_hand(name, op, model, columns=COLUMNS, rows=ROWS, note=""):
    return bundle_case(name, op, model, {"input": "v"}, {"output": "out"}, columns, rows, note)


# Assembling.

PARTS = {"a": "double", "v": vector(3), "b": "double", "w": vector(2)}
PART_ROWS = [
    [1.0, dense(1.0, 2.0, 3.0), 2.5, dense(0.5, -0.5)],
    [0.0, sparse(3, {1: 4.0}), 0.0, dense(0.0, 0.0)],
    [0.0, sparse(3, {}), 0.0, sparse(2, {})],
    [-0.0, dense(-0.0, 0.0, 1.0), -0.0, sparse(2, {0: -0.0, 1: 7.0})],
    [1.0, sparse(3, {0: 0.0, 2: 0.0}), 0.0, dense(0.0, 2.0)],
    [3.0, dense(1.0, 0.0, 0.0), 4.0, dense(0.0, 0.0)],
    [NAN, dense(1.0, NAN, 3.0), 2.5, dense(0.5, -0.5)],
    [INF, dense(1.0, -INF, 3.0), 2.5, sparse(2, {1: NAN})],
    [0.0, unsorted(3), 0.0, dense(0.0, 0.0)],
    [0.0, duplicated(3), 0.0, sparse(2, {})],
    [0.0, dense(1.0, 2.0, 3.0, 4.0), 1.0, dense(1.0, 2.0)],
    [0.0, dense(1.0), 1.0, dense(1.0, 2.0)],
    [1.0, Tensor((1.0, 2.0, 3.0), (3, 1)), 1.0, dense(1.0, 2.0)],
    [None, dense(1.0, 2.0, 3.0), 2.5, dense(0.5, -0.5)],
    [1.0, None, 2.5, dense(0.5, -0.5)],
]
ASSEMBLER = spark_case(
    "vector_assembler_mixed",
    "vector_assembler",
    stage(VectorAssembler, inputCols=list(PARTS), outputCol="out"),
    Table(PARTS, PART_ROWS[:2]),
    PARTS,
    [row for row in PART_ROWS if row[1] is None or row[1].dimensions == (3,)],
)
NARROW = {f"x{i}": "double" for i in range(12)}
NARROW_ROWS = [[1.0 if i < n else 0.0 for i in range(12)] for n in range(13)]
SHAPES = {"input_shapes": shapes(shape(), shape("tensor", 3), shape(), shape("tensor", 2))}
PORTS = {f"input{i}": name for i, name in enumerate(PARTS)}


def assembler(name, model=None, ports=None, columns=PARTS, rows=PART_ROWS, note=""):
    return bundle_case(
        name, "vector_assembler", model or SHAPES, ports or PORTS, {"output": "out"}, columns, rows, note
    )


ASSEMBLING = [
    ASSEMBLER,
    spark_case(
        "vector_assembler_compression",
        "vector_assembler",
        stage(VectorAssembler, inputCols=list(NARROW), outputCol="out"),
        Table(NARROW, NARROW_ROWS),
        NARROW,
        NARROW_ROWS,
        "where dense turns sparse",
    ),
    spark_case(
        "vector_assembler_keep",
        "vector_assembler",
        stage(VectorAssembler, inputCols=["a", "b"], outputCol="out", handleInvalid="keep"),
        Table({"a": "double", "b": "double"}, [[1.0, 2.0]]),
        {"a": "double", "b": "double"},
        [[1.0, 2.0], [NAN, 1.0], [None, 1.0]],
        "handleInvalid is not exported",
    ),
    spark_case(
        "vector_assembler_types",
        "vector_assembler",
        stage(VectorAssembler, inputCols=["i", "l", "f", "t"], outputCol="out"),
        Table({"i": "integer", "l": "long", "f": "float", "t": "boolean"}, [[1, 2, 1.5, True]]),
        {"i": "integer", "l": "long", "f": "float", "t": "boolean"},
        [
            [1, 2, 1.5, True],
            [-5, 2**53 + 1, 0.1, False],
            [2**31 - 1, -(2**63), 3.4e38, True],
            [None, 1, 1.0, True],
            [1, 1, 1.0, None],
        ],
    ),
    resaved_case(ASSEMBLER),
    assembler("vector_assembler_odd_parts", note="other sizes, ranks and orders of indices"),
    assembler(
        "vector_assembler_ports_out_of_order",
        ports={"input3": "w", "input1": "v", "input2": "b", "input0": "a"},
    ),
    assembler("vector_assembler_surplus_port", {"input_shapes": shapes(shape(), shape("tensor", 3))}),
    assembler("vector_assembler_missing_port", ports={"input0": "a", "input1": "v", "input3": "w"}),
    assembler(
        "vector_assembler_rank_2",
        {
            "input_shapes": shapes(
                {
                    "base": "tensor",
                    "isNullable": True,
                    "tensorShape": {"dimensions": [{"size": 3, "name": ""}, {"size": 1, "name": ""}]},
                }
            )
        },
        {"input0": "v"},
    ),
    assembler("vector_assembler_unknown_size", {"input_shapes": shapes(shape("tensor"))}, {"input0": "v"}),
    assembler("vector_assembler_list_shape", {"input_shapes": shapes(shape("list"))}, {"input0": "v"}),
    assembler("vector_assembler_no_shapes", {"input_shapes": shapes()}, {"input0": "v"}),
    assembler(
        "vector_assembler_required_inputs",
        {"input_shapes": shapes(shape(nullable=False), shape("tensor", 3, nullable=False))},
        {"input0": "a", "input1": "v"},
        rows=PART_ROWS[:3] + PART_ROWS[-2:],
    ),
    assembler(
        "vector_assembler_one_scalar",
        {"input_shapes": shapes(shape())},
        {"input0": "x"},
        {"x": required("double")},
        [[value] for value in NUMBERS],
    ),
]

# Picking and replacing.

CATEGORICAL = Table(
    COLUMNS,
    [[dense(i % 3 * 1.0, i * 0.7, (i % 4 - 1) * 1.0, i % 2 * 5.0, 0.0, i % 5 * 1.0)] for i in range(20)],
)
INDEX_ROWS = [
    [dense(*row)]
    for row in (
        [0.0, 1.0, -1.0, 5.0, 0.0, 4.0],
        [2.0, 0.5, 2.0, 0.0, 0.0, 0.0],
        [1.0, -0.0, 0.0, -0.0, -0.0, 3.0],
        [3.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        [0.5, 1.0, 0.0, 0.0, 0.0, 0.0],
        [NAN, 1.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, NAN, 0.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, INF, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
] + [
    [sparse(SIZE, {0: 2.0})],
    [sparse(SIZE, {2: -1.0, 3: 5.0})],
    [sparse(SIZE, {0: 0.0, 2: 0.0})],
    [sparse(SIZE, {})],
    [sparse(SIZE, {5: 9.0})],
    [None],
    [unsorted(SIZE)],
]
INDEXER = spark(
    "vector_indexer_error",
    "vector_indexer",
    VectorIndexer,
    train=CATEGORICAL,
    rows=INDEX_ROWS,
    maxCategories=6,
    handleInvalid="error",
)
SLICER = spark("vector_slicer_order", "vector_slicer", VectorSlicer, indices=[4, 0, 2])
SELECTOR = spark_case(
    "chi_sq_selector_top",
    "chi_sq_selector",
    stage(ChiSqSelector, numTopFeatures=3, featuresCol="features", labelCol="label", outputCol="out"),
    Table(
        {"features": vector(SIZE), "label": "double"},
        [[dense(*[float((i * (j + 2)) % 3) for j in range(SIZE)]), float(i % 2)] for i in range(40)],
    ),
    {"features": vector(SIZE)},
    ROWS,
)

PICKING = [
    INDEXER,
    spark(
        "vector_indexer_kept",
        "vector_indexer",
        VectorIndexer,
        train=CATEGORICAL,
        rows=INDEX_ROWS,
        maxCategories=6,
        handleInvalid="keep",
    ),
    spark(
        "vector_indexer_skip",
        "vector_indexer",
        VectorIndexer,
        "skip is an error in MLeap",
        train=CATEGORICAL,
        rows=INDEX_ROWS,
        maxCategories=6,
        handleInvalid="skip",
    ),
    edited_case("vector_indexer_no_handling", INDEXER, attributes(handle_invalid=None), "default: error"),
    edited_case("vector_indexer_bad_handling", INDEXER, attributes(handle_invalid=string("drop")), "drop"),
    edited_case("vector_indexer_one_key", INDEXER, attributes(keys=longs(3)), "one feature left"),
    edited_case("vector_indexer_missing_key", INDEXER, attributes(keys=longs(1, 7)), "keys without tables"),
    by_hand(
        "vector_indexer_repeated_key",
        "vector_indexer",
        {
            "num_features": long(SIZE),
            "keys": longs(0),
            "key_0_keys": {"type": "list", "double": [0.0, 1.0, 1.0]},
            "key_0_values": longs(0, 1, 2),
            "handle_invalid": string("keep"),
        },
        rows=INDEX_ROWS,
    ),
    resaved_case(INDEXER),
    wrong_sizes(INDEXER),
    SLICER,
    by_hand(
        "vector_slicer_repeats",
        "vector_slicer",
        {
            "indices": longs(1, 1),
            "names": strings("a", "b"),
            "named_indices": integers(5, 0),
            "input_size": integer(SIZE),
        },
    ),
    by_hand(
        "vector_slicer_nothing",
        "vector_slicer",
        {"indices": longs(), "names": strings(), "named_indices": integers(), "input_size": integer(SIZE)},
    ),
    by_hand(
        "vector_slicer_out_of_range",
        "vector_slicer",
        {
            "indices": longs(0, 9),
            "names": strings(),
            "named_indices": integers(),
            "input_size": integer(SIZE),
        },
    ),
    by_hand("vector_slicer_no_names", "vector_slicer", {"indices": longs(0), "input_size": integer(SIZE)}),
    resaved_case(SLICER),
    wrong_sizes(SLICER),
    SELECTOR,
    bundle_case(
        "chi_sq_selector_descending",
        "chi_sq_selector",
        {"filter_indices": longs(4, 1), "input_size": integer(SIZE)},
        {"input": "v"},
        {"output": "out"},
        COLUMNS,
        ROWS + [[sparse(SIZE, {1: 1.0, 4: 2.0})]],
        "indices that do not ascend",
    ),
    resaved_case(SELECTOR),
    wrong_sizes(SELECTOR, "features"),
]

# Turning.

PCA_ONE_ROW = by_hand(
    "pca_one_row",
    "pca",
    {"principal_components": tensor([2.0, -1.5], [1, 2])},
    {"v": vector(1)},
    vector_rows(1, 38),
)
PCA_3 = spark("pca_3", "pca", PCA, k=3)
DCT_5 = spark(
    "dct_5",
    "dct",
    DCT,
    inverse=False,
    columns={"v": vector(5)},
    rows=vector_rows(5, 33),
    train=Table({"v": vector(5)}, [[dense(1.0, 2.0, 3.0, 4.0, 5.0)]]),
)
POLY_2 = spark(
    "polynomial_expansion_2",
    "polynomial_expansion",
    PolynomialExpansion,
    degree=2,
    columns={"v": vector(3)},
    rows=vector_rows(3, 34),
    train=Table({"v": vector(3)}, [[dense(1.0, 2.0, 3.0)]]),
)


def polynomial(name, size, degree, note=""):
    return spark(
        name,
        "polynomial_expansion",
        PolynomialExpansion,
        note,
        {"v": vector(size)},
        vector_rows(size, 35),
        Table({"v": vector(size)}, [[dense(*[1.0] * size)]]),
        degree=degree,
    )


def cosine(name, size, inverse):
    return spark(
        name,
        "dct",
        DCT,
        "",
        {"v": vector(size)},
        vector_rows(size, 36),
        Table({"v": vector(size)}, [[dense(*[1.0] * size)]]),
        inverse=inverse,
    )


TURNING = [
    PCA_3,
    spark("pca_1", "pca", PCA, k=1),
    by_hand(
        "pca_by_hand",
        "pca",
        {"principal_components": tensor([1.0, -1.0, 2.0, 0.0, -3.0, 1.0], [3, 2])},
        {"v": vector(3)},
        vector_rows(3, 37),
    ),
    PCA_ONE_ROW,
    reframed_case("pca_from_scalar", PCA_ONE_ROW, {"v": "double"}, [[2.0], [-0.5], [None]], "scalar column"),
    resaved_case(PCA_3),
    wrong_sizes(PCA_3),
    DCT_5,
    cosine("dct_1", 1, False),
    cosine("dct_2", 2, False),
    cosine("dct_7_inverse", 7, True),
    cosine("dct_16", 16, False),
    cosine("dct_12_inverse", 12, True),
    wrong_sizes(DCT_5),
    POLY_2,
    polynomial("polynomial_expansion_4", 2, 4),
    polynomial("polynomial_expansion_1", 4, 1, "degree 1"),
    polynomial("polynomial_expansion_one_variable", 1, 3),
    edited_case(
        "polynomial_expansion_as_int",
        POLY_2,
        attributes(degree={"int": 3}),
        "degree of another kind reads as 0",
    ),
    resaved_case(POLY_2),
    wrong_sizes(POLY_2),
]
CASES = ASSEMBLING + PICKING + TURNING
