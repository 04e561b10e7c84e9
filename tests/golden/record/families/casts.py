"""Columns of every type into ops that declare another: what the boundary of an op casts."""

from families.values import duplicated, unsorted
from recorder.bundles import boolean, double, integer, longs, shape, shapes, string, tensor
from recorder.cases import bundle_case, pipeline_case
from recorder.frames import INF, NAN, Tensor, dense, list_of, map_of, required, sparse
from recorder.frames import tensor as tensor_type
from recorder.frames import vector

VALUES = {
    "boolean": [True, False],
    "byte": [-128, -1, 0, 127],
    "short": [-32768, 300, 0],
    "integer": [-(2**31), 2**31 - 1, 0, 16777217],
    "long": [-(2**63), 2**63 - 1, 2**53 + 1, 0],
    "float": [0.1, -0.0, 3.4028234663852886e38, 1e-45, 16777216.0, 1.0, 1e7, 0.001, 9.999e-4, NAN, INF, -INF],
    "double": [
        0.1,
        -0.0,
        1e308,
        5e-324,
        1e7,
        9999999.0,
        0.001,
        9.999e-4,
        2e23,
        1.0e21,
        123456789.125,
        100.0,
        1e-5,
        1.0e10,
        NAN,
        INF,
        -INF,
    ],
    "string": [
        "1.5",
        " 2 ",
        "1d",
        "3F",
        "0x1p3",
        "NaN",
        "Infinity",
        "-Infinity",
        "+1",
        ".5",
        "5.",
        "1e400",
        "-0",
        "",
        "null",
        "\t7\n",
        "4.9e-325",
        "1E5",
        "\u00a01",
        "nan",
        "inf",
        "1_0",
        "1,0",
        "abc",
        "１",
        "0x10",
        "1L",
        "e5",
        "+-1",
        "--1",
        "1e",
        "Null",
        " ",
        "true",
        "-NaN",
        "+Infinity",
        "0x.8p0",
        "1.5.2",
        "9007199254740993",
    ],
    "byte_string": [b"1", b"", b"\xff"],
}
INTO = {
    "double": ("math_binary", {"operation": string("mul"), "db": double(1.0)}, "input_a"),
    "text": (
        "regex_tokenizer",
        {
            "regex": string("\u0001"),
            "match_gaps": boolean(True),
            "token_min_length": {},
            "lowercase_text": {},
        },
        "input",
    ),
    "words": ("ngram", {"n": {"long": 1}}, "input"),
    "nullable_text": (
        "string_map",
        {
            "labels": {"type": "list", "string": ["1", "1.0", "true", "", "NaN"]},
            "values": {"type": "list", "double": [1.0, 2.0, 3.0, 4.0, 5.0]},
            "handle_invalid": string("keep"),
            "default_value": double(-1.0),
        },
        "input",
    ),
    "nullable_double": ("coalesce", {"nullable_inputs": {"type": "list", "boolean": [True]}}, "input0"),
    "vector": ("elementwise_product", {"scaling_vec": tensor([1.0, 1.0, 1.0])}, "input"),
    "rank_0": ("idf", {"idf": tensor([1.0, 1.0, 1.0])}, "input"),
    "part": ("vector_assembler", {"input_shapes": shapes(shape(), shape("tensor", 3))}, "input0"),
}


def into(target, name, kind, rows, note=""):
    op, model, port = INTO[target]
    ports = {port: "x", "input1": "v"} if target == "part" else {port: "x"}
    columns = {"x": kind, "v": vector(3)} if target == "part" else {"x": kind}
    rows = [[row[0], dense(0.5, 0.0, 2.0)] for row in rows] if target == "part" else rows
    return bundle_case(f"cast_{name}_into_{target}", op, model, ports, {"output": "out"}, columns, rows, note)


def scalars(base):
    return [[value] for value in VALUES[base]]


SCALARS = (
    [
        into(target, base, base, scalars(base) + [[None]])
        for target in ("double", "text", "nullable_text", "nullable_double")
        for base in VALUES
    ]
    + [
        into(target, f"required_{base}", required(base), scalars(base))
        for target in ("double", "text")
        for base in ("boolean", "integer", "double", "string")
    ]
    + [into("vector", base, base, scalars(base)[:2]) for base in ("double", "string")]
    + [
        into("rank_0", base, base, scalars(base)[:12] + [[None]])
        for base in ("boolean", "integer", "double", "string")
    ]
    + [
        into("part", base, base, scalars(base)[:12] + [[None]])
        for base in ("boolean", "long", "float", "string")
    ]
)


def element(base):
    """The name that a type has inside lists and tensors."""
    return "int" if base == "integer" else base


LISTS = [
    into(
        target,
        f"list_of_{element(base)}",
        list_of(element(base)),
        [[values[:3]], [[]], [values[-3:]], [None]],
    )
    for target in ("words", "vector", "rank_0", "double")
    for base, values in VALUES.items()
] + [
    into(
        "vector",
        "list_with_null_text",
        list_of("string"),
        [[["", "1", "2"]], [["null", "1", "2"]], [["x", "1", "2"]]],
    ),
    into("words", "required_list", list_of("string", nullable=False), [[["a", ""]], [[]]]),
]


def three(base, kind):
    values = tuple((VALUES[base] * 3)[:3])
    return [[Tensor(values, (3,))], [Tensor(values[:2], (3,), ((0,), (2,)))], [Tensor((), (3,), ())], [None]]


NUMERIC = ("boolean", "byte", "short", "integer", "long", "float", "double")
TENSORS = (
    [
        into(target, f"tensor_of_{element(base)}", tensor_type(element(base), [3]), three(base, "tensor"))
        for target in ("vector", "words")
        for base in (*NUMERIC, "string")
    ]
    + [
        into("double", f"tensor_of_{size}", tensor_type("double", dimensions), rows)
        for size, dimensions, rows in (
            ("no_dimension", [], [[Tensor((2.5,), ())], [None]]),
            ("one", [1], [[dense(2.5)], [sparse(1, {0: 1.5})], [sparse(1, {})]]),
            ("one_by_one", [1, 1], [[Tensor((2.5,), (1, 1))], [dense(1.0, 2.0)]]),
            ("two", [2], [[dense(1.0, 2.0)]]),
        )
    ]
    + [
        into(
            "double",
            "tensor_of_unknown",
            {"type": "tensor", "base": "double"},
            [[dense(2.5)], [Tensor((2.5,), ())]],
        ),
        into(
            "vector",
            "tensor_of_unknown",
            {"type": "tensor", "base": "double"},
            [[dense(1.0, 2.0, 3.0)], [dense(1.0)]],
        ),
        into(
            "vector",
            "matrix",
            tensor_type("double", [3, 1]),
            [[Tensor((1.0, 2.0, 3.0), (3, 1))], [Tensor((1.0, 2.0), (3, 1), ((0, 0), (2, 0)))]],
        ),
        into(
            "vector",
            "row_matrix",
            tensor_type("double", [1, 3]),
            [[Tensor((1.0, 2.0, 3.0), (1, 3))], [Tensor((1.0, 2.0), (1, 3), ((0, 0), (0, 2)))]],
        ),
        into("vector", "declared_longer", tensor_type("double", [9]), [[dense(1.0, 2.0, 3.0)]]),
        into(
            "vector",
            "odd_sparse",
            vector(3),
            [[unsorted(3)], [duplicated(3)], [Tensor((1.0,), (3,), ((3,),))]],
        ),
        into("rank_0", "vector", vector(3), [[dense(1.0, 2.0, 3.0)], [sparse(3, {1: 1.0})], [None]]),
        into("text", "tensor_of_one", tensor_type("string", [1]), [[Tensor(("a B",), (1,))]]),
        into(
            "words",
            "required_tensor",
            tensor_type("string", [2], nullable=False),
            [[Tensor(("a", "b"), (2,))]],
        ),
    ]
)

MAPS = [
    into("double", "map", map_of("string", "double"), [[{"a": 1.0}]]),
    into("vector", "map", map_of("string", "double"), [[{"a": 1.0}]]),
]

# The cast of a column that another op has made.

CHAIN = {"n": "integer", "t": "string"}
CHAINS = [
    pipeline_case(
        "cast_between_ops",
        ["regex_indexer", "math_unary", "string_map"],
        {
            "index": (
                "regex_indexer",
                {
                    "regexes": {"type": "list", "string": ["a", "b"]},
                    "indices": {"type": "list", "int": [5, -7]},
                    "default_value": integer(0),
                },
                {"input": "t"},
                {"output": "code"},
            ),
            "double": ("math_unary", {"operation": string("abs")}, {"input": "code"}, {"output": "size"}),
            "label": (
                "string_map",
                {
                    "labels": {"type": "list", "string": ["5", "-7", "0"]},
                    "values": {"type": "list", "double": [0.5, 0.7, 0.1]},
                },
                {"input": "code"},
                {"output": "weight"},
            ),
        },
        CHAIN,
        [[1, "a"], [2, "b"], [3, "c"], [4, None]],
    ),
    pipeline_case(
        "cast_words_to_vector",
        ["tokenizer", "elementwise_product"],
        {
            "split": ("tokenizer", {}, {"input": "t"}, {"output": "words"}),
            "scale": (
                "elementwise_product",
                {"scaling_vec": tensor([1.0, 2.0])},
                {"input": "words"},
                {"output": "out"},
            ),
        },
        {"t": "string"},
        [["1 2"], ["1.5 x"], ["1"], [" 3"]],
    ),
    pipeline_case(
        "cast_labels_and_lists",
        ["multinomial_labeler", "elementwise_product", "ngram"],
        {
            "pick": (
                "multinomial_labeler",
                {"threshold": {}, "labels": {"type": "list", "string": ["a", "b"]}},
                {"features": "v"},
                {"probabilities": "p", "labels": "l"},
            ),
            "scale": (
                "elementwise_product",
                {"scaling_vec": tensor([10.0, 10.0])},
                {"input": "p"},
                {"output": "scaled"},
            ),
            "grams": ("ngram", {"n": {"long": 2}}, {"input": "l"}, {"output": "grams"}),
            "selected": (
                "vector_slicer",
                {
                    "indices": longs(0),
                    "names": {"type": "list"},
                    "named_indices": {"type": "list"},
                    "input_size": integer(2),
                },
                {"input": "scaled"},
                {"output": "first"},
            ),
        },
        {"v": vector(2)},
        [[dense(1.0, 2.0)], [dense(-1.0, 2.0)], [dense(-1.0, -2.0)]],
    ),
]

CASES = SCALARS + LISTS + TENSORS + MAPS + CHAINS
