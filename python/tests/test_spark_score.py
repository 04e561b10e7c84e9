"""pillion.spark.score: the answers of pillion.load and of Spark's transform to the same rows,
and what is refused."""

from __future__ import annotations

import datetime
import decimal
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from spark_sessions import session, why_no_spark
from test_connect import FOREST, HOUSES, PRICES, houses

import pillion.export
import pillion.spark
from pillion import _executor

SPARK: Any = None
LINEAR = HOUSES / "house-lr.zip"


def setUpModule() -> None:  # noqa: N802
    global SPARK
    why = why_no_spark()
    if why:
        raise unittest.SkipTest(why)
    SPARK = session("local[2]", **{"spark.sql.execution.arrow.maxRecordsPerBatch": "300"})
    unittest.addModuleCleanup(SPARK.stop)


def bits(value: Any) -> Any:
    """A value in which doubles are equal only to the bit."""
    if isinstance(value, float):
        return struct.pack("<d", value)
    return [bits(item) for item in value] if isinstance(value, list) else value


class Room(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def same(self, found: list[Any], wanted: list[Any]) -> None:
        """assertEqual takes minutes to say how long lists differ."""
        self.assertEqual(len(found), len(wanted))
        for at, (one, other) in enumerate(zip(found, wanted)):
            self.assertEqual(one, other, f"at {at}")

    def frame(self, rows: list[dict[str, Any]], partitions: int = 3) -> Any:
        return SPARK.createDataFrame(pa.Table.from_pylist(rows)).repartition(partitions)


class Answers(Room):
    def test_are_those_of_load_in_the_rows_order(self) -> None:
        rng = random.Random(11)
        rows = [
            {**rng.choice(houses()), "sqft_living": rng.uniform(300, 9000), "at": at}
            for at in range(2000)
        ]
        outputs = ["prediction", "numbers", "zip_vector"]
        frame = SPARK.createDataFrame(pa.Table.from_pylist(rows)).coalesce(1)
        found = pillion.spark.score(frame, LINEAR, outputs=outputs).collect()
        with pillion.load(LINEAR, outputs=outputs) as model:
            wanted = model.score([{n: row[n] for n in houses()[0]} for row in rows])
        for name in outputs:
            self.same([bits(row[name]) for row in found], [bits(row[name]) for row in wanted])
        # In order, and kept as they were.
        self.same([{n: row[n] for n in rows[0]} for row in found], rows)

    def test_are_those_of_spark(self) -> None:
        """Text and vectors in and out, and rows that a stage removes."""
        from pyspark.ml import PipelineModel
        from pyspark.ml import feature as f
        from pyspark.ml.linalg import Vectors

        model = PipelineModel(
            stages=[
                f.Bucketizer(
                    inputCol="x",
                    outputCol="bin",
                    splits=[-math.inf, 0, 1, math.inf],
                    handleInvalid="skip",
                ),
                f.IndexToString(inputCol="bin", outputCol="name", labels=["low", "ü", ""]),
                f.Binarizer(inputCol="n", outputCol="up", threshold=3.5),
                f.VectorAssembler(inputCols=["bin", "flag", "price"], outputCol="joined"),
                f.ElementwiseProduct(
                    inputCol="v", outputCol="scaled", scalingVec=Vectors.dense(2, 0.5, -1)
                ),
            ]
        )
        saved = str(self.directory / "model")
        model.save(saved)
        pillion.export.spark(saved, str(self.directory / "model.zip"))
        vectors = [Vectors.dense(1, 2, 3), Vectors.sparse(3, [2], [7.5]), Vectors.sparse(3, [], [])]
        rows = [
            (
                at,
                math.nan if at % 6 == 5 else at / 300 - 1.5,
                at % 7,
                at % 2 == 0,
                decimal.Decimal(at) / 4,
                vectors[at % 3],
            )
            for at in range(1200)
        ]
        frame = SPARK.createDataFrame(rows, ["id", "x", "n", "flag", "price", "v"])
        wanted = model.transform(frame.selectExpr("*").withColumn("n", frame.n.cast("double")))
        found = pillion.spark.score(
            frame, self.directory / "model.zip", outputs=["name", "up", "joined", "scaled"]
        )
        names = ["id", "v", "flag", "price", "name", "up", "joined", "scaled"]
        wanted_rows = wanted.select(names).collect()
        self.assertEqual(len(wanted_rows), 1000)  # the others were removed
        found_rows = found.select(names).collect()
        self.same(
            [list(map(_dense, row)) for row in found_rows],
            [list(map(_dense, row)) for row in wanted_rows],
        )

    def test_columns_of_any_kind_are_kept(self) -> None:
        from pyspark.sql import functions as F  # noqa: N812

        row = {name: value for name, value in houses()[0].items()}
        frame = self.frame([row]).select(
            "*",
            F.lit(datetime.datetime(2026, 1, 2, 3, 4, 5, 6)).alias("when"),
            F.lit(datetime.date(1999, 12, 31)).alias("day"),
            F.lit(decimal.Decimal("12.345")).alias("money"),
            F.lit(b"\x00\xff").alias("bytes"),
            F.array(F.lit(1), F.lit(2)).alias("whole"),
            F.create_map(F.lit("k"), F.lit(1.5)).alias("map"),
            F.struct(F.lit("s").alias("s"), F.lit(None).cast("int").alias("i")).alias("parts"),
            F.lit(None).alias("nothing"),
        )
        before = frame.collect()
        after = pillion.spark.score(frame, LINEAR, outputs=["prediction"])
        self.assertEqual(after.drop("prediction").collect(), before)
        kept = [field.dataType for field in after.schema.fields[:-1]]
        self.assertEqual(kept, [field.dataType for field in frame.schema.fields])

    def test_names_are_found_as_spark_finds_them(self) -> None:
        row = {name.upper(): value for name, value in houses()[0].items()}
        frame = self.frame([row])
        found = pillion.spark.score(frame, LINEAR, outputs=["prediction"]).collect()
        self.assertEqual(found[0]["prediction"], PRICES[0])
        SPARK.conf.set("spark.sql.caseSensitive", "true")
        self.addCleanup(SPARK.conf.set, "spark.sql.caseSensitive", "false")
        with self.assertRaisesRegex(pillion.BadRow, "no column bathrooms"):
            pillion.spark.score(frame, LINEAR, outputs=["prediction"])

    def test_a_directory_is_sent_as_one_file(self) -> None:
        with zipfile.ZipFile(LINEAR) as bundle:
            bundle.extractall(self.directory / "house")
        frame = SPARK.createDataFrame(pa.Table.from_pylist(houses()))
        found = pillion.spark.score(frame, self.directory / "house", outputs=["prediction"])
        self.assertEqual([row["prediction"] for row in found.collect()], PRICES)

    def test_a_frame_without_rows(self) -> None:
        frame = self.frame(houses()).where("sqft_living < 0")
        found = pillion.spark.score(frame, LINEAR, outputs=["prediction"])
        self.assertEqual(found.collect(), [])
        self.assertEqual(found.columns, [*frame.columns, "prediction"])


def _dense(value: Any) -> Any:
    return value.toArray().tolist() if hasattr(value, "toArray") else value


class Models(Room):
    def test_a_shared_path_is_read_anew(self) -> None:
        path = self.directory / "house.zip"
        frame = self.frame(houses(), 1)
        at = {row["sqft_lot"] * 1e6 + row["sqft_living"]: n for n, row in enumerate(houses())}
        for source, expected in (("house-lr.zip", PRICES), ("house-rf.zip", FOREST)):
            shutil.copy(HOUSES / source, path)
            scored = pillion.spark.score(frame, path, outputs=["prediction"], ship=False)
            for row in scored.collect():
                place = at[row["sqft_lot"] * 1e6 + row["sqft_living"]]
                self.assertEqual(row["prediction"], expected[place])
        path.unlink()
        with self.assertRaisesRegex(Exception, f"cannot load {path}.*every executor has to see it"):
            scored.collect()

    def test_a_sent_model_is_not_looked_for_again(self) -> None:
        path = self.directory / "house.zip"
        shutil.copy(LINEAR, path)
        frame = SPARK.createDataFrame(pa.Table.from_pylist(houses()))
        scored = pillion.spark.score(frame, path, outputs=["prediction"])
        shutil.copy(HOUSES / "house-rf.zip", path)
        forest = pillion.spark.score(frame, path, outputs=["prediction"])
        path.unlink()
        self.assertEqual([row["prediction"] for row in scored.collect()], PRICES)
        self.assertEqual([row["prediction"] for row in forest.collect()], FOREST)


class Refused(Room):
    def test_columns_that_do_not_fit_are_all_named_at_once(self) -> None:
        from pyspark.sql import functions as F  # noqa: N812

        frame = self.frame(houses()).drop("grade").withColumn("lat", F.current_date())
        frame = frame.withColumn("zipcode", F.col("zipcode").cast("int"))
        with self.assertRaises(pillion.BadRow) as caught:
            pillion.spark.score(frame, LINEAR)
        text = str(caught.exception)
        self.assertIn("has no column grade, which the model reads: add it", text)
        self.assertIn("column lat is of the type date, and the model reads double", text)
        self.assertIn("zipcode is of the type int, and the model reads string: give text", text)

    def test_names_that_are_there_already(self) -> None:
        frame = self.frame(houses()).selectExpr("*", "0 as Prediction")
        with self.assertRaisesRegex(pillion.BadRow, "has a column Prediction already"):
            pillion.spark.score(frame, LINEAR, outputs=["prediction"])
        frame = frame.withColumnRenamed("Prediction", "Error")
        pillion.spark.score(frame, LINEAR, outputs=["prediction"])
        with self.assertRaisesRegex(pillion.BadRow, "has a column Error already"):
            pillion.spark.score(frame, LINEAR, outputs=["prediction"], errors="column")
        with self.assertRaisesRegex(ValueError, "'raise' or 'column', not 'ignore'"):
            pillion.spark.score(frame, LINEAR, errors="ignore")
        with self.assertRaisesRegex(pillion.BadRow, "has 2 columns GRADE|has 2 columns grade"):
            twice = self.frame(houses()).selectExpr("* except (grade)", "0D Grade", "1D GRADE")
            pillion.spark.score(twice, LINEAR, outputs=["prediction"])

    def test_models_that_are_not_there(self) -> None:
        frame = self.frame(houses())
        with self.assertRaisesRegex(pillion.UnknownModel, "nothing.zip"):
            pillion.spark.score(frame, self.directory / "nothing.zip")
        shutil.copy(LINEAR, self.directory / "house.zip")
        with self.assertRaisesRegex(ValueError, "holds no bundle.json"):
            pillion.spark.score(frame, self.directory, "house", outputs=["prediction"])

    def test_a_bad_row_fails_the_job_with_its_place(self) -> None:
        rows = [dict(row) for row in houses() for _ in range(30)]
        rows[431]["grade"] = None
        frame = SPARK.createDataFrame(pa.Table.from_pylist(rows)).coalesce(1)
        scored = pillion.spark.score(frame, LINEAR, outputs=["prediction"])
        with self.assertRaisesRegex(
            Exception, r"row 431 of partition 0, column grade: .*null.*\(kNullValue, code 16\)"
        ):
            scored.collect()

    def test_bad_rows_may_go_to_a_column(self) -> None:
        rows = [{**row, "n": n} for n, row in enumerate(houses() * 100)]
        bad = set(random.Random(3).sample(range(len(rows)), 40)) | set(range(900, 1300))
        for n in bad:
            rows[n]["grade"] = None
        frame = SPARK.createDataFrame(pa.Table.from_pylist(rows)).coalesce(1)
        scored = pillion.spark.score(
            frame, LINEAR, outputs=["prediction"], errors="column", error_column="why"
        ).collect()
        self.same([row["n"] for row in scored], list(range(len(rows))))
        with pillion.load(LINEAR, outputs=["prediction"]) as model:
            for n, row in enumerate(scored):
                if n not in bad:
                    self.assertEqual(row["prediction"], PRICES[n % len(PRICES)])
                    self.assertIsNone(row["why"])
                    continue
                self.assertIsNone(row["prediction"])
                why = row["why"].asDict()
                self.assertEqual((why["code"], why["name"]), (16, "kNullValue"))
                self.assertEqual(why["column"], "grade")
            with self.assertRaises(pillion.BadRow) as caught:
                model.score({name: rows[900][name] for name in houses()[0]})
        self.assertEqual(why["text"], str(caught.exception))
        self.assertEqual(why["stage"], caught.exception.stage)

    def test_an_executor_without_the_package_says_so(self) -> None:
        from pyspark import cloudpickle

        task = _executor.Task("p", False, None, (), (), (), error_column=None)
        program = "import pickle; next(pickle.load(sys.stdin.buffer)(iter([])))"
        done = subprocess.run(
            [sys.executable, "-c", "import sys; sys.path.append(sys.argv[1]);" + program]
            + [str(Path(sys.modules["pyspark"].__file__ or "").parents[1])],
            input=cloudpickle.dumps(pillion.spark._scorer(task)),
            env={name: v for name, v in os.environ.items() if name != "PYTHONPATH"},
            cwd=self.directory,
            capture_output=True,
            check=False,
        )
        self.assertIn(b"has no pillion.spark", done.stderr)
        self.assertIn(b"install the wheel of pillion there", done.stderr)


if __name__ == "__main__":
    unittest.main()
