"""The Spark side: session, data frames, export, and Spark's own answers."""

import os
import re

from pyspark.ml import Pipeline
from pyspark.ml.linalg import DenseMatrix, DenseVector, SparseVector, Vectors, VectorUDT
from pyspark.sql import SparkSession, types

from recorder.frames import Tensor, base_of, is_nullable, kind_of

SCALARS = {
    "boolean": types.BooleanType(),
    "byte": types.ByteType(),
    "short": types.ShortType(),
    "integer": types.IntegerType(),
    "int": types.IntegerType(),
    "long": types.LongType(),
    "float": types.FloatType(),
    "double": types.DoubleType(),
    "string": types.StringType(),
    "byte_string": types.BinaryType(),
}
ROW = "_row"


def start(class_path):
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.driver.extraClassPath", class_path)
        .config("spark.driver.memory", "2g")
        # Thousands of queries of a few rows: compiling each would take most of the time.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.default.parallelism", "1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    return session


def spark_type(kind):
    if kind_of(kind) == "list":
        return types.ArrayType(SCALARS[base_of(kind)])
    if kind_of(kind) == "map":
        return types.MapType(SCALARS[kind["key"]], SCALARS[base_of(kind)])
    if kind_of(kind) == "tensor":
        return VectorUDT()
    return SCALARS[base_of(kind)]


def spark_value(value):
    if not isinstance(value, Tensor):
        return value
    if value.indices is None:
        return Vectors.dense(list(value.values))
    return Vectors.sparse(value.dimensions[0], [i for (i,) in value.indices], list(value.values))


def data_frame(session, columns, rows):
    fields = [types.StructField(name, spark_type(kind), is_nullable(kind)) for name, kind in columns.items()]
    values = [tuple(spark_value(value) for value in row) for row in rows]
    return session.createDataFrame(values, types.StructType(fields)).coalesce(1)


def numbered_frame(session, columns, rows):
    numbered = [[*row, number] for number, row in enumerate(rows)]
    return data_frame(session, {**columns, ROW: "integer"}, numbered)


class JavaModel:
    """A Spark stage that has no Python class, made through the gateway."""

    def __init__(self, java_object):
        self._java_object = java_object

    def _to_java(self):
        return self._java_object

    def transform(self, frame):
        from pyspark.sql import DataFrame

        return DataFrame(self._java_object.transform(frame._jdf), frame.sparkSession)


def fit(stages, frame):
    if isinstance(stages, list):
        return Pipeline(stages=stages).fit(frame)
    return stages.fit(frame) if hasattr(stages, "fit") else stages


def export(session, model, frame, path, protobuf):
    jvm = session.sparkContext._jvm
    form = "Protobuf" if protobuf else "Json"
    holder = getattr(jvm.ml.combust.bundle.serializer, f"SerializationFormat${form}$")
    path.unlink(missing_ok=True)
    jvm.ml.combust.mleap.spark.SimpleSparkSerializer().serializeToBundleWithFormat(
        model._to_java(),
        f"jar:file:{path.resolve()}",
        model.transform(frame)._jdf,
        getattr(holder, "MODULE$"),
    )


def answers(session, model, columns, rows, prepare=None):
    """Spark's rows by number, as plain lists, and the names of their columns."""
    frame = numbered_frame(session, columns, rows)
    scored = model.transform(prepare(frame) if prepare else frame)
    names = [name for name in scored.columns if name != ROW]
    collected = scored.select(ROW, *[f"`{name}`" for name in names]).collect()
    return names, {row[0]: [plain(value) for value in row[1:]] for row in collected}


def plain(value):
    if isinstance(value, (DenseVector, SparseVector)):
        return [float(element) for element in value.toArray()]
    if isinstance(value, DenseMatrix):
        return [float(element) for element in value.toArray().flatten(order="F")]
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    return value


def error_text(error):
    """The classes and messages of a failure, without what changes from run to run."""
    found = re.findall(r"(?:Caused by: )?((?:java|scala|org)\.[\w.$]+(?:Exception|Error)[^\n]*)", str(error))
    text = " <- ".join(dict.fromkeys(found)) or str(error).splitlines()[0]
    text = re.sub(r"\$\$Lambda[^`]*", "", text)
    text = re.sub(r"_[0-9a-f]{12}", "", text)
    return text[:300]


def extra_class_path():
    return os.environ["MLEAP_CLASSPATH"]
