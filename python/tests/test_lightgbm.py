"""LightGBM's own files as models, and exported ones: the same answers, and what is refused."""

from __future__ import annotations

import math
import os
import tempfile
import unittest
import warnings
from typing import Any
from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import pandas as pd
from scoring import numbers, score, validate
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import pillion.export
from pillion.export import ExportError

Array = np.ndarray[Any, Any]


def training(seed: int, count: int = 1200) -> Array:
    """Numbers, many zeros, missing values; whole numbers from 0 to 39 in the last column."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 5))
    x[rng.random(x.shape) < 0.2] = 0.0
    x[rng.random(x.shape) < 0.1] = np.nan
    categories = rng.integers(0, 40, size=(count, 1)).astype(float)
    return np.hstack([x, categories])


def hostile(booster: lgb.Booster, count: int = 3000) -> Array:
    """Rows with thresholds and their neighbours, and what is hardly a number."""
    rng = np.random.default_rng(5)
    rows = training(7, count)
    near = [0.0, -0.0, 1e-35, -1e-35, 1.0000000180025095e-35, 1e-34, 1e300, -1e300]
    near += [math.inf, -math.inf, math.nan, math.nan]
    for split in booster.trees_to_dataframe()["threshold"].dropna().unique()[:400]:
        try:
            at = float(split)
        except ValueError:
            continue  # a list of categories
        near += [at, np.nextafter(at, math.inf), np.nextafter(at, -math.inf)]
    for i in range(0, count, 2):
        rows[i, rng.integers(0, 5)] = near[rng.integers(0, len(near))]
    odd = [-1.0, -0.5, 0.5, 39.9, 40.0, 1e9, 2147483647.0, 2147483648.0, -1e300, 1e300, math.nan]
    rows[1::3, 5] = rng.choice(odd, size=len(rows[1::3]))
    return rows


class Files(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "model.txt")
        warnings.simplefilter("ignore")

    def train(self, target: Array, rounds: int = 20, **options: Any) -> lgb.Booster:
        options = {"verbose": -1, "min_data_in_leaf": 5, "num_leaves": 20, **options}
        categories = options.pop("categories", [5])
        x = training(3)
        group = [len(x) // 4] * 4 if "rank" in str(options.get("objective")) else None
        data = lgb.Dataset(x, target, categorical_feature=categories, group=group)
        model = lgb.train({**options, "min_data_per_group": 5, "cat_smooth": 1}, data, rounds)
        model.save_model(self.path)
        return model

    def compare(self, model: lgb.Booster, rows: Array) -> None:
        """Every number equal, to the last bit."""
        names = model.feature_name()
        table = [dict(zip(names, row)) for row in rows.tolist()]
        predicted = np.asarray(model.predict(rows))
        expected = {"prediction": predicted}
        objective = model.dump_model().get("objective", "").split(" ")[0]
        if objective == "binary" or predicted.ndim > 1:
            expected["decision"] = np.asarray(model.predict(rows, raw_score=True))
            if objective == "binary":
                predicted = np.stack([1 - predicted, predicted], 1)
            expected["probability"] = predicted
            expected["prediction"] = predicted.argmax(1)
        found = score(self.path, table, list(expected))
        for column, wanted in expected.items():
            answered = np.array([numbers(row[column]) for row in found]).reshape(wanted.shape)
            same = (answered == wanted) | (np.isnan(answered) & np.isnan(wanted))
            self.assertTrue(same.all(), (column, int((~same).sum()), answered[~same][:3]))

    def test_objectives(self) -> None:
        x = training(3)
        signal = np.nan_to_num(x[:, 0]) * 2 + np.nan_to_num(x[:, 1]) + (x[:, 5] % 3)
        targets = {
            "regression": signal,
            "regression_l1": signal,
            "huber": signal,
            "fair": signal,
            "quantile": signal,
            "mape": signal,
            "poisson": np.abs(signal),
            "gamma": np.abs(signal) + 0.1,
            "tweedie": np.abs(signal),
            "binary": signal > 1,
            "cross_entropy": np.clip(signal / 5, 0, 1),
            "cross_entropy_lambda": np.clip(signal / 5, 0, 1),
            "multiclass": x[:, 5] % 3,
            "multiclassova": x[:, 5] % 3,
            "lambdarank": (signal > 1).astype(int),
            "rank_xendcg": (signal > 1).astype(int),
        }
        for objective, target in targets.items():
            with self.subTest(objective):
                options: dict[str, Any] = {"objective": objective}
                if objective.startswith("multiclass"):
                    options["num_class"] = 3
                model = self.train(np.asarray(target, dtype=float), **options)
                self.compare(model, hostile(model))

    def test_missing_values_and_parameters(self) -> None:
        signal = np.nan_to_num(training(3)[:, 0]) * 2 + (training(3)[:, 5] % 3)
        for options in (
            {"zero_as_missing": True},
            {"use_missing": False},
            {"objective": "regression", "reg_sqrt": True},
            {"objective": "binary", "sigmoid": 0.37},
            {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6},
            {"boosting": "dart"},
            {"categories": [], "num_leaves": 63},
            {"max_cat_to_onehot": 64},
            {"rounds": 1, "min_data_in_leaf": 5000},
        ):
            with self.subTest(options):
                binary = options.get("objective") == "binary"
                model = self.train(np.asarray(signal > 1 if binary else signal, float), **options)
                self.compare(model, hostile(model) if options.get("rounds") != 1 else training(9))

    def test_columns_are_named_as_in_training(self) -> None:
        frame = pd.DataFrame(training(3), columns=["a b", "b", "c", "d", "e", "f"])
        model = lgb.LGBMRegressor(n_estimators=5, verbose=-1).fit(frame, frame["f"])
        model.booster_.save_model(self.path)
        rows = [{"a_b": 1.0, "b": None, "f": 7}, {"f": 7.0, "b": math.nan, "a_b": 1}]
        found = score(self.path, rows, ["prediction"])
        wanted = model.booster_.predict(np.array([[1.0, np.nan, np.nan, np.nan, np.nan, 7.0]]))[0]
        self.assertEqual([row["prediction"] for row in found], [wanted, wanted])

    def test_what_is_refused(self) -> None:
        frame = pd.DataFrame(training(3))
        named = frame.assign(g=pd.Categorical(["r", "g"] * (len(frame) // 2)))
        target = frame[0].fillna(0)
        cases = (
            (lgb.LGBMRegressor(n_estimators=2, verbose=-1).fit(named, target), "categories by"),
            (
                lgb.LGBMRegressor(n_estimators=2, verbose=-1, linear_tree=True).fit(frame, target),
                "linear trees are not read",
            ),
        )
        for model, sentence in cases:
            model.booster_.save_model(self.path)
            with self.assertRaisesRegex(AssertionError, sentence):
                score(self.path, [], ["prediction"])


def rows_of(rows: Any) -> list[dict[str, Any]]:
    """A frame's rows, with null for what is missing."""
    records = pd.DataFrame(rows).astype(object).to_dict("records")
    return [
        {str(k): None if pd.isna(value) else value for k, value in row.items()} for row in records
    ]


class Exports(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "model.zip")
        warnings.simplefilter("ignore")
        self.x = training(3)
        self.signal = np.nan_to_num(self.x[:, 0]) * 2 + (self.x[:, 5] % 3)
        self.few = {"n_estimators": 15, "min_child_samples": 5, "verbose": -1}

    def compare(self, expected: dict[str, Any], rows: Sequence[dict[str, Any]]) -> None:
        """Every number equal, to the last bit."""
        validate(self.path)
        found = score(self.path, rows, list(expected))
        self.assertEqual(len(found), len(rows))
        for column, wanted in expected.items():
            wanted = np.asarray(wanted)
            if wanted.dtype.kind not in "fiub":
                self.assertEqual([row[column] for row in found], wanted.tolist())
                continue
            answered = np.array([numbers(row[column]) for row in found]).reshape(wanted.shape)
            same = answered == wanted
            self.assertTrue(same.all(), (column, int((~same).sum()), answered[~same][:3]))

    def answers_of(self, model: Any, rows: Any) -> dict[str, Any]:
        expected = {"prediction": model.predict(rows)}
        if hasattr(model, "predict_proba"):
            expected["probability"] = model.predict_proba(rows)
            expected["decision"] = model.predict(rows, raw_score=True)
        return expected

    def test_estimators(self) -> None:
        x, signal = self.x, self.signal
        three = np.digitize(signal, [0.5, 1.5])
        cases = {
            "regression": (lgb.LGBMRegressor(**self.few), signal),
            "poisson": (lgb.LGBMRegressor(**self.few, objective="poisson"), np.abs(signal)),
            "gamma": (lgb.LGBMRegressor(**self.few, objective="gamma"), np.abs(signal) + 1),
            "zeros": (lgb.LGBMRegressor(**self.few, zero_as_missing=True), signal),
            "forest": (
                lgb.LGBMRegressor(**self.few, boosting_type="rf", subsample=0.6, subsample_freq=1),
                signal,
            ),
            "dart": (lgb.LGBMClassifier(**self.few, boosting_type="dart"), signal > 1),
            "binary": (lgb.LGBMClassifier(**self.few), signal > 1),
            "signs": (lgb.LGBMClassifier(**self.few), np.where(signal > 1, 1, -1)),
            "text": (lgb.LGBMClassifier(**self.few), np.where(signal > 1, "up", "down")),
            "three": (lgb.LGBMClassifier(**self.few), three),
            "numbers": (lgb.LGBMClassifier(**self.few), three * 10 - 5),
            "ova": (
                lgb.LGBMClassifier(**self.few, objective="multiclassova"),
                np.array(["a", "b", "c"])[three],
            ),
        }
        for name, (model, target) in cases.items():
            with self.subTest(name):
                model.fit(x, target, categorical_feature=[5])
                pillion.export.lightgbm(model, self.path)
                rows = hostile(model.booster_)
                columns = [f"Column_{i}" for i in range(6)]
                self.compare(
                    self.answers_of(model, rows), rows_of(pd.DataFrame(rows, columns=columns))
                )

    def test_boosters_and_early_stopping(self) -> None:
        half = len(self.x) // 2
        model = lgb.train(
            {"learning_rate": 0.8, "verbose": -1},
            lgb.Dataset(self.x[:half], self.signal[:half]),
            200,
            valid_sets=[lgb.Dataset(self.x[half:], self.signal[half:])],
            callbacks=[lgb.early_stopping(3, verbose=False)],
            keep_training_booster=True,
        )
        self.assertLess(model.best_iteration, model.num_trees())
        rows = hostile(model)
        names = list("uvwxyz")
        pillion.export.lightgbm(model, self.path, feature_names=names)
        self.compare(
            {"prediction": model.predict(rows)}, rows_of(pd.DataFrame(rows, columns=names))
        )
        with open(self.path, "rb") as first:
            written = first.read()
        pillion.export.lightgbm(model, self.path, feature_names=names)
        with open(self.path, "rb") as second:
            self.assertEqual(second.read(), written)

    def test_categories_of_pandas(self) -> None:
        rng = np.random.default_rng(8)
        count = len(self.x)
        colours, sizes = ["red", "", "grün", "x" * 40], [30, -10, 20]
        frame = pd.DataFrame(self.x, columns=["a b", "b", "c", "d", "e", "f"])
        frame["colour"] = pd.Categorical(rng.choice(colours, count), colours)
        frame.insert(2, "size", pd.Categorical(rng.choice(sizes, count), sizes, ordered=True))
        frame.loc[::9, "colour"] = None
        target = self.signal + frame["size"].astype(float) * (frame["colour"] == "red")
        model = lgb.LGBMRegressor(**self.few, min_data_per_group=5).fit(frame, target)
        splits = dict(zip(model.feature_name_, model.feature_importances_))
        self.assertGreater(min(splits["size"], splits["colour"]), 5)
        pillion.export.lightgbm(model, self.path, frame.head(50))
        rows = frame.copy()
        rows["colour"] = rng.choice([*colours, "unseen", "Red", None], count)
        rows["size"] = rng.choice([*sizes, 21.0, 20.000000000000004, 1e300, np.nan], count)
        known = rows.assign(
            colour=pd.Categorical(rows["colour"], colours), size=pd.Categorical(rows["size"], sizes)
        )
        self.compare({"prediction": model.predict(known)}, rows_of(rows))
        found = self.problems(model)
        self.assertIn("sample: expected rows of the DataFrame", found[0])
        found = self.problems(model, sample=frame.assign(size=1.0).rename(columns={"b": "q"}))
        self.assertIn("expected the column 'b', found 'q'", found[0])
        self.assertIn("expected 2 columns of pandas' type category", found[1])

    def test_the_last_step_of_a_pipeline(self) -> None:
        rng = np.random.default_rng(8)
        frame = pd.DataFrame(self.x, columns=list("abcdef"))
        labels = np.array(["red", "green", "blue", None], dtype=object)
        frame["g"] = labels[rng.integers(0, 4, len(frame))]
        frame["h"] = labels[rng.integers(0, 3, len(frame))]
        known = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
        columns = ColumnTransformer(
            [
                ("one", OneHotEncoder(handle_unknown="ignore"), ["g"]),
                ("place", OrdinalEncoder(**known), ["h"]),
                ("filled", make_pipeline(SimpleImputer(), StandardScaler()), ["a", "b"]),
            ],
            remainder="passthrough",
        )
        target = np.where(self.signal + (frame["g"] == "red") > 1.5, "yes", "no")
        rows = frame.copy()
        rows.loc[::5, "g"] = "unseen"
        rows.loc[::7, "h"] = "Red"
        for model in (lgb.LGBMClassifier(**self.few), lgb.LGBMRegressor(**self.few)):
            pipeline = Pipeline([("columns", columns), ("model", model)])
            pipeline.fit(frame, target if hasattr(model, "predict_proba") else self.signal)
            pillion.export.sklearn(pipeline, self.path, frame)
            table = columns.transform(rows)
            self.compare(self.answers_of(model, table), rows_of(rows))

    def problems(self, model: Any, **options: Any) -> list[str]:
        if os.path.exists(self.path):
            os.unlink(self.path)
        with self.assertRaises(ExportError) as caught:
            pillion.export.lightgbm(model, self.path, **options)
        self.assertFalse(os.path.exists(self.path))
        return caught.exception.problems

    def test_refusals(self) -> None:
        def own(target: Array, predicted: Array) -> tuple[Array, Array]:
            return predicted - target, np.ones_like(target)

        class Derived(lgb.LGBMRegressor):
            pass

        self.assertIn("not fitted", self.problems(lgb.LGBMRegressor())[0])
        self.assertIn("found str; a file of Booster.save_model", self.problems("model.pkl")[0])
        self.assertIn("found dict", self.problems({})[0])
        self.assertIn("to_local()", self.problems(lgb.DaskLGBMRegressor())[0])
        self.assertIn("derived from LGBMRegressor", self.problems(Derived())[0])
        for model, sentence in (
            (lgb.LGBMRegressor(**self.few, objective=own), "a function in Python"),
            (lgb.LGBMRegressor(**self.few, linear_tree=True), "linear trees are not carried"),
            (lgb.LGBMClassifier(**self.few, objective="cross_entropy"), "classifier with the obj"),
            (lgb.LGBMRegressor(**self.few, pred_early_stop=True), "told pred_early_stop=True"),
        ):
            model.fit(np.nan_to_num(self.x), self.signal > 1)
            self.assertIn(sentence, self.problems(model)[0])
        both = lgb.LGBMRegressor(**self.few, objective=own, linear_tree=True)
        both.fit(np.nan_to_num(self.x), self.signal)
        found = self.problems(both, feature_names=["a"])
        self.assertEqual(len(found), 3, found)
        self.assertIn("expected 6, one a feature, found 1", found[0])


if __name__ == "__main__":
    unittest.main()
