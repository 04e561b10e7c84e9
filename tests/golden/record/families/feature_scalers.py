"""Element-wise scalers and norms on vectors."""

from pyspark.ml.feature import ElementwiseProduct, MaxAbsScaler, MinMaxScaler, Normalizer, StandardScaler
from pyspark.ml.linalg import Vectors

from families.values import duplicated, labelled, unsorted, vector_rows, wrong_sizes
from recorder.bundles import double, integer, tensor
from recorder.cases import (
    Table,
    attributes,
    bundle_case,
    edited_case,
    protobuf_case,
    reframed_case,
    resaved_case,
    spark_case,
    stage,
)
from recorder.frames import INF, Tensor, dense, list_of, sparse
from recorder.frames import tensor as tensor_type
from recorder.frames import vector

SIZE = 5
COLUMNS = {"v": vector(SIZE)}
ROWS = vector_rows(SIZE, 21)
TRAINING = Table(COLUMNS, [[row[0]] for row in labelled(SIZE, 20, seed=11).rows])
FLAT = Table(COLUMNS, [[dense(*row[0].values[:-1], 2.5)] for row in TRAINING.rows])


def spark(name, kind, note="", train=TRAINING, rows=ROWS, **options):
    op = {
        StandardScaler: "standard_scaler",
        MinMaxScaler: "min_max_scaler",
        Normalizer: "normalizer",
        MaxAbsScaler: "max_abs_scaler",
        ElementwiseProduct: "elementwise_product",
    }[kind]
    return spark_case(
        name, op, stage(kind, inputCol="v", outputCol="out", **options), train, COLUMNS, rows, note
    )


def by_hand(name, op, model, rows=ROWS, columns=COLUMNS, note=""):
    return bundle_case(name, op, model, {"input": "v"}, {"output": "out"}, columns, rows, note)


STANDARD = spark("standard_scaler_both", StandardScaler, withMean=True, withStd=True)
STD_ONLY = spark("standard_scaler_std_only", StandardScaler, withMean=False, withStd=True)
MIN_MAX = spark("min_max_scaler_range", MinMaxScaler, min=-1.0, max=3.0)
MAX_ABS = spark("max_abs_scaler_usual", MaxAbsScaler)
PRODUCT = spark(
    "elementwise_product_usual", ElementwiseProduct, scalingVec=Vectors.dense([2.0, 0.0, -1.5, 1e10, 0.1])
)
NORM_2 = spark("normalizer_2", Normalizer, p=2.0)
NORM_INFINITY = spark("normalizer_infinity", Normalizer, "infinity cannot pass through JSON", p=INF)

CASES = [
    STANDARD,
    STD_ONLY,
    spark("standard_scaler_mean_only", StandardScaler, withMean=True, withStd=False),
    spark("standard_scaler_neither", StandardScaler, "MLeap cannot load it", withMean=False, withStd=False),
    spark(
        "standard_scaler_flat_column",
        StandardScaler,
        "standard deviation 0",
        FLAT,
        withMean=True,
        withStd=True,
    ),
    spark(
        "standard_scaler_flat_std_only",
        StandardScaler,
        "standard deviation 0",
        FLAT,
        withMean=False,
        withStd=True,
    ),
    resaved_case(STANDARD),
    edited_case(
        "standard_scaler_std_odd",
        STANDARD,
        attributes(std=tensor([None, 0.0, 1.0, 2.0, -0.5])),
        "std NaN, zero and negative",
    ),
    edited_case(
        "standard_scaler_std_odd_alone",
        STD_ONLY,
        attributes(std=tensor([None, 0.0, 1.0, 2.0, -0.5])),
        "std NaN, zero and negative",
    ),
    edited_case(
        "standard_scaler_short_mean", STANDARD, attributes(mean=tensor([1.0, 2.0])), "mean shorter than std"
    ),
    edited_case(
        "standard_scaler_long_std", STD_ONLY, attributes(std=tensor([1.0] * 7)), "std longer than the vectors"
    ),
    edited_case("standard_scaler_mean_is_scalar", STANDARD, attributes(mean=double(1.0)), "mean no tensor"),
    reframed_case(
        "standard_scaler_odd_sparse",
        STD_ONLY,
        COLUMNS,
        [
            [unsorted(SIZE)],
            [duplicated(SIZE)],
            [sparse(SIZE, {-1: 1.0})],
            [Tensor((1.0,), (SIZE,), ((9,),))],
            [Tensor((1.0, 2.0), (2, SIZE), ((0, 1), (1, 2)))],
        ],
        "indices unsorted, twice, negative, too large, of rank 2",
    ),
    reframed_case(
        "standard_scaler_from_float_tensor",
        STANDARD,
        {"v": tensor_type("float", [SIZE])},
        [[dense(0.1, 0.2, 0.3, -1.5, 2.5)], [sparse(SIZE, {2: 0.1})]],
        "float tensor",
    ),
    reframed_case(
        "standard_scaler_from_list",
        STANDARD,
        {"v": list_of("double")},
        [[[1.0, 2.0, 3.0, 4.0, 5.0]], [[1.0]], [None]],
        "list",
    ),
    reframed_case("standard_scaler_from_string", STANDARD, {"v": "string"}, [["1"], [None]], "wrong type"),
    reframed_case(
        "standard_scaler_no_column", STANDARD, {"w": vector(SIZE)}, [[dense(*[1.0] * SIZE)]], "column absent"
    ),
    reframed_case(
        "standard_scaler_output_taken",
        STANDARD,
        {"v": vector(SIZE), "out": "double"},
        [[dense(*[1.0] * SIZE), 1.0]],
        "column of the output's name",
    ),
    reframed_case(
        "standard_scaler_required",
        STANDARD,
        {"v": vector(SIZE, nullable=False)},
        [[dense(*[1.0] * SIZE)], [sparse(SIZE, {1: 2.0})]],
        "non-null vectors",
    ),
    MIN_MAX,
    spark("min_max_scaler_default", MinMaxScaler),
    spark("min_max_scaler_flat_column", MinMaxScaler, train=FLAT, min=2.0, max=5.0),
    edited_case(
        "min_max_scaler_no_range",
        MIN_MAX,
        attributes(minValue=None, maxValue=None),
        "target range absent: 0..1",
    ),
    edited_case("min_max_scaler_inverted", MIN_MAX, attributes(minValue=double(9.0)), "range 9..3"),
    edited_case(
        "min_max_scaler_range_as_long",
        MIN_MAX,
        attributes(maxValue={"long": 5}),
        "maximum of another kind reads as 0",
    ),
    resaved_case(MIN_MAX),
    MAX_ABS,
    by_hand("max_abs_scaler_zero", "max_abs_scaler", {"maxAbs": tensor([0.0, 2.0, 0.5, 1e-300, 3.0])}),
    by_hand(
        "max_abs_scaler_odd_maximum",
        "max_abs_scaler",
        {"maxAbs": tensor([-2.0, None, 1.0, 1.0, 1.0])},
        note="negative and NaN maximum",
    ),
    by_hand(
        "max_abs_scaler_other_name",
        "max_abs_scaler",
        {"max_abs": tensor([1.0] * SIZE)},
        note="attribute under another name",
    ),
    PRODUCT,
    spark(
        "elementwise_product_infinite",
        ElementwiseProduct,
        "infinite and NaN scale",
        scalingVec=Vectors.dense([INF, float("nan"), -INF, 1.0, 2.0]),
    ),
    by_hand(
        "elementwise_product_old_name",
        "elementwise_product",
        {"scalingVec": tensor([1.0] * SIZE)},
        note="attribute's old name",
    ),
    by_hand("elementwise_product_short", "elementwise_product", {"scaling_vec": tensor([2.0, 3.0])}),
    resaved_case(PRODUCT),
    NORM_2,
    spark("normalizer_1", Normalizer, p=1.0),
    spark("normalizer_3", Normalizer, p=3.0),
    NORM_INFINITY,
    protobuf_case("normalizer_infinity_protobuf", NORM_INFINITY, "infinity passes through protobuf"),
    edited_case("normalizer_below_1", NORM_2, attributes(p_norm=double(0.5)), "p = 0.5"),
    edited_case("normalizer_as_long", NORM_2, attributes(p_norm={"long": 2}), "p of another kind reads as 0"),
    edited_case("normalizer_no_size", NORM_2, attributes(input_size=None), "input_size absent"),
    edited_case("normalizer_other_size", NORM_2, attributes(input_size=integer(2)), "input_size 2"),
    *[wrong_sizes(case) for case in (STANDARD, STD_ONLY, MIN_MAX, MAX_ABS, PRODUCT, NORM_2)],
]
