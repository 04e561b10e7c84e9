"""Spark's saved models: the same answers as Spark gives, and what is refused.

Fits with pyspark, which needs a JVM; the exporter itself reads the directories without one.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml import classification as c
from pyspark.ml import clustering as k
from pyspark.ml import feature as f
from pyspark.ml import regression as r
from pyspark.ml.linalg import Vectors
from pyspark.ml.recommendation import ALS
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession
from scoring import hold_golden_rows, numbers, score, ulps, validate

import pillion.export
from pillion.export import ExportError

INPUTS = ["a", "b", "color", "shape", "text"]
SENTENCES = [
    "The quick brown fox",
    "a lazy dog and a fox",
    "dogs, foxes & Ünïcode",
    "",
    "one",
    "the the the end of it all",
]


def make_rows(count: int, seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    rows = []
    for _ in range(count):
        a, b = rng.gauss(0, 1), rng.gauss(3, 10)
        color = rng.choice(["red", "green", "blue"])
        signal = a + b / 10 + (color == "red") + rng.gauss(0, 0.3)
        rows.append(
            {
                "a": a,
                "b": b if rng.random() < 0.9 else math.nan,
                "color": color,
                "shape": rng.choice(["round", "flat", "tall", "odd"]),
                "text": rng.choice(SENTENCES),
                "y": signal,
                "positive": abs(signal) + 0.1,
                "two": float(signal > 0.5),
                "three": float((signal > 0) + (signal > 1.2)),
            }
        )
    return rows


def stages() -> list[Any]:
    """Every stage that is carried, but those that need columns of other kinds."""
    scaled = {"featuresCol": "scaled"}
    trees = {"featuresCol": "indexed", "seed": 7}

    def named(estimator: Any, name: str) -> Any:
        estimator.setPredictionCol(name)
        if hasattr(estimator, "setRawPredictionCol"):
            estimator.setRawPredictionCol(f"{name}_raw")
        if hasattr(estimator, "setProbabilityCol"):
            estimator.setProbabilityCol(f"{name}_probability")
        return estimator

    prepared = [
        f.StringIndexer(
            inputCols=["color", "shape"], outputCols=["color_i", "shape_i"], handleInvalid="keep"
        ),
        f.OneHotEncoder(
            inputCols=["color_i", "shape_i"],
            outputCols=["color_v", "shape_v"],
            handleInvalid="keep",
        ),
        f.OneHotEncoder(inputCol="shape_i", outputCol="shape_w", dropLast=False),
        f.Imputer(inputCols=["b"], outputCols=["b_filled"], strategy="median"),
        f.Bucketizer(inputCol="a", outputCol="a_bin", splits=[-math.inf, -0.5, 0, 0.5, math.inf]),
        f.QuantileDiscretizer(inputCol="b_filled", outputCol="b_bin", numBuckets=3),
        f.Binarizer(inputCol="a", outputCol="a_up", threshold=0.25),
        f.IndexToString(inputCol="a_bin", outputCol="a_name", labels=["p", "q", "r", "s"]),
        f.VectorAssembler(
            inputCols=["a", "b_filled", "color_v", "shape_w", "a_bin", "b_bin"], outputCol="joined"
        ),
        f.StandardScaler(inputCol="joined", outputCol="scaled", withMean=True),
        f.StandardScaler(inputCol="joined", outputCol="divided"),
        f.RobustScaler(inputCol="joined", outputCol="robust", withCentering=True),
        f.MinMaxScaler(inputCol="joined", outputCol="ranged", min=-1.0, max=2.0),
        f.MinMaxScaler(inputCol="joined", outputCol="unit"),
        f.Normalizer(inputCol="joined", outputCol="normal", p=1.0),
        f.PolynomialExpansion(inputCol="joined", outputCol="powers", degree=2),
        f.PCA(inputCol="scaled", outputCol="components", k=2),
        f.DCT(inputCol="scaled", outputCol="cosines"),
        f.VectorSlicer(inputCol="joined", outputCol="sliced", indices=[4, 0, 2]),
        f.VectorIndexer(
            inputCol="joined", outputCol="indexed", maxCategories=6, handleInvalid="keep"
        ),
        f.ChiSqSelector(
            featuresCol="unit", labelCol="three", outputCol="selected", numTopFeatures=3
        ),
        f.VarianceThresholdSelector(
            featuresCol="joined", outputCol="varied", varianceThreshold=0.2
        ),
    ]
    words = [
        f.Tokenizer(inputCol="text", outputCol="words"),
        f.RegexTokenizer(inputCol="text", outputCol="tokens", pattern="\\W+", minTokenLength=2),
        f.StopWordsRemover(inputCol="words", outputCol="kept"),
        f.NGram(inputCol="words", outputCol="pairs"),
        f.HashingTF(inputCol="words", outputCol="hashed", numFeatures=64),
        f.IDF(inputCol="hashed", outputCol="weighed"),
        f.CountVectorizer(inputCol="kept", outputCol="counted"),
        f.Word2Vec(inputCol="words", outputCol="meant", vectorSize=3, minCount=0, seed=3),
    ]
    forest = {"numTrees": 6, "maxDepth": 6}
    models = [
        named(r.LinearRegression(labelCol="y", **scaled), "linear"),
        named(r.LinearRegression(labelCol="y", featuresCol="color_v"), "sparse_linear"),
        named(
            r.GeneralizedLinearRegression(labelCol="positive", family="poisson", **scaled), "glm"
        ),
        named(r.AFTSurvivalRegression(labelCol="positive", censorCol="two", **scaled), "aft"),
        named(r.IsotonicRegression(labelCol="y", featuresCol="a"), "isotonic"),
        named(r.DecisionTreeRegressor(labelCol="y", **trees), "tree"),
        named(r.RandomForestRegressor(labelCol="y", **forest, **trees), "forest"),
        named(r.GBTRegressor(labelCol="y", maxIter=6, **trees), "boosted"),
        named(c.LogisticRegression(labelCol="two", **scaled), "logistic"),
        named(c.LogisticRegression(labelCol="two", thresholds=[0.3, 0.7], **scaled), "moved"),
        named(c.LogisticRegression(labelCol="three", **scaled), "multinomial"),
        named(c.LinearSVC(labelCol="two", threshold=0.1, **scaled), "svc"),
        named(c.NaiveBayes(labelCol="three", featuresCol="shape_v"), "bayes"),
        named(c.NaiveBayes(labelCol="three", featuresCol="shape_w", modelType="bernoulli"), "bits"),
        named(c.DecisionTreeClassifier(labelCol="three", **trees), "tree_c"),
        named(c.RandomForestClassifier(labelCol="three", **forest, **trees), "forest_c"),
        named(c.GBTClassifier(labelCol="two", maxIter=6, **trees), "boosted_c"),
        named(
            c.MultilayerPerceptronClassifier(
                labelCol="three", featuresCol="components", layers=[2, 4, 3], seed=5
            ),
            "perceptron",
        ),
        c.OneVsRest(
            classifier=c.LogisticRegression(maxIter=8),
            labelCol="three",
            predictionCol="rest",
            **scaled,
        ),
        named(k.KMeans(k=4, seed=1, **scaled), "means"),
        named(k.BisectingKMeans(k=4, seed=1, **scaled), "bisected"),
        named(k.GaussianMixture(k=2, seed=1, featuresCol="components"), "mixture"),
    ]
    return [Pipeline(stages=prepared), *words, *models]


# Last bits, of the answer or of 1 if that is more, where exp, log or another order of sums come in.
WITHIN = {"perceptron_raw": 64.0}  # 16 for the others
EXACT = (
    "color_i shape_i color_v shape_w b_filled a_bin b_bin a_up a_name joined scaled divided robust "
    "powers sliced indexed selected varied words tokens kept pairs hashed weighed counted "
    "tree forest tree_c tree_c_raw bisected means svc normal meant forest_c forest_c_raw rest "
    "isotonic"
).split()


class WithSpark(unittest.TestCase):
    """What setUpModule made."""

    spark: SparkSession
    model: PipelineModel
    directory: str
    saved: str

    @classmethod
    def frame(cls, rows: list[dict[str, Any]]) -> Any:
        names = list(rows[0])
        return cls.spark.createDataFrame([tuple(row[n] for n in names) for row in rows], names)

    def setUp(self) -> None:
        self.path = os.path.join(tempfile.mkdtemp(dir=self.directory), "model.zip")

    def copy(self) -> Path:
        target = Path(self.path).parent / "copy"
        shutil.copytree(self.saved, target)
        return target

    def problems(self, directory: Any) -> list[str]:
        with self.assertRaises(ExportError) as caught:
            pillion.export.spark(directory, self.path)
        self.assertFalse(os.path.exists(self.path))
        return caught.exception.problems


def setUpModule() -> None:  # noqa: N802
    """Fits and saves one model of all stages; a JVM and 50 fits are slow."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    one = WithSpark
    one.spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    unittest.addModuleCleanup(one.spark.stop)
    one.spark.sparkContext.setLogLevel("OFF")
    one.directory = tempfile.mkdtemp()
    unittest.addModuleCleanup(shutil.rmtree, one.directory)
    one.model = Pipeline(stages=stages()).fit(one.frame(make_rows(600, 1)))
    one.saved = os.path.join(one.directory, "model")
    one.model.save(one.saved)


def hostile(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of which some hold splits and their neighbours, unseen, empty and long text."""
    rng = random.Random(4)
    for row in rows[::3]:
        near = rng.choice([-0.5, 0.0, 0.5, 0.25])
        row["a"] = rng.choice([near, math.nextafter(near, 9), math.nextafter(near, -9), 40.0])
        row["color"] = rng.choice(["unseen", "", "red", "Red"])
        row["text"] = rng.choice([*SENTENCES, "\tquick\t fox ", "x" * 300, "fox " * 60])
    return rows


class Parity(WithSpark):
    def test_answers_are_those_of_spark(self) -> None:
        pillion.export.spark(self.saved, self.path)
        validate(self.path)
        rows = hostile(make_rows(2000, 2))
        frame = self.model.transform(self.frame(rows))
        columns = [name for name in frame.columns if name not in rows[0]]
        columns = [n for n in columns if n not in ("rawPrediction",)]
        wanted = frame.select(*columns).collect()
        found = score(self.path, [{n: row[n] for n in INPUTS} for row in rows], columns)
        self.assertEqual(len(found), len(wanted))
        worst = dict.fromkeys(columns, 0.0)
        for answer, expected in zip(found, wanted):
            for name in columns:
                apart = self.distance(name, answer[name], expected[name])
                worst[name] = max(worst[name], apart)
        if os.environ.get("PILLION_SHOW"):
            print("\n".join(f"| `{name}` | {apart:.3g} |" for name, apart in worst.items()))
        for name, apart in worst.items():
            limit = 0.0 if name in EXACT else WITHIN.get(name, 16.0)
            with self.subTest(name):
                self.assertLessEqual(apart, limit)

    def test_golden_rows_are_its_answers(self) -> None:
        rows = hostile(make_rows(300, 9))
        frame = self.model.transform(self.frame(rows))
        pillion.export.spark(self.saved, self.path, frame, golden=50)
        found = hold_golden_rows(self.path)
        columns = {column["name"]: column for column in found["columns"]}
        self.assertGreaterEqual(found["rows"], 12)
        self.assertLessEqual(found["rows"], 50)
        self.assertTrue(found["made_by"].startswith("Spark "))
        self.assertGreater(len(columns), 20)
        for name in ("color_i", "joined", "forest", "a_name"):
            self.assertLessEqual(columns[name]["ulps_allowed"], 1, name)
            self.assertGreater(columns[name]["equal"], 0)
        with self.assertRaises(ExportError) as caught:
            pillion.export.spark(self.saved, self.path, frame.drop("a", "text"))
        self.assertIn("lacks columns that the model reads: 'a', 'text'", str(caught.exception))
        with self.assertRaises(ExportError) as caught:
            pillion.export.spark(self.saved, self.path, rows)
        self.assertIn("expected a DataFrame of Spark", str(caught.exception))

    def distance(self, name: str, found: Any, wanted: Any) -> float:
        """Last bits between two answers, infinity if they are text and differ."""
        if isinstance(wanted, str):
            return 0.0 if found == wanted else math.inf
        if isinstance(wanted, list):
            return 0.0 if list(found) == list(wanted) else math.inf
        theirs = wanted.toArray().tolist() if hasattr(wanted, "toArray") else [float(wanted)]
        ours = numbers(found)
        if len(ours) != len(theirs):
            return math.inf
        scale = 0.0 if name in EXACT else 1.0
        return max((ulps(a, b, scale) for a, b in zip(ours, theirs)), default=0.0)

    def test_vectors_that_come_from_rows(self) -> None:
        rows = [(Vectors.dense([x, 1.0 - x]), x) for x in (0.0, 0.25, 0.5, 2.0)]
        frame = self.spark.createDataFrame(rows, ["v", "label"])
        product = f.ElementwiseProduct(
            inputCol="v", outputCol="w", scalingVec=Vectors.dense([2.0, -3.0])
        )
        largest = f.MaxAbsScaler(inputCol="w", outputCol="u")
        model = Pipeline(stages=[product, largest]).fit(frame)
        model.save(os.path.join(self.directory, "vectors"))
        pillion.export.spark(os.path.join(self.directory, "vectors"), self.path)
        found = score(self.path, [{"v": list(row[0])} for row in rows], ["u"])
        for answer, expected in zip(found, model.transform(frame).collect()):
            np.testing.assert_allclose(numbers(answer["u"]), expected["u"].toArray(), rtol=1e-15)

    def test_categories_that_a_split_does_not_know(self) -> None:
        rng = random.Random(9)
        rows = [{"s": rng.choice("klmnopqr"), "y": 0.0} for _ in range(400)]
        for row in rows:
            row["y"] = float(ord(row["s"]) * 7919 % 13) + rng.random() / 10
        prepared = Pipeline(
            stages=[
                f.StringIndexer(inputCol="s", outputCol="i"),
                f.VectorAssembler(inputCols=["i"], outputCol="v"),
            ]
        )
        frame = self.frame(rows)
        frame = prepared.fit(frame).transform(frame)
        trees = r.DecisionTreeRegressor(labelCol="y", featuresCol="v", maxDepth=6).fit(frame)
        self.assertIn("in {", trees.toDebugString)
        trees.save(os.path.join(self.directory, "sets"))
        pillion.export.spark(os.path.join(self.directory, "sets"), self.path)
        asked = [float(x) for x in [*range(9), 8, 63, 64, 1000, 0.5, -1]]
        found = score(self.path, [{"v": [x]} for x in asked], ["prediction"])
        wanted = [trees.predict(Vectors.dense([x])) for x in asked]
        self.assertEqual([row["prediction"] for row in found], wanted)

    def test_the_best_of_a_search_and_ratings(self) -> None:
        frame = self.frame(make_rows(200, 5))
        trees = r.DecisionTreeRegressor(labelCol="y", featuresCol="v")
        joined = f.VectorAssembler(inputCols=["a", "positive"], outputCol="v")
        from pyspark.ml.evaluation import RegressionEvaluator

        search = CrossValidator(
            estimator=Pipeline(stages=[joined, trees]),
            estimatorParamMaps=ParamGridBuilder().addGrid(trees.maxDepth, [1, 3]).build(),
            evaluator=RegressionEvaluator(labelCol="y"),
            numFolds=2,
        )
        model = search.fit(frame)
        model.save(os.path.join(self.directory, "search"))
        pillion.export.spark(os.path.join(self.directory, "search"), self.path)
        rows = make_rows(50, 6)
        asked = [{n: row[n] for n in ("a", "positive")} for row in rows]
        found = score(self.path, asked, ["prediction"])
        wanted = [row["prediction"] for row in model.transform(self.frame(rows)).collect()]
        self.assertEqual([row["prediction"] for row in found], wanted)

        ratings = [(u, i, float((u * i) % 5)) for u in range(6) for i in range(5) if (u + i) % 3]
        frame = self.spark.createDataFrame(ratings, ["user", "item", "rating"])
        factors = ALS(rank=3, maxIter=3, seed=2).fit(frame)
        factors.save(os.path.join(self.directory, "als"))
        pillion.export.spark(os.path.join(self.directory, "als"), self.path)
        asked = [{"user": u, "item": i} for u, i, _ in ratings]
        found = score(self.path, asked, ["prediction"])
        wanted = [row["prediction"] for row in factors.transform(frame).collect()]
        by_pair = {
            (row["user"], row["item"]): row["prediction"]
            for row in factors.transform(frame).collect()
        }
        wanted = [by_pair[u, i] for u, i, _ in ratings]
        np.testing.assert_allclose([row["prediction"] for row in found], wanted, rtol=1e-6)


class Refusals(WithSpark):
    def test_what_is_no_saved_model(self) -> None:
        self.assertIn("found nothing", self.problems(os.path.join(self.directory, "no"))[0])
        self.assertIn("has no metadata/", self.problems(self.directory)[0])

    def test_half_written_stages_are_told_all_at_once(self) -> None:
        model = self.copy()
        stages = sorted(model.glob("stages/*"))
        self.assertGreater(len(stages), 20)
        tree = next(s for s in stages if "DecisionTreeRegressor" in s.name)
        for file in (tree / "data").glob("*.parquet"):
            file.unlink()
        shutil.rmtree(next(s for s in stages if "IDF" in s.name) / "data")
        shutil.rmtree(next(s for s in stages if "NGram" in s.name))
        kmeans = next(s for s in stages if s.name.split("_")[1] == "KMeans")
        for file in (kmeans / "metadata").glob("part-*"):
            file.write_text("{")
        svc = next(s for s in stages if "LinearSVC" in s.name)
        for file in (svc / "data").glob("*.parquet"):
            file.write_bytes(file.read_bytes()[:-20])
        found = self.problems(model)
        self.assertEqual(len(found), 5, found)
        for wanted in (
            "stages/ lacks NGram",
            "data/ is not there",
            "data/ holds no finished Parquet file",
            "metadata/ holds no whole JSON",
            "cannot be read",
        ):
            self.assertTrue(any(wanted in problem for problem in found), (wanted, found))

    def test_newer_and_older_sparks_and_unknown_classes(self) -> None:
        model = self.copy()
        changes = {
            "Tokenizer": {"sparkVersion": "5.0.0"},
            "NGram": {"sparkVersion": "2.4.8"},
            "Word2Vec": {"class": "com.example.Word2VecModel"},
            "IsotonicRegression": {"class": "org.apache.spark.ml.feature.RFormulaModel"},
            "GaussianMixture": {"class": "org.apache.spark.ml.clustering.GaussianMixture"},
        }
        for stage in model.glob("stages/*"):
            change = changes.get(stage.name.split("_")[1])
            for file in (stage / "metadata").glob("part-*"):
                if change:
                    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
        found = "\n".join(self.problems(model))
        self.assertEqual(found.count("\n"), 4, found)
        self.assertIn("was saved by Spark 5.0.0", found)
        self.assertIn("was saved by Spark 2.4.8; load it in Spark 3 or 4", found)
        self.assertIn("the class Word2VecModel is none of Spark's own", found)
        self.assertIn("RFormulaModel is not carried: its columns' kinds are not saved", found)
        self.assertIn("GaussianMixture is not fitted", found)

    def test_options_that_an_op_does_not_have(self) -> None:
        joined = f.VectorAssembler(inputCols=["a", "y"], outputCol="v", handleInvalid="skip")
        clusters = k.KMeans(featuresCol="v", k=2, distanceMeasure="cosine")
        index = f.IndexToString(inputCol="two", outputCol="t")
        model = Pipeline(stages=[joined, clusters, index]).fit(self.frame(make_rows(50, 3)))
        model.save(os.path.join(self.directory, "options"))
        found = self.problems(os.path.join(self.directory, "options"))
        self.assertEqual(len(found), 3, found)
        self.assertIn("handleInvalid 'skip' is not carried", found[0])
        self.assertIn("distanceMeasure cosine is not carried", found[1])
        self.assertIn("takes its labels from a DataFrame", found[2])


if __name__ == "__main__":
    unittest.main()
