"""Ops on single numbers, maps, and the ops that only MLeap itself writes."""

from families.values import NUMBERS, vector_rows
from recorder.bundles import basic_type, boolean, booleans, double, floating, integer, long, string, strings
from recorder.cases import bundle_case, resaved_case
from recorder.frames import INF, NAN, dense, list_of, map_of, required, sparse, tensor, vector

X = {"x": "double"}
NUMBER_ROWS = [[value] for value in NUMBERS] + [[None]]
MORE_NUMBERS = [
    [value]
    for value in (
        0.1,
        0.9,
        0.99,
        1.0000000000000002,
        -1e-300,
        0.7853981633974483,
        3.141592653589793,
        1e22,
        -3.5,
        3.5,
        4.5,
        9007199254740993.0,
        1e19,
        -1e19,
        709.8,
        -745.2,
        100.0,
        0.3,
    )
]
IN_OUT = {"input": "x"}, {"output": "out"}


def on_number(name, op, model, columns=None, rows=None, note=""):
    return bundle_case(name, op, model, *IN_OUT, columns or X, rows or NUMBER_ROWS, note)


# Imputing.

SURROGATE = {"surrogate_value": double(45.7), "strategy": string("mean")}


def imputer(name, columns=None, rows=None, note="", **model):
    return on_number(
        f"imputer_{name}", "imputer", {**SURROGATE, **model}, columns, rows or NUMBER_ROWS + [[23.6]], note
    )


IMPUTER = imputer("missing_number", missing_value=double(23.6), nullable_input=boolean(True))
IMPUTING = [
    imputer("bare", note="missing_value NaN, nullable_input true"),
    IMPUTER,
    imputer("missing_nan", missing_value={"double": None}),
    imputer("missing_empty", note="present but empty: 0.0", missing_value={}),
    imputer("missing_as_long", note="of another kind: 0.0", missing_value=long(5)),
    imputer("nullable_empty", note="present but empty: false", nullable_input={}),
    imputer("surrogate_nan", surrogate_value={"double": None}),
    on_number("imputer_no_strategy", "imputer", {"surrogate_value": double(1.0)}),
    on_number("imputer_no_surrogate", "imputer", {"strategy": string("mean")}),
    imputer(
        "from_vector",
        {"x": vector(1)},
        [[dense(2.0)], [dense(NAN)], [sparse(1, {0: 3.0})], [sparse(1, {})], [None]],
    ),
    imputer("from_wide_vector", {"x": vector(2)}, [[dense(2.0, 3.0)]]),
    imputer("from_text", {"x": "string"}, [["1.5"], [""], ["null"], ["NaN"], ["x"], [None]]),
    imputer("from_integer", {"x": "integer"}, [[1], [None], [-5]]),
    imputer("from_float", {"x": "float"}, [[0.1], [None], [NAN]]),
    imputer("from_required", {"x": required("double")}, [[1.0], [NAN]]),
    resaved_case(IMPUTER),
]


# First value present.


def coalesce(name, ports, flags, rows, kinds=None, note=""):
    columns = kinds or {"a": "double", "b": "double", "c": "double"}
    return bundle_case(
        f"coalesce_{name}",
        "coalesce",
        {"nullable_inputs": booleans(*flags)},
        ports,
        {"output": "out"},
        columns,
        rows,
        note,
    )


TRIPLES = [
    [1.0, 2.0, 3.0],
    [None, 2.0, 3.0],
    [None, None, 3.0],
    [None, None, None],
    [NAN, 1.0, 2.0],
    [-0.0, 1.0, 2.0],
]
ABC = {"input0": "a", "input1": "b", "input2": "c"}
COALESCING = [
    coalesce("usual", ABC, (True, True, True), TRIPLES),
    coalesce(
        "port_order",
        {"input2": "c", "input0": "a", "input1": "b"},
        (True, True, True),
        TRIPLES,
        note="values are taken in the order of the node's list",
    ),
    coalesce("required", ABC, (True, False, True), TRIPLES),
    coalesce("too_few_flags", ABC, (True,), TRIPLES),
    coalesce("too_many_flags", {"input0": "a"}, (True, True), TRIPLES),
    coalesce(
        "mixed_types",
        ABC,
        (True, True, True),
        [["", 2, True], ["1.5", 2, True], [None, None, False], ["x", 1, True]],
        {"a": "string", "b": "integer", "c": "boolean"},
    ),
    resaved_case(coalesce("usual", ABC, (True, True, True), TRIPLES)),
]

# Arithmetic.

UNARY = ["log", "exp", "sqrt", "sin", "cos", "tan", "abs", "logit", "floor", "ceil", "round"]
BINARY = ["add", "sub", "mul", "div", "rem", "log_n", "pow", "min", "max"]
PAIRS = [
    [a, b]
    for a in (5.5, -5.5, 0.0, -0.0, 1.0, -1.0, NAN, INF, 2.0, 1e308)
    for b in (2.0, -2.0, 0.0, -0.0, NAN, INF, -INF, 0.5, 10.0)
] + [[None, 1.0], [1.0, None], [-1.0, 0.3333], [2.0, 0.1]]
AB = {"a": "double", "b": "double"}


def unary(operation, columns=None, rows=None, name=None):
    return on_number(
        name or f"math_unary_{operation}_all",
        "math_unary",
        {"operation": string(operation)},
        columns,
        rows or NUMBER_ROWS + MORE_NUMBERS,
    )


def binary(name, operation, ports, columns=AB, rows=PAIRS, note="", **defaults):
    return bundle_case(
        f"math_binary_{name}",
        "math_binary",
        {"operation": string(operation), **defaults},
        ports,
        {"output": "out"},
        columns,
        rows,
        note,
    )


BOTH = {"input_a": "a", "input_b": "b"}
ARITHMETIC = [
    *[unary(operation) for operation in UNARY],
    unary("logn"),
    on_number("math_unary_no_operation", "math_unary", {}),
    unary(
        "abs", {"x": "string"}, [["-1.5"], [""], ["null"], [" 2 "], ["1_0"], [None]], "math_unary_from_text"
    ),
    unary("sqrt", {"x": "long"}, [[2**53 + 1], [-1], [None]], "math_unary_from_long"),
    *[binary(f"{operation}_all", operation, BOTH) for operation in BINARY],
    binary("logn_name", "logn", BOTH, note="scikit-learn's name"),
    binary("default_b", "mul", {"input_a": "a"}, db=double(3.333)),
    binary("default_b_zero", "div", {"input_a": "a"}, note="present but empty: 0.0", db={}),
    binary("default_a", "sub", {"input_b": "b"}, da=double(1.5)),
    binary("no_ports", "add", {}, da=double(1.5), db=double(-0.25)),
    binary("no_default", "add", {"input_a": "a"}),
    binary("port_and_default", "add", BOTH, db=double(1.0)),
    binary("port_and_both_defaults", "add", BOTH, da=double(2.0), db=double(1.0)),
    binary("first_port_and_default", "add", {"input_a": "a"}, da=double(2.0), db=double(1.0)),
    binary("default_as_long", "add", {"input_a": "a"}, note="of another kind: 0.0", db=long(4)),
    binary("integers", "div", BOTH, {"a": "integer", "b": "integer"}, [[7, 2], [7, 0], [-7, 2], [None, 1]]),
    resaved_case(binary("add_all", "add", BOTH)),
    resaved_case(binary("default_b", "mul", {"input_a": "a"}, db=double(3.333))),
]

# Maps.

MAPS = [
    [{"a": 1.0, "b": 2.5}, "a"],
    [{"a": 1.0}, "z"],
    [{}, "a"],
    [{"é": 3.0, "": 4.0}, ""],
    [{"a": 1.0}, None],
    [None, "a"],
]


def selector(name, value, default, rows, key="string", note=""):
    columns = {"m": map_of("string", value), "k": "string"}
    return bundle_case(
        f"map_entry_selector_{name}",
        "map_entry_selector",
        {"key_type": basic_type(key), "value_type": basic_type(value), "default_value": default},
        {"input": "m", "key": "k"},
        {"output": "out"},
        columns,
        rows,
        note,
    )


SELECTOR = selector("doubles", "double", double(42.0), MAPS)
SELECTING = [
    SELECTOR,
    selector("zero_default", "double", {}, MAPS),
    selector("ints", "int", integer(7), [[{"a": 1}, "a"], [{"a": 1}, "b"]]),
    selector("longs", "long", long(-3), [[{"a": 2**60}, "a"], [{"a": 1}, "b"]]),
    selector("floats", "float", floating(0.5), [[{"a": 0.25}, "a"], [{"a": 1.5}, "b"]]),
    selector("booleans", "boolean", {}, [[{"a": True}, "a"], [{"a": True}, "b"]]),
    selector("strings", "string", string("none"), [[{"a": "x"}, "a"], [{"a": "y"}, "b"]]),
    selector("bytes", "byte", integer(3), [[{"a": -4}, "a"], [{"a": 1}, "b"]]),
    selector("shorts", "short", integer(300), [[{"a": -4}, "a"], [{"a": 1}, "b"]]),
    selector("byte_strings", "byte_string", {}, []),
    selector("integer_keys", "double", double(1.0), MAPS[:1], key="int"),
    resaved_case(SELECTOR),
]


# Labels of large values.


def labeler(name, threshold, labels, ports=None, columns=None, rows=None, note=""):
    return bundle_case(
        f"multinomial_labeler_{name}",
        "multinomial_labeler",
        {"threshold": threshold, "labels": strings(*labels)},
        {"features": "v"},
        ports or {"probabilities": "p", "labels": "l"},
        columns or {"v": vector(3)},
        rows or vector_rows(3, 61) + [[dense(0.0, 10.0, 20.0)]],
        note,
    )


LABELER = labeler("usual", double(0.5), ["hello1", "wörld", "!3"])
LABELING = [
    LABELER,
    labeler("zero", {}, ["a", "b", "c"]),
    labeler("too_few_labels", double(0.5), ["a", "b"]),
    labeler("negative_zero", double(-0.5), ["a", "b", "c"]),
    labeler(
        "matrix", double(0.5), ["a", "b"], columns={"v": tensor("double", [2, 1])}, rows=[[dense(1.0, 2.0)]]
    ),
    labeler(
        "from_list", double(0.5), ["a", "b"], columns={"v": list_of("double")}, rows=[[[1.0, 0.1]], [[]]]
    ),
    labeler("from_number", double(0.5), ["a", "b"], columns={"v": "double"}, rows=[[1.0], [0.1], [None]]),
    resaved_case(LABELER),
]

CASES = IMPUTING + COALESCING + ARITHMETIC + SELECTING + LABELING
