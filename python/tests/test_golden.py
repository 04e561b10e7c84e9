"""Golden rows in exported bundles: they are the trainer's answers, and Pillion holds to them."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import tempfile
import unittest
import warnings
import zipfile
from typing import Any
from unittest import mock

import lightgbm as lgb
import numpy as np
import pandas as pd
import polars as pl
import xgboost as xgb
from parity import frame_of, target_of
from scoring import PROGRAM, hold_golden_rows
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import pillion.export
from pillion.export import ExportError


class WithBundle(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.path = os.path.join(directory.name, "model.zip")
        self.frame = frame_of("numbers", 500, 3)
        self.target = target_of("regression", self.frame, 4)
        warnings.simplefilter("ignore")

    def golden(self, path: str = "") -> dict[str, Any]:
        with zipfile.ZipFile(path or self.path) as bundle:
            return json.loads(bundle.read("golden.json"))


class Rows(WithBundle):
    def test_they_are_rows_of_the_sample_with_the_answers_of_the_trainer(self) -> None:
        model = RandomForestRegressor(10).fit(self.frame, self.target)
        pillion.export.sklearn(model, self.path, self.frame, golden=7)
        found = self.golden()
        self.assertEqual(len(found["rows"]), 7)
        self.assertTrue(found["made_by"].startswith("scikit-learn "))
        self.assertEqual(found["ulps"], {})
        rows = pd.DataFrame(found["rows"])
        at = [i * 500 // 7 for i in range(7)]
        pd.testing.assert_frame_equal(rows, self.frame.iloc[at].reset_index(drop=True))
        answers = [answer["prediction"] for answer in found["answers"]]
        self.assertEqual(answers, model.predict(rows).tolist())
        self.assertEqual(hold_golden_rows(self.path)["rows"], 7)

    def test_none_are_written_on_demand_and_the_model_is_the_same(self) -> None:
        model = RandomForestRegressor(3).fit(self.frame, self.target)
        other = os.path.join(self.directory, "other.zip")
        pillion.export.sklearn(model, self.path, self.frame)
        pillion.export.sklearn(model, other, self.frame, golden=0)
        with zipfile.ZipFile(self.path) as with_rows, zipfile.ZipFile(other) as without:
            self.assertNotIn("golden.json", without.namelist())
            for name in without.namelist():
                self.assertEqual(with_rows.read(name), without.read(name), name)

    def test_any_form_of_a_sample(self) -> None:
        names = list(self.frame.columns)
        model = RandomForestRegressor(3).fit(self.frame, self.target)
        other = self.frame[names[::-1]].assign(unused="text")
        for sample in (
            other,
            self.frame.to_dict("list"),
            {name: float(self.frame[name][0]) for name in names},
            self.frame.to_numpy(),
            self.frame.head(9).to_numpy().tolist(),
            pl.from_pandas(self.frame),
        ):
            with self.subTest(type(sample).__name__):
                pillion.export.sklearn(model, self.path, sample)
                self.assertTrue(hold_golden_rows(self.path)["holds"])
                self.assertEqual(list(self.golden()["rows"][0]), names)
        texts = ["a good house", "a bad house", "good", "", "no words"]
        words = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0, 0])
        pillion.export.sklearn(words, self.path, texts)
        self.assertEqual([row["text"] for row in self.golden()["rows"]], texts)
        self.assertTrue(hold_golden_rows(self.path)["holds"])

    def test_without_pandas(self) -> None:
        table = self.frame.to_numpy()
        model = RandomForestRegressor(3).fit(table, self.target)
        boosted = lgb.LGBMRegressor(n_estimators=3, verbose=-1).fit(table, self.target)
        with mock.patch.dict("sys.modules", {"pandas": None}):
            for one, sample in (
                (model, table),
                (model, {f"x{i}": list(table[:, i]) for i in range(6)}),
                (boosted, table),
            ):
                pillion.export.sklearn(one, self.path, sample)
                self.assertEqual(hold_golden_rows(self.path)["rows"], 100)

    def test_text_classes_and_missing_values(self) -> None:
        frame = frame_of("mixed", 400, 3)
        encoder = OneHotEncoder(handle_unknown="ignore")
        columns = ColumnTransformer([("g", encoder, ["g", "h"]), ("a", "passthrough", ["a"])])
        model = make_pipeline(columns, RandomForestClassifier(5))
        model.fit(frame, target_of("text", frame, 4))
        pillion.export.sklearn(model, self.path, frame, golden=400)
        found = self.golden()
        self.assertEqual(set(found["rows"][0]), {"a", "g", "h"})  # what the model reads alone
        self.assertIn(None, [row["h"] for row in found["rows"]])
        self.assertIn(None, [row["a"] for row in found["rows"]])
        answers = [answer["prediction"] for answer in found["answers"]]
        self.assertEqual(answers, model.predict(frame).tolist())
        self.assertTrue(hold_golden_rows(self.path)["holds"])

    def test_another_model_misses_them(self) -> None:
        for kind in (RandomForestRegressor(3, random_state=1), LinearRegression()):
            with self.subTest(type(kind).__name__):
                pillion.export.sklearn(kind.fit(self.frame, self.target), self.path, self.frame)
                golden = os.path.join(self.directory, "golden.json")
                with open(golden, "w", encoding="utf-8") as file:
                    json.dump(self.golden(), file)
                kind.fit(self.frame, self.target * (1 + 1e-9))
                pillion.export.sklearn(kind, self.path, self.frame)
                command = [PROGRAM, "parity", self.path, "--golden", golden]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("expected", done.stdout)

    def test_what_is_allowed_is_small(self) -> None:
        model = LogisticRegression(max_iter=2000).fit(
            self.frame[["a", "d"]], target_of("three", self.frame, 4)
        )
        pillion.export.sklearn(model, self.path, self.frame[["a", "d"]])
        found = self.golden()
        self.assertNotIn("prediction", found["ulps"])
        smallest = min(min(answer["probability"]) for answer in found["answers"])
        allowed = found["ulps"]["probability"] * math.ulp(smallest)
        self.assertLess(allowed, 1e-12 * 4)

    def test_a_model_that_does_not_take_the_sample(self) -> None:
        model = LinearRegression().fit(self.frame, self.target)
        sample = self.frame.assign(a=np.where(self.frame["a"] > 0, self.frame["a"], np.nan))
        with self.assertRaises(ExportError) as caught:
            pillion.export.sklearn(model, self.path, sample)
        self.assertIn("does not take these rows: ValueError: ", caught.exception.problems[0])
        self.assertIn("golden=0", caught.exception.problems[0])
        self.assertFalse(os.path.exists(self.path))
        pillion.export.sklearn(model, self.path, sample, golden=0)


class Boosters(WithBundle):
    def held(self) -> dict[str, Any]:
        found = hold_golden_rows(self.path)
        self.assertEqual(found["rows"], 100)
        return {column["name"]: column for column in found["columns"]}

    def test_xgboost(self) -> None:
        frame = frame_of("missing", 500, 3)
        for kind, answers in (("regression", 1), ("binary", 3), ("three", 3)):
            for booster in ("gbtree", "dart", "gblinear"):
                if (kind, booster) == ("three", "gblinear"):
                    continue  # is refused
                with self.subTest(kind=kind, booster=booster):
                    target = target_of(kind, frame, 4)
                    estimator = xgb.XGBRegressor if kind == "regression" else xgb.XGBClassifier
                    model = estimator(n_estimators=8, booster=booster).fit(frame, target)
                    for sample in (frame, frame.to_numpy()):
                        for one in (model, model.get_booster()):
                            pillion.export.xgboost(one, self.path, sample=sample)
                            self.assertEqual(len(self.held()), answers)
                    pillion.export.sklearn(make_pipeline(model), self.path, frame)
                    self.assertEqual(len(self.held()), answers)
                    pillion.export.xgboost(model, self.path)
                    with zipfile.ZipFile(self.path) as bundle:
                        self.assertNotIn("golden.json", bundle.namelist())

    def test_lightgbm(self) -> None:
        frame = frame_of("missing", 500, 3)
        for kind, answers in (("regression", 1), ("text2", 3), ("three", 3)):
            with self.subTest(kind=kind):
                estimator = lgb.LGBMRegressor if kind == "regression" else lgb.LGBMClassifier
                model = estimator(n_estimators=8, verbose=-1)
                model.fit(frame, target_of(kind, frame, 4))
                for sample in (frame, frame.to_numpy(), frame.to_dict("list")):
                    for one in (model, model.booster_):
                        pillion.export.lightgbm(one, self.path, sample)
                        held = self.held()
                        self.assertEqual(len(held), answers)
                        self.assertEqual(held["prediction"]["equal"], 100)
                pillion.export.sklearn(make_pipeline(model), self.path, frame)
                self.assertEqual(len(self.held()), answers)

    def test_categories_of_pandas(self) -> None:
        labels = np.random.default_rng(1).choice(["r", "g", None], 500)
        frame = self.frame.assign(g=pd.Categorical(labels))
        model = lgb.LGBMRegressor(n_estimators=8, verbose=-1)
        model.fit(frame, self.target + 9 * (frame["g"] == "g"))
        pillion.export.lightgbm(model, self.path, frame)
        self.assertEqual(self.held()["prediction"]["ulps_allowed"], 0)
        self.assertEqual({row["g"] for row in self.golden()["rows"]}, {"r", "g", None})
        shutil.copy(self.path, self.path + ".first")
        pillion.export.lightgbm(model, self.path, frame)
        with open(self.path, "rb") as one, open(self.path + ".first", "rb") as other:
            self.assertEqual(one.read(), other.read())


if __name__ == "__main__":
    unittest.main()
