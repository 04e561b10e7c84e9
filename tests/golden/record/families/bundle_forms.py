"""How a bundle is put together: headers, names, pipelines in pipelines, order of stages."""

import json

from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.ml.feature import (
    IDF,
    HashingTF,
    OneHotEncoder,
    StandardScaler,
    StopWordsRemover,
    StringIndexer,
    Tokenizer,
    VectorAssembler,
)
from pyspark.ml.regression import LinearRegression, RandomForestRegressor
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit

from recorder import bundles
from recorder.bundles import bundle_json, double, node_files, pipeline_files, string, strings
from recorder.cases import Case, Table, reframed_case, resaved_case, spark_case
from recorder.frames import NAN

# Whole pipelines.

HOUSES = {"city": "string", "rooms": "double", "area": "double", "new": "boolean", "price": "double"}
HOUSE_ROWS = [
    [
        ("Ulm", "Köln", "Bonn", "日本")[i % 4],
        float(i % 5 + 1),
        30.0 + i * 7 % 90,
        i % 3 == 0,
        100.0 + i * 13 % 77,
    ]
    for i in range(60)
]
HOUSE_INPUTS = {name: kind for name, kind in HOUSES.items() if name != "price"}
HOUSE_FRAME = [[*row[:4]] for row in HOUSE_ROWS[:12]] + [
    ["Nowhere", 3.0, 55.5, True],
    ["Ulm", 0.0, 0.0, False],
    ["Ulm", -1.0, 1e9, True],
    [None, 3.0, 55.5, True],
    ["Ulm", None, 55.5, True],
    ["Ulm", 3.0, 55.5, None],
    ["Ulm", NAN, 55.5, True],
]
HOUSE_TABLE = Table(HOUSES, HOUSE_ROWS)


def house_stages(last, handling="keep"):
    return [
        StringIndexer(inputCol="city", outputCol="city_index", handleInvalid=handling),
        OneHotEncoder(inputCols=["city_index"], outputCols=["city_vector"]),
        VectorAssembler(inputCols=["rooms", "area", "new"], outputCol="numbers"),
        StandardScaler(inputCol="numbers", outputCol="scaled", withMean=True, withStd=True),
        VectorAssembler(inputCols=["scaled", "city_vector"], outputCol="features"),
        last,
    ]


def houses(name, stages, handling="keep", note=""):
    return spark_case(
        name,
        ["pipeline", "string_indexer", "one_hot_encoder", "vector_assembler", "standard_scaler"],
        stages,
        HOUSE_TABLE,
        HOUSE_INPUTS,
        HOUSE_FRAME,
        note,
    )


def linear(session=None):
    return LinearRegression(featuresCol="features", labelCol="price", regParam=0.1)


def tuned(kind, **options):
    def stages(session):
        last = linear()
        grid = ParamGridBuilder().addGrid(last.regParam, [0.1, 1.0]).build()
        search = kind(
            estimator=last,
            estimatorParamMaps=grid,
            evaluator=RegressionEvaluator(labelCol="price"),
            seed=1,
            **options,
        )
        return house_stages(search)

    return stages


HOUSE_LINEAR = houses("e2e_houses_linear", lambda session: house_stages(linear()))
TEXT_ROWS = [
    ["spark mleap spark rocks"],
    ["the cat sat on the mat"],
    ["Dogs and CATS"],
    ["日本 語"],
    [""],
    ["a"],
    [None],
]
TEXTS = Table(
    {"text": "string", "label": "double"}, [[row[0], float(i % 2)] for i, row in enumerate(TEXT_ROWS[:6] * 3)]
)
TEXT_MODEL = spark_case(
    "e2e_text_logistic",
    ["pipeline", "tokenizer", "stopwords_remover", "hashing_term_frequency", "idf", "logistic_regression"],
    lambda session: [
        Tokenizer(inputCol="text", outputCol="words"),
        StopWordsRemover(inputCol="words", outputCol="kept"),
        HashingTF(inputCol="kept", outputCol="counts", numFeatures=64),
        IDF(inputCol="counts", outputCol="features"),
        LogisticRegression(regParam=0.1),
    ],
    TEXTS,
    {"text": "string"},
    TEXT_ROWS,
)
SKIPPING = houses("e2e_houses_skip", lambda session: house_stages(linear(), "skip"), note="rows are dropped")
WHOLE = [
    HOUSE_LINEAR,
    houses(
        "e2e_houses_forest",
        lambda session: house_stages(
            RandomForestRegressor(featuresCol="features", labelCol="price", numTrees=5, maxDepth=4, seed=2)
        ),
    ),
    SKIPPING,
    houses(
        "e2e_nested",
        lambda session: [
            Pipeline(stages=house_stages(linear())[:2]),
            Pipeline(stages=[Pipeline(stages=house_stages(linear())[2:4])]),
            *house_stages(linear())[4:],
        ],
    ),
    houses("e2e_cross_validator", tuned(CrossValidator, numFolds=2)),
    houses("e2e_train_validation_split", tuned(TrainValidationSplit)),
    TEXT_MODEL,
    resaved_case(HOUSE_LINEAR),
    resaved_case(SKIPPING),
    reframed_case(
        "e2e_houses_integers",
        HOUSE_LINEAR,
        {"city": "string", "rooms": "integer", "area": "float", "new": "string", "spare": "string"},
        [["Ulm", 3, 55.5, "1", "x"], ["Ulm", 3, 55.5, "true", "x"], ["Bonn", None, 1.0, "0", None]],
        "columns of other types, and one that nobody reads",
    ),
    reframed_case(
        "e2e_houses_column_missing",
        HOUSE_LINEAR,
        {"city": "string", "rooms": "double"},
        [["Ulm", 3.0]],
        "area absent",
    ),
]

# By hand: names and order.

SUM = ("math_binary", {"operation": string("add"), "db": double(1.0)}, {"input_a": "a"}, {"output": "b"})
TWICE = ("math_binary", {"operation": string("mul"), "db": double(2.0)}, {"input_a": "b"}, {"output": "c"})
A_ROWS = [[1.5], [-2.0], [None]]
A = {"a": "double"}


def raw_case(name, files, note="", header=None, columns=A, rows=A_ROWS):
    return Case(
        name,
        "mleap",
        ("pipeline",),
        columns,
        rows,
        lambda kit, path: bundles.write_bundle(path, files, header),
        note,
    )


def nodes(**parts):
    return pipeline_files({name: node_files(*part, name=name) for name, part in parts.items()})


def changed(files, **replaced):
    return {
        **files,
        **{name.replace("__", "/").replace("_json", ".json"): text for name, text in replaced.items()},
    }


def without(files, *names):
    return {name: text for name, text in files.items() if name not in names}


def header(**changes):
    content = json.loads(bundle_json("root"))
    content.update(changes)
    return json.dumps({key: value for key, value in content.items() if value is not None})


CHAIN = nodes(sum=SUM, twice=TWICE)
BOM = "\ufeff"
FORMS = [
    raw_case("form_chain", CHAIN),
    raw_case("form_wrong_order", nodes(twice=TWICE, sum=SUM), "a stage before the one that makes its input"),
    raw_case("form_same_output", nodes(sum=SUM, again=SUM), "two stages make one column"),
    raw_case(
        "form_unlisted_node",
        {**CHAIN, **{f"spare.node/{k}": v for k, v in node_files(*SUM).items()}},
        "a folder that nobody lists",
    ),
    raw_case(
        "form_listed_twice",
        {
            **CHAIN,
            "model.json": json.dumps({"op": "pipeline", "attributes": {"nodes": strings("sum", "sum")}}),
        },
    ),
    raw_case("form_missing_node", without(CHAIN, "twice.node/model.json", "twice.node/node.json")),
    raw_case("form_missing_model", without(CHAIN, "twice.node/model.json")),
    raw_case("form_missing_node_file", without(CHAIN, "twice.node/node.json")),
    raw_case("form_empty_pipeline", pipeline_files({})),
    raw_case("form_unknown_op", nodes(sum=SUM, what=("frobnicator", {}, {"input": "b"}, {"output": "c"}))),
    raw_case("form_two_unknown_ops", nodes(one=("frobnicator", {}, {}, {}), two=("svm", {}, {}, {}))),
    raw_case("form_tensorflow", nodes(t=("tensorflow", {}, {}, {}))),
    raw_case(
        "form_drilldown", nodes(t=("categorical_drilldown", {"labels": strings("a")}, {"label": "a"}, {}))
    ),
    raw_case("form_op_capital", nodes(sum=("Math_Binary", *SUM[1:]))),
    raw_case(
        "form_nested_three",
        pipeline_files(
            {
                "outer": pipeline_files(
                    {
                        "inner": pipeline_files({"sum": node_files(*SUM, name="sum")}),
                        "twice": node_files(*TWICE, name="twice"),
                    }
                )
            }
        ),
    ),
    raw_case("form_names_beyond_ascii", nodes(**{"größe 日本": SUM, "a.b-c d": TWICE})),
    raw_case(
        "form_node_name_differs",
        {**nodes(sum=SUM), "sum.node/node.json": node_files(*SUM, name="other")["node.json"]},
    ),
    raw_case(
        "form_columns_beyond_ascii",
        nodes(sum=(*SUM[:2], {"input_a": "größe (m²)"}, {"output": "日本 語"})),
        columns={"größe (m²)": "double"},
    ),
    raw_case(
        "form_empty_column_name",
        nodes(sum=(*SUM[:2], {"input_a": ""}, {"output": "x"})),
        columns={"": "double"},
    ),
    raw_case("form_same_column_in_and_out", nodes(sum=(*SUM[:2], {"input_a": "a"}, {"output": "a"}))),
    raw_case("form_shape_missing", changed(CHAIN, **{"sum.node__node_json": json.dumps({"name": "sum"})})),
    raw_case(
        "form_shape_without_outputs",
        changed(CHAIN, **{"sum.node__node_json": json.dumps({"name": "sum", "shape": {"inputs": []}})}),
    ),
    raw_case("form_model_not_json", changed(CHAIN, **{"sum.node__model_json": "{"})),
    raw_case(
        "form_model_with_mark",
        changed(CHAIN, **{"sum.node__model_json": BOM + CHAIN["sum.node/model.json"]}),
        "byte order mark",
    ),
    raw_case(
        "form_model_repeated_key",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op": "math_binary", "op": "math_binary", "attributes": {"operation": {"string": "add"}, "db": {"double": 1.0}, "db": {"double": 5.0}}}'
            },
        ),
    ),
    raw_case(
        "form_model_comment",
        changed(CHAIN, **{"sum.node__model_json": CHAIN["sum.node/model.json"] + "// x"}),
    ),
    raw_case(
        "form_model_surplus_members",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": json.dumps(
                    {
                        "op": "math_binary",
                        "version": 3,
                        "attributes": {"operation": string("add"), "db": double(1.0), "x": string("y")},
                    }
                )
            },
        ),
    ),
    raw_case(
        "form_number_forms",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op":"math_binary","attributes":{"operation":{"string":"add"},"db":{"double":1e0}}}'
            },
        ),
    ),
    raw_case(
        "form_number_huge",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op":"math_binary","attributes":{"operation":{"string":"add"},"db":{"double":1e400}}}'
            },
        ),
    ),
    raw_case(
        "form_number_long_text",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op":"math_binary","attributes":{"operation":{"string":"add"},"db":{"double":0.1000000000000000055511151231257827021181583404541015625}}}'
            },
        ),
    ),
    raw_case(
        "form_number_as_text",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op":"math_binary","attributes":{"operation":{"string":"add"},"db":{"double":"1.0"}}}'
            },
        ),
    ),
    raw_case(
        "form_number_nan_token",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op":"math_binary","attributes":{"operation":{"string":"add"},"db":{"double":NaN}}}'
            },
        ),
        "as Python writes it",
    ),
    raw_case(
        "form_attribute_not_object",
        changed(CHAIN, **{"sum.node__model_json": '{"op":"math_binary","attributes":{"operation":"add"}}'}),
    ),
    raw_case(
        "form_attribute_unknown_type",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op":"math_binary","attributes":{"operation":{"type":"scalar","string":"add"},"db":{"double":1.0}}}'
            },
        ),
    ),
    raw_case(
        "form_attribute_two_kinds",
        changed(
            CHAIN,
            **{
                "sum.node__model_json": '{"op":"math_binary","attributes":{"operation":{"string":"add","double":3.0},"db":{"double":1.0,"long":7}}}'
            },
        ),
    ),
    *[
        raw_case(f"form_header_{name}", CHAIN, header=text)
        for name, text in (
            ("no_version", header(version=None)),
            ("old_version", header(version="0.8.0-SNAPSHOT")),
            ("new_version", header(version="9.0.0")),
            ("no_format", header(format=None)),
            ("odd_format", header(format="mixed")),
            ("capital_format", header(format="JSON")),
            ("no_name", header(name=None)),
            ("no_timestamp", header(timestamp=None)),
            ("odd_timestamp", header(timestamp="yesterday")),
            ("no_uid", header(uid=None)),
            ("not_json", "bundle"),
            ("protobuf", header(format="protobuf")),
        )
    ],
]

CASES = WHOLE + FORMS
