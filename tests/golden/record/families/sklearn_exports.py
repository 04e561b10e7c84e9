"""Bundles in the dialect of scikit-learn's exporter."""

import importlib
import re
import shutil
import tempfile
from pathlib import Path

import numpy
import pandas

from families.values import labelled
from recorder import bundles
from recorder.bundles import double, long, string, strings, tensor
from recorder.cases import Case, bundle_case, pipeline_case
from recorder.frames import INF, NAN, dense, vector

NAMES = ["a", "b", "c", "d"]
DATA = labelled(4, 80, classes=3, seed=20)
MATRIX = numpy.array([row[0].values for row in DATA.rows])
TARGET = numpy.array([row[1] for row in DATA.rows])
LABEL = numpy.array([int(row[2]) for row in DATA.rows])
COLUMNS = {name: "double" for name in NAMES}
ROWS = [list(row) for row in MATRIX[:8].round(3).tolist()] + [
    [0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.5],
    [1e6, -1e6, 1e-6, 0.1],
    [NAN, 1.0, 2.0, 3.0],
    [1.0, INF, 2.0, 3.0],
    [-0.0, 1.0, 1.0, 1.0],
    [None, 1.0, 2.0, 3.0],
]


def exported(name, ops, steps, columns=COLUMNS, rows=ROWS, note=""):
    """`steps()` gives fitted transformers, each with mleap's names set."""

    def make(kit, path):
        import mleap.sklearn.pipeline  # noqa: F401  (adds serialize_to_bundle)
        from sklearn.pipeline import Pipeline

        parts = steps()
        pipeline = Pipeline([(part.name, part) for part in parts])
        pipeline.mlinit()
        pipeline.name = "pipeline"
        with tempfile.TemporaryDirectory() as folder:
            pipeline.serialize_to_bundle(folder, "bundle", init=True)
            shutil.copy(Path(folder) / "bundle.zip", path)
        _fix_names(path)

    return Case(name, "sklearn", tuple(ops), columns, rows, make, note, job={"translate": True})


def _fix_names(path):
    """The exporter's node names hold random uids; they give way to numbers in order of use."""
    entries = bundles.read_zip(path)
    found = {}
    pattern = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
    for name in sorted(entries, key=lambda name: (name.count("/"), "node" in name)):
        if name.endswith(".json"):
            for uid in pattern.findall(entries[name].decode("utf-8")):
                found.setdefault(uid, f"00000000-0000-4000-8000-{len(found):012d}")

    def renamed(text):
        return pattern.sub(lambda match: found.get(match.group(0), match.group(0)), text)

    bundles.write_zip(
        path,
        {
            renamed(name): renamed(content.decode("utf-8")).encode("utf-8")
            for name, content in entries.items()
        },
    )
    bundles.repack(path)


def frame():
    return pandas.DataFrame(MATRIX, columns=NAMES)


def extractor():
    from mleap.sklearn.preprocessing.data import FeatureExtractor

    step = FeatureExtractor(input_scalars=NAMES, output_vector="assembled", output_vector_items=NAMES)
    step.fit(frame())
    step.assign_input_shapes(frame())
    return step


def scaled(kind, **options):
    import mleap.sklearn.preprocessing.data  # noqa: F401

    first = extractor()
    step = kind(**options)
    step.mlinit(prior_tf=first, output_features="scaled")
    step.fit(MATRIX)
    return [first, step]


def model(kind, target, **options):
    def steps():
        import mleap.sklearn.base  # noqa: F401
        import mleap.sklearn.ensemble.forest  # noqa: F401
        import mleap.sklearn.logistic  # noqa: F401
        import mleap.sklearn.tree.tree  # noqa: F401

        first = extractor()
        step = kind(**options)
        if "LinearRegression" in kind.__name__ or "Logistic" in kind.__name__:
            step.mlinit(input_features="assembled", prediction_column="prediction")
        else:
            step.mlinit(input_features="assembled", prediction_column="prediction", feature_names=NAMES)
        step.fit(MATRIX, target)
        return [first, step]

    return steps


def lazily(module, name):
    return getattr(importlib.import_module(module), name)


STANDARD = lazily("sklearn.preprocessing", "StandardScaler")
MIN_MAX = lazily("sklearn.preprocessing", "MinMaxScaler")
ENSEMBLE, TREE, LINEAR = "sklearn.ensemble", "sklearn.tree", "sklearn.linear_model"

EXPORTED = [
    exported("sk_standard_scaler", ["vector_assembler", "standard_scaler"], lambda: scaled(STANDARD)),
    exported(
        "sk_min_max_scaler",
        ["vector_assembler", "min_max_scaler"],
        lambda: scaled(MIN_MAX, feature_range=(-1, 2)),
        note="the target range is not exported",
    ),
    exported(
        "sk_linear_regression",
        ["vector_assembler", "linear_regression"],
        model(lazily(LINEAR, "LinearRegression"), TARGET.reshape(-1, 1)),
    ),
    exported(
        "sk_logistic_binary",
        ["vector_assembler", "logistic_regression"],
        model(lazily(LINEAR, "LogisticRegression"), LABEL % 2),
    ),
    exported(
        "sk_logistic_multi",
        ["vector_assembler", "logistic_regression"],
        model(lazily(LINEAR, "LogisticRegression"), LABEL),
        note="the matrix is written row by row",
    ),
    exported(
        "sk_tree_classifier",
        ["vector_assembler", "decision_tree_classifier"],
        model(lazily(TREE, "DecisionTreeClassifier"), LABEL, max_depth=4, random_state=1),
    ),
    exported(
        "sk_tree_regressor",
        ["vector_assembler", "decision_tree_regression"],
        model(lazily(TREE, "DecisionTreeRegressor"), TARGET, max_depth=4, random_state=1),
    ),
    exported(
        "sk_forest_classifier",
        ["vector_assembler", "random_forest_classifier"],
        model(lazily(ENSEMBLE, "RandomForestClassifier"), LABEL, n_estimators=4, max_depth=3, random_state=1),
    ),
    exported(
        "sk_forest_regressor",
        ["vector_assembler", "random_forest_regression"],
        model(lazily(ENSEMBLE, "RandomForestRegressor"), TARGET, n_estimators=4, max_depth=3, random_state=1),
    ),
]

# What older exporters and unpublished parts of the current one write, by hand.

V3 = {"v": vector(3)}
V_ROWS = [
    [dense(*row)]
    for row in ([1.0, 2.0, 3.0], [0.0, -1.0, 0.5], [-0.0, NAN, 1.0], [1e200, 1e200, -1e200], [INF, 0.0, 1.0])
]


def polynomial(name, combinations, note=""):
    return bundle_case(
        f"sk_polynomial_{name}",
        "sklearn_polynomial_expansion",
        {"combinations": string(combinations)},
        {"input": "v"},
        {"output": "out"},
        V3,
        V_ROWS + [[None]],
        note,
    )


TEXT = {"x": "string"}
LABELS = [["red"], ["green"], ["blue"], ["grey"], [""], [None]]
LABEL_MODEL = (
    "string_indexer",
    {"labels": strings("blue", "green", "red"), "nullable_input": {"boolean": False}},
    {"input": "x"},
    {"output": "code"},
)


def label_and_hot(name, **hot):
    return pipeline_case(
        f"sk_label_onehot_{name}",
        ["string_indexer", "one_hot_encoder"],
        {"label": LABEL_MODEL, "hot": ("one_hot_encoder", hot, {"input": "code"}, {"output": "out"})},
        TEXT,
        LABELS,
    )


BY_HAND = [
    polynomial("degree_3", "[x0,x1,x0^2,x0 x1,x1^2,x0^3,x0^2 x1,x0 x1^2,x1^3]"),
    polynomial("with_bias", "[1,x0,x1,x2,x0^2,x0 x1 x2]"),
    polynomial("only_products", "[x0 x1,x1 x2]"),
    polynomial("odd_text", "[x00^02, x1^0 ,,x2^-1,y0,x2^1.5,x1x2]", "pieces that the pattern reads in part"),
    polynomial("empty", ""),
    polynomial("far_index", "[x0,x9]"),
    label_and_hot("plain", size=long(3), drop_last={"boolean": False}),
    label_and_hot("drop", size=long(3), drop_last={"boolean": True}),
    label_and_hot("ignore", size=long(3), drop_last={"boolean": True}, handle_invalid=string("keep")),
    label_and_hot("error", size=long(3), drop_last={"boolean": False}, handle_invalid=string("error")),
    bundle_case(
        "sk_imputer",
        "imputer",
        {"surrogate_value": double(2.5), "strategy": string("mean")},
        {"input": "v"},
        {"output": "out"},
        {"v": vector(1)},
        [[dense(1.0)], [dense(NAN)], [None]],
    ),
    bundle_case(
        "sk_imputer_integer_missing",
        "imputer",
        {"surrogate_value": double(2.5), "strategy": string("median"), "missing_value": {"long": 5}},
        {"input": "v"},
        {"output": "out"},
        {"v": vector(1)},
        [[dense(5.0)], [dense(0.0)]],
        "reads as 0.0",
    ),
    bundle_case(
        "sk_svm",
        "svm",
        {"intercept": double(0.5), "coefficients": tensor([1.0, 2.0, 3.0]), "num_classes": long(2)},
        {"features": "v"},
        {"prediction": "p"},
        V3,
        V_ROWS,
        "unknown to MLeap",
    ),
    bundle_case(
        "sk_count_vectorizer",
        "tokenizer",
        None,
        {"input": "x"},
        {"output": "out"},
        TEXT,
        LABELS,
        "written without attributes",
    ),
    bundle_case(
        "sk_pca_square",
        "pca",
        {"principal_components": tensor([0.6, 0.8, 0.0, -0.8, 0.6, 0.0, 0.0, 0.0, 1.0], [3, 3])},
        {"input": "v"},
        {"output": "out"},
        V3,
        V_ROWS,
    ),
    bundle_case(
        "sk_pca_narrow",
        "pca",
        {"principal_components": tensor([0.6, 0.8, 0.0, -0.8, 0.6, 0.0], [2, 3])},
        {"input": "v"},
        {"output": "out"},
        V3,
        V_ROWS,
        "rows and columns swapped by the exporter",
    ),
    pipeline_case(
        "sk_tfidf",
        ["count_vectorizer", "idf"],
        {
            "counts": (
                "count_vectorizer",
                {
                    "vocabulary": strings("and", "cat", "dog"),
                    "binary": {"boolean": False},
                    "min_tf": {"long": 0},
                },
                {"input": "x"},
                {"output": "token_counts"},
            ),
            "idf": ("idf", {"idf": tensor([1.0, 1.5, 2.25])}, {"input": "token_counts"}, {"output": "out"}),
        },
        {"x": {"type": "list", "base": "string"}},
        [[["cat", "dog", "cat"]], [["bird"]], [[]], [None]],
    ),
    bundle_case(
        "sk_output_names_as_list",
        "min_max_scaler",
        {"min": tensor([0.0] * 3), "max": tensor([1.0] * 3)},
        {"input": "v"},
        {"output": ["x", "y"]},
        V3,
        V_ROWS[:1],
        "output names as an array",
    ),
]

CASES = EXPORTED + BY_HAND
