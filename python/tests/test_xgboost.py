"""XGBoost models: the same answers, and what is refused."""

from __future__ import annotations

import math
import os
import random
import tempfile
import unittest
import warnings
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb
from parity import NAMES, as_rows, frame_of, target_of
from scoring import numbers, score, ulps
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import pillion.export
from pillion.export import ExportError

# Last bits of float, the precision in which XGBoost computes. A float in its own last bits is
# 2^29 last bits of a double.
FLOAT = 2.0**29


def hostile_rows(booster: xgb.Booster, count: int = 3000) -> pd.DataFrame:
    """Random rows with missing values, of which half hold splits and their neighbours."""
    frame = frame_of("missing", count, 21)
    rng = random.Random(8)
    near: list[float] = [0.0, -0.0, 1e30, -1e30, math.nan, math.nan]
    trees = booster.trees_to_dataframe() if "gblinear" not in booster.save_config() else None
    splits = [] if trees is None else trees["Split"].dropna().unique().tolist()
    for split in splits[:300]:
        at = np.float32(split)
        for x in (at, np.nextafter(at, np.float32(9e9)), np.nextafter(at, np.float32(-9e9))):
            middle = (float(x) + float(np.nextafter(x, np.float32(9e9)))) / 2
            near += [float(x), middle, math.nextafter(middle, 9e9), math.nextafter(middle, -9e9)]
    for i in range(0, count, 2):
        for name in rng.sample(NAMES, rng.randint(1, len(NAMES))):
            frame.iat[i, frame.columns.get_loc(name)] = rng.choice(near)
    frame.iloc[1::9, :4] = 0.0  # many zeros, which are not missing
    return frame


class Parity(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "model.zip")
        self.frame = frame_of("missing", 800, 3)
        warnings.simplefilter("ignore")

    def compare(
        self, model: Any, expected: dict[str, Any], rows: pd.DataFrame, within: float = 0
    ) -> None:
        """Compares answers: the same floats, or `within` last bits of 1 and above."""
        found = score(self.path, as_rows(rows), list(expected))
        self.assertEqual(len(found), len(rows))
        for column, wanted in expected.items():
            for answer, one in zip(found, wanted):
                for a, b in zip(numbers(answer[column]), np.ravel(one).tolist()):
                    apart = ulps(a, float(b), 1.0 if within else 0.0) / FLOAT
                    limit = 0 if column == "prediction" and hasattr(model, "classes_") else within
                    self.assertLessEqual(apart, limit, (column, answer, one))

    def test_classifiers(self) -> None:
        for kind in ("binary", "three"):
            for booster in ("gbtree", "dart"):
                with self.subTest(kind=kind, booster=booster):
                    model = xgb.XGBClassifier(n_estimators=20, max_depth=5, booster=booster)
                    model.fit(self.frame, target_of(kind, self.frame, 4))
                    pillion.export.xgboost(model, self.path)
                    rows = hostile_rows(model.get_booster())
                    expected = {
                        "prediction": model.predict(rows),
                        "probability": model.predict_proba(rows),
                        "decision": model.predict(rows, output_margin=True),
                    }
                    # The library fuses a tree's weight into the sum.
                    self.compare(model, expected, rows, within=8 if booster == "dart" else 0)

    def test_regressors(self) -> None:
        objectives = {
            "reg:squarederror": "regression",
            "reg:absoluteerror": "regression",
            "reg:pseudohubererror": "regression",
            "count:poisson": "positive",
            "reg:gamma": "positive",
            "reg:tweedie": "positive",
            "reg:logistic": "binary",
            "reg:squaredlogerror": "positive",
            "binary:hinge": "binary",
            "binary:logitraw": "binary",
        }
        for objective, kind in objectives.items():
            with self.subTest(objective):
                model = xgb.XGBRegressor(n_estimators=20, max_depth=4, objective=objective)
                model.fit(self.frame, target_of(kind, self.frame, 4))
                pillion.export.xgboost(model, self.path)
                rows = hostile_rows(model.get_booster())
                self.compare(model, {"prediction": model.predict(rows)}, rows)

    def test_boosters_and_linear_boosters(self) -> None:
        for name in ("gbtree", "gblinear"):
            data = xgb.DMatrix(self.frame, target_of("regression", self.frame, 4))
            model = xgb.train({"booster": name, "max_depth": 3}, data, 12)
            pillion.export.xgboost(model, self.path)
            rows = hostile_rows(model)
            if name == "gblinear":
                rows = rows.clip(-1e6, 1e6)
            self.compare(model, {"prediction": model.predict(xgb.DMatrix(rows))}, rows)
        data = xgb.DMatrix(self.frame, target_of("three", self.frame, 4))
        model = xgb.train({"objective": "multi:softmax", "num_class": 3}, data, 6)
        pillion.export.xgboost(model, self.path)
        rows = hostile_rows(model)
        self.compare(model, {"prediction": model.predict(xgb.DMatrix(rows))}, rows)

    def test_null_and_absent_are_missing(self) -> None:
        model = xgb.XGBRegressor(n_estimators=5).fit(
            self.frame, target_of("regression", self.frame, 4)
        )
        pillion.export.xgboost(model, self.path, ["u", "v", "w", "x", "y", "z"])
        rows = [dict(zip("uvwxyz", [None, 1.0, None, 3.0, 5.0, None])), {"v": 1.0, "x": 3, "y": 5}]
        wanted = model.predict(np.array([[np.nan, 1.0, np.nan, 3.0, 5.0, np.nan]]))[0]
        for row in score(self.path, rows, ["prediction"]):
            self.assertEqual(row["prediction"], float(wanted))

    def test_early_stopping_asks_the_best_trees(self) -> None:
        target = target_of("regression", self.frame, 4)
        model = xgb.XGBRegressor(n_estimators=200, learning_rate=0.8, early_stopping_rounds=3)
        half = len(self.frame) // 2
        fitted = model.fit(
            self.frame[:half],
            target[:half],
            eval_set=[(self.frame[half:], target[half:])],
            verbose=False,
        )
        self.assertLess(fitted.best_iteration + 1, fitted.get_booster().num_boosted_rounds())
        pillion.export.xgboost(fitted, self.path)
        rows = hostile_rows(fitted.get_booster())
        self.compare(fitted, {"prediction": fitted.predict(rows)}, rows)

    def test_the_last_step_of_a_pipeline(self) -> None:
        model = make_pipeline(StandardScaler(), xgb.XGBClassifier(n_estimators=15))
        model.fit(self.frame, target_of("three", self.frame, 4))
        pillion.export.sklearn(model, self.path, self.frame)
        rows = hostile_rows(model[-1].get_booster()).clip(-1e6, 1e6)
        expected = {"prediction": model.predict(rows), "probability": model.predict_proba(rows)}
        self.compare(model[-1], expected, rows)

    def test_zeros_of_a_sparse_matrix_are_missing(self) -> None:
        frame = frame_of("mixed", 800, 3)
        target = target_of("regression", frame, 4) + 5 * (frame["g"] == "red")
        encoder = OneHotEncoder(handle_unknown="ignore")
        rows = frame_of("mixed", 1000, 5)
        rows.loc[::5, "g"] = "unseen"
        for threshold in (1.0, 0.0):
            columns = ColumnTransformer(
                [("one", encoder, ["g", "h"]), ("d", "passthrough", ["d", "a"])],
                sparse_threshold=threshold,
            )
            model = make_pipeline(columns, xgb.XGBRegressor(n_estimators=15))
            model.fit(frame, target)
            self.assertEqual(hasattr(columns.fit_transform(frame), "toarray"), threshold > 0)
            pillion.export.sklearn(model, self.path, frame)
            self.compare(model, {"prediction": model.predict(rows)}, rows)
        texts = [f"w{i} w{i + 1}" for i in range(1100)]
        words = make_pipeline(CountVectorizer(), xgb.XGBRegressor(n_estimators=2))
        words.fit(texts, list(range(1100)))
        os.unlink(self.path)
        with self.assertRaisesRegex(ExportError, "sparse matrix for missing.*not for 1101"):
            pillion.export.sklearn(words, self.path, texts)

    def test_its_own_files_are_models(self) -> None:
        objectives = {
            "reg:squarederror": "regression",
            "count:poisson": "positive",
            "reg:gamma": "positive",
            "binary:hinge": "binary",
            "binary:logitraw": "binary",
            "binary:logistic": "binary",
            "multi:softmax": "three",
            "multi:softprob": "three",
        }
        for objective, kind in objectives.items():
            for form in ("ubj", "json"):
                with self.subTest(objective=objective, form=form):
                    data = xgb.DMatrix(self.frame, target_of(kind, self.frame, 4))
                    options = {"objective": objective, "num_class": 3 * (kind == "three")}
                    model = xgb.train(options, data, 12)
                    path = self.path.removesuffix("zip") + form
                    model.save_model(path)
                    rows = hostile_rows(model)
                    table = xgb.DMatrix(rows)
                    expected = {"prediction": model.predict(table)}
                    if objective in ("binary:logistic", "multi:softprob"):
                        p = expected["prediction"]
                        expected["decision"] = model.predict(table, output_margin=True)
                        expected["probability"] = p if p.ndim > 1 else np.stack([1 - p, p], 1)
                        expected["prediction"] = p.argmax(1) if p.ndim > 1 else p > 0.5
                    found = score(path, as_rows(rows), list(expected))
                    for column, wanted in expected.items():
                        answered = np.array([numbers(row[column]) for row in found])
                        same = answered.reshape(wanted.shape) == wanted
                        self.assertTrue(same.all(), (column, int((~same).sum())))

    def test_its_own_files_are_refused_by_name(self) -> None:
        target = target_of("regression", self.frame, 4)
        pair = xgb.XGBRegressor(n_estimators=2).fit(self.frame, np.stack([target, target], 1))
        frame = self.frame.assign(g=pd.Categorical(["r", "g"] * (len(self.frame) // 2)))
        named = xgb.XGBRegressor(n_estimators=2, enable_categorical=True).fit(frame, target)
        path = self.path.removesuffix("zip") + "ubj"
        for model, sentence in ((pair, "has 2 targets"), (named, "categories by the names")):
            model.save_model(path)
            with self.assertRaisesRegex(AssertionError, sentence):
                score(path, [], ["prediction"])

    def problems(self, model: Any, **options: Any) -> list[str]:
        with self.assertRaises(ExportError) as caught:
            pillion.export.xgboost(model, self.path, **options)
        self.assertFalse(os.path.exists(self.path))
        return caught.exception.problems

    def test_refusals(self) -> None:
        target = target_of("regression", self.frame, 4)
        self.assertIn("is not fitted", self.problems(xgb.XGBRegressor())[0])
        self.assertIn("found dict", self.problems({})[0])
        marked = xgb.XGBRegressor(n_estimators=2, missing=-1.0).fit(self.frame, target)
        self.assertIn("takes -1 for missing", self.problems(marked)[0])
        pair = xgb.XGBRegressor(n_estimators=2).fit(self.frame, np.stack([target, target], 1))
        found = self.problems(pair, feature_names=["a", "a"])
        self.assertEqual(len(found), 3, found)
        self.assertIn("expected 6, one a feature, found 2", found[0])
        self.assertIn("'a' stands there 2 times", found[1])
        self.assertIn("has 2 targets", found[2])
        frame = self.frame.assign(g=pd.Categorical(["r", "g"] * (len(self.frame) // 2)))
        named = xgb.XGBRegressor(n_estimators=2, enable_categorical=True).fit(frame, target)
        self.assertIn("reads categories by the names", self.problems(named)[0])


if __name__ == "__main__":
    unittest.main()
