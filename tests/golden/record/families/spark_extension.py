"""Transformers of MLeap's Spark extension, so that Spark's own answer is known for its ops."""

from families.values import NUMBERS, TOKEN_ROWS, TOKENS
from recorder.cases import Table, spark_case
from recorder.frames import NAN
from recorder.spark import JavaModel

X = {"x": "double"}
NUMBER_ROWS = [[value] for value in NUMBERS] + [[None]]
PAIRS = {"a": "double", "b": "double"}
PAIR_ROWS = [[5.5, -2.0], [-5.5, 2.0], [1.0, NAN], [2.0, 0.5], [0.0, 0.0], [None, 1.0]]


def extension(name, op, make, columns, rows, note=""):
    return spark_case(name, op, make, Table(columns, rows[:5]), columns, rows, note, extension=True)


def unary(operation):
    def make(session):
        from mleap.pyspark.feature.math_unary import MathUnary, UnaryOperation

        return MathUnary(operation=UnaryOperation[operation], inputCol="x", outputCol="out")

    rows = (
        NUMBER_ROWS + [[0.25], [0.9]]
        if operation != "Logit"
        else [[0.0], [0.25], [1.0], [NAN], [2.0], [None]]
    )
    return extension(f"ext_math_unary_{operation.lower()}", "math_unary", make, X, rows)


def binary(operation, **options):
    def make(session):
        from mleap.pyspark.feature.math_binary import BinaryOperation, MathBinary

        return MathBinary(operation=BinaryOperation[operation], outputCol="out", **options)

    name = "_".join(["ext_math_binary", operation.lower(), *(["default"] if "defaultB" in options else [])])
    return extension(name, "math_binary", make, PAIRS, PAIR_ROWS)


def string_map(handling):
    def make(session):
        from mleap.pyspark.feature.string_map import StringMap

        return StringMap(
            labels={"alice": 1.5, "日本": -2.0},
            inputCol="x",
            outputCol="out",
            handleInvalid=handling,
            defaultValue=9.0,
        )

    rows = [["alice"], ["日本"], ["bob"], [""], [None]]
    return spark_case(f"ext_string_map_{handling}", "string_map", make, Table({"x": "string"}, rows[:1]),
                      {"x": "string"}, rows, extension=True)  # fmt: skip


def gateway(session):
    return session.sparkContext._jvm.org.apache.spark.ml.mleap


def word_filter(session):
    stage = gateway(session).feature.WordLengthFilter()
    stage.setInputCol("words").setOutputCol("out").setWordLength(4)
    return JavaModel(stage)


class JavaEstimator:
    """An estimator without a Python class; fits as PySpark's do."""

    def __init__(self, make):
        self._make = make

    def fit(self, frame):
        return JavaModel(self._make().fit(frame._jdf))


def imputer(strategy):
    def make(session):
        return JavaEstimator(
            lambda: gateway(session)
            .feature.Imputer()
            .setInputCol("x")
            .setOutputCol("out")
            .setStrategy(strategy)
        )

    rows = [[1.0], [2.0], [NAN], [4.5], [9.0], [None]]
    return extension(f"ext_imputer_{strategy}_fitted", "imputer", make, X, rows)


CASES = [
    *[unary(name) for name in ("Sin", "Log", "Exp", "Abs", "Sqrt", "Logit")],
    *[binary(name, inputA="a", inputB="b") for name in ("Add", "Divide", "Remainder", "LogN", "Pow", "Min")],
    binary("Multiply", inputA="a", defaultB=3.333),
    string_map("error"),
    string_map("keep"),
    extension("ext_word_filter_4", "word_filter", word_filter, TOKENS, TOKEN_ROWS),
    imputer("mean"),
    imputer("median"),
]
