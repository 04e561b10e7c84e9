"""What MLeap reads or refuses whatever the op: lists for scalars, columns and ports, header, sizes."""

import json

from families import feature_scalers, feature_vectors, model_trees_by_hand
from recorder import bundles
from recorder.bundles import boolean, booleans, bundle_json, double, doubles, integers, node_files, string, strings
from recorder.cases import Case, bundle_case, edited_case, reframed_case
from recorder.frames import INF, NAN, dense, sparse, vector

BASES = {
    case.name: case
    for module in (feature_scalers, feature_vectors, model_trees_by_hand)
    for case in module.CASES
}
A = {"a": "double"}
A_AND_B = {"a": "double", "b": "double"}
ROWS = [[1.5], [-2.0], [0.0]]
PAIRS = [[1.5, 2.0], [None, 2.0], [1.5, None]]
ADDING = {"operation": string("add"), "db": double(1.0)}
SUM = node_files("math_binary", ADDING, {"input_a": "a"}, {"output": "b"})


def with_header(case, note, **changes):
    header = json.dumps({**json.loads(bundle_json("root")), **changes})
    return Case(
        f"loading_{case}",
        "mleap",
        ("math_binary",),
        A,
        ROWS,
        lambda kit, path: bundles.write_bundle(path, SUM, header),
        note,
    )


def without_size_of_a_tree(entries):
    entries["root/tree1/model.json"]["attributes"].pop("num_features")


def without_attributes(entries):
    entries["root/model.json"].pop("attributes")


def without_name_of_a_dimension(entries):
    entries["root/model.json"]["attributes"]["maxAbs"]["shape"]["dimensions"][0].pop("name")


CASES = [
    edited_case(
        "loading_dimension_without_name",
        BASES["max_abs_scaler_usual"],
        without_name_of_a_dimension,
    ),
    bundle_case(
        "loading_one_hot_no_sizes",
        "one_hot_encoder",
        {"category_sizes": integers(), "drop_last": boolean(True), "handle_invalid": string("error")},
        {},
        {},
        A,
        ROWS,
        "no input, no output",
    ),
    bundle_case(
        "loading_scalar_as_list",
        "math_binary",
        {"operation": string("add"), "db": doubles(1.0)},
        {"input_a": "a"},
        {"output": "b"},
        A,
        ROWS,
        "a list where a scalar is asked is zero",
    ),
    bundle_case(
        "loading_operation_as_list",
        "math_unary",
        {"operation": strings("sin")},
        {"input": "a"},
        {"output": "b"},
        A,
        ROWS,
    ),
    bundle_case(
        "loading_column_at_two_ports",
        "math_binary",
        {"operation": string("add")},
        {"input_a": "a", "input_b": "a"},
        {"output": "c"},
        A,
        ROWS,
    ),
    bundle_case(
        "loading_coalesce_other_ports",
        "coalesce",
        {"nullable_inputs": booleans(True, True)},
        {"a": "a", "b": "b"},
        {"output": "c"},
        A_AND_B,
        PAIRS,
    ),
    with_header("short_uid", "five hexadecimal numbers make a uid", uid="1-2-3-4-5"),
    with_header("long_uid", "one digit more", uid="6f1d5ad4-4c1b-4a5f-9d4e-0a7c2f3b8e010"),
    with_header("empty_texts", "empty texts are texts", name="", version="", timestamp=""),
    with_header("version_null", "null is no text", version=None),
    edited_case(
        "loading_tree_without_size",
        BASES["forest_regression_by_hand"],
        without_size_of_a_tree,
        "a tree lacks num_features, which nobody reads",
    ),
    edited_case(
        "loading_no_attributes", BASES["max_abs_scaler_usual"], without_attributes, "not even an empty object"
    ),
    reframed_case(
        "loading_sparse_of_size_0",
        BASES["max_abs_scaler_usual"],
        {"v": vector(5)},
        [[sparse(0, {})], [sparse(1, {})], [sparse(1, {0: 2.0})]],
        "sparse vectors without entries",
    ),
    reframed_case(
        "loading_polynomial_overflow",
        BASES["polynomial_expansion_2"],
        {"v": vector(3)},
        [
            [dense(0.0, INF, 1.0)],
            [dense(-0.0, 1e200, 0.0)],
            [dense(0.0, 1.0, NAN)],
            [dense(0.0, 1e160, -INF)],
            [sparse(3, {0: 0.0, 2: INF})],
            [sparse(3, {1: -1e200, 2: 0.0})],
        ],
        "an infinite product times zero is NaN",
    ),
]
