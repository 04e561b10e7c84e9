"""Trains two models of house prices on real sales in King County and exports them as bundles.

Usage: train.py HOUSE_PRICES.parquet OUT_DIR
Needs MLEAP_CLASSPATH (MLeap's jars) and SCORE_CLASSPATH (the plain JVM that answers as MLeap
does); train.sh sets both.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import mleap.pyspark  # noqa: F401  (adds serializeToBundle to Spark's models)
from mleap.pyspark.spark_support import SimpleSparkSerializer  # noqa: F401
from pyspark.ml import Pipeline
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
from pyspark.ml.regression import LinearRegression, RandomForestRegressor
from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

SEED = 20180607
HELD_OUT = 200
TARGET = "price"
CATEGORY = "zipcode"
# sqft_basement is sqft_living - sqft_above, so a linear model must not have all three.
NUMBERS = [
    "bedrooms",
    "bathrooms",
    "sqft_living",
    "sqft_lot",
    "floors",
    "waterfront",
    "view",
    "condition",
    "grade",
    "sqft_above",
    "yr_built",
    "yr_renovated",
    "lat",
    "long",
    "sqft_living15",
    "sqft_lot15",
]
INPUTS = NUMBERS + [CATEGORY]


def start_spark():
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.driver.extraClassPath", os.environ["MLEAP_CLASSPATH"])
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def read_sales(spark, path):
    """All sales as tuples of INPUTS and the price, in the order of the file."""
    columns = [f"cast({name} as double) {name}" for name in NUMBERS]
    columns += [f"cast({CATEGORY} as string) {CATEGORY}", f"cast({TARGET} as double) {TARGET}"]
    return [tuple(row) for row in spark.read.parquet(str(path)).selectExpr(*columns).collect()]


def hold_out(sales):
    chosen = set(random.Random(SEED).sample(range(len(sales)), HELD_OUT))
    training = [row for index, row in enumerate(sales) if index not in chosen]
    return training, [sales[index] for index in sorted(chosen)]


def data_frame(spark, rows):
    schema = StructType(
        [StructField(name, DoubleType()) for name in NUMBERS]
        + [StructField(CATEGORY, StringType()), StructField(TARGET, DoubleType())]
    )
    # One partition: sums of doubles depend on how the rows are split up.
    return spark.createDataFrame(rows, schema).coalesce(1).cache()


def zip_index():
    return StringIndexer(
        inputCol=CATEGORY, outputCol="zip_index", handleInvalid="keep", stringOrderType="alphabetAsc"
    )


def linear_model():
    return Pipeline(
        stages=[
            zip_index(),
            OneHotEncoder(inputCols=["zip_index"], outputCols=["zip_vector"]),
            VectorAssembler(inputCols=NUMBERS, outputCol="numbers"),
            StandardScaler(inputCol="numbers", outputCol="scaled", withMean=True, withStd=True),
            VectorAssembler(inputCols=["scaled", "zip_vector"], outputCol="features"),
            LinearRegression(
                featuresCol="features", labelCol=TARGET, predictionCol="prediction", regParam=1.0, maxIter=200
            ),
        ]
    )


def forest_model():
    return Pipeline(
        stages=[
            zip_index(),
            VectorAssembler(inputCols=NUMBERS + ["zip_index"], outputCol="features"),
            RandomForestRegressor(
                featuresCol="features",
                labelCol=TARGET,
                predictionCol="prediction",
                numTrees=20,
                maxDepth=6,
                maxBins=80,
                seed=SEED,
            ),
        ]
    )


def write_json_lines(path, head, rows, tail):
    lines = ",\n".join(json.dumps(row) for row in rows)
    path.write_text(f"{head}[\n{lines}\n]{tail}\n")


def write_frame(path, rows):
    fields = [{"name": name, "type": "double"} for name in NUMBERS]
    fields.append({"name": CATEGORY, "type": "string"})
    schema = json.dumps({"fields": fields})
    write_json_lines(path, f'{{"schema": {schema},\n"rows": ', [row[:-1] for row in rows], "}")


def write_prices(path, rows):
    path.write_text("\n".join(["price"] + [f"{row[-1]:.0f}" for row in rows]) + "\n")


def export(model, sample, path):
    path.unlink(missing_ok=True)
    model.serializeToBundle(f"jar:file:{path.resolve()}", model.transform(sample))


def spark_answers(model, houses):
    return [row.prediction for row in model.transform(houses).select("prediction").collect()]


def mleap_answers(bundle, frame, work):
    answer = work / f"{bundle.stem}.answer.json"
    command = [
        "java",
        "-cp",
        os.environ["SCORE_CLASSPATH"],
        "pillion.golden.Scorer",
        str(bundle),
        str(frame),
        str(answer),
    ]
    subprocess.run(command, check=True)
    scored = json.loads(answer.read_text())
    answer.unlink()
    column = [field["name"] for field in scored["schema"]["fields"]].index("prediction")
    return [row[column] for row in scored["rows"]]


def report(name, model, houses):
    evaluate = RegressionEvaluator(labelCol=TARGET, predictionCol="prediction")
    scored = model.transform(houses)
    error = evaluate.evaluate(scored, {evaluate.metricName: "mae"})
    share = evaluate.evaluate(scored, {evaluate.metricName: "r2"})
    print(f"{name}: mean absolute error {error:,.0f} dollars, r2 {share:.3f} on the held-out sales")


def train(name, pipeline, training, houses, out):
    print(f"training {name}")
    model = pipeline.fit(training)
    bundle = out / f"{name}.zip"
    export(model, training, bundle)
    report(name, model, houses)
    return {
        "spark": spark_answers(model, houses),
        "mleap": mleap_answers(bundle, out / "houses.frame.json", out),
    }


def write_answers(path, answers):
    parts = []
    for name, by_engine in answers.items():
        columns = ",\n".join(f'"{engine}": {json.dumps(values)}' for engine, values in by_engine.items())
        parts.append(f'"{name}": {{\n{columns}\n}}')
    path.write_text("{" + ",\n".join(parts) + "}\n")


def main(parquet, out):
    spark = start_spark()
    training, houses = hold_out(read_sales(spark, parquet))
    print(f"{len(training)} sales to learn from, {len(houses)} held out")
    write_frame(out / "houses.frame.json", houses)
    write_prices(out / "prices.csv", houses)
    train_frame, house_frame = data_frame(spark, training), data_frame(spark, houses)
    write_answers(
        out / "answers.json",
        {
            "house-lr": train("house-lr", linear_model(), train_frame, house_frame, out),
            "house-rf": train("house-rf", forest_model(), train_frame, house_frame, out),
        },
    )
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
