"""Records small models of LightGBM with its answers: python record.py, with lightgbm from PyPI."""

import json
import math
from pathlib import Path

import lightgbm as lgb
import numpy as np

HERE = Path(__file__).parent / "recorded"


def rows(seed, count):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 4)).round(2)
    x[rng.random(x.shape) < 0.2] = 0.0
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:, 3] = rng.integers(0, 40, size=count)
    return x


def text(value):
    return repr(value) if not math.isnan(value) else "NaN"


def record(name, target, **options):
    x = rows(1, 600)
    data = lgb.Dataset(x, target(x), categorical_feature=[3])
    options = {"verbose": -1, "num_leaves": 6, "min_data_in_leaf": 5, "min_data_per_group": 5,
               "cat_smooth": 1, **options}  # fmt: skip
    model = lgb.train(options, data, 4)
    kept = model.model_to_string().split("feature_importances:")[0] + "pandas_categorical:null\n"
    (HERE / f"{name}.txt").write_text(kept)
    asked = rows(2, 40)
    thresholds = [float(t) for t in model.trees_to_dataframe()["threshold"].dropna()
                  if "||" not in str(t)]  # fmt: skip
    for i, at in enumerate(thresholds[:20]):
        asked[i, :3] = [at, np.nextafter(at, np.inf), np.nextafter(at, -np.inf)]
    asked[20:30, 3] = [-1, -0.5, 0.5, 39.9, 40, 1e9, 2147483648, 1e300, np.nan, np.inf]
    lines = []
    for row, answer, raw in zip(asked, model.predict(asked), model.predict(asked, raw_score=True)):
        numbers = [*row, *np.ravel(answer), *np.ravel(raw)]
        lines.append(" ".join(text(float(number)) for number in numbers))
    (HERE / f"{name}.answers").write_text("\n".join(lines) + "\n")


record("binary", lambda x: (np.nan_to_num(x[:, 0]) + x[:, 3] % 3 > 1).astype(int),
       objective="binary", sigmoid=0.7)  # fmt: skip
record("three", lambda x: x[:, 3] % 3, objective="multiclass", num_class=3)
record("zeros", lambda x: np.nan_to_num(x[:, 0]) * 2 + x[:, 3] % 3, zero_as_missing=True)
record("forest", lambda x: np.abs(np.nan_to_num(x[:, 1])) + 0.1, objective="gamma", boosting="rf",
       bagging_freq=1, bagging_fraction=0.6)  # fmt: skip
