"""LightGBM's own files as models: the same answers, and what is refused."""

from __future__ import annotations

import math
import os
import tempfile
import unittest
import warnings
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from scoring import numbers, score

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


if __name__ == "__main__":
    unittest.main()
