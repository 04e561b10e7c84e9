"""What scikit-learn answers beside what Pillion answers, estimator by estimator.

python parity.py            prints the table
python parity.py NAME...    of the cases whose names hold NAME
"""

from __future__ import annotations

import math
import os
import random
import sys
import tempfile
import warnings
from dataclasses import dataclass
from typing import Any
from collections.abc import Sequence

import numpy as np
import pandas as pd

from scoring import hold_golden_rows, numbers, score, ulps, validate  # finds the package, too

import pillion.export

ROWS = 4000


@dataclass
class Case:
    """An estimator to fit, and how near its answers must be: 0, the same doubles; otherwise last
    bits of the answer's scale (see `scale`)."""

    name: str
    estimator: Any
    kind: str  # of the target: "regression", "binary", "three", "text"; "" for transformers
    within: float = 0
    frame: str = "numbers"  # or "mixed", "counts", "positive", "missing"
    infinite: bool = False  # takes infinities


@dataclass
class Outcome:
    rows: int
    worst: float
    columns: list[str]


NAMES = ["a", "b", "c", "d", "e", "f"]


def frame_of(kind: str, count: int, seed: int) -> pd.DataFrame:
    """Rows to train on: columns of very different sizes, some with few values."""
    rng = np.random.default_rng(seed)
    numbers_ = pd.DataFrame(
        {
            "a": rng.normal(size=count),
            "b": rng.normal(3, 100, size=count),
            "c": rng.exponential(1e-3, size=count),
            "d": rng.integers(-2, 5, size=count).astype(float),
            "e": rng.uniform(-1e6, 1e6, size=count),
            "f": np.round(rng.normal(size=count), 1),
        }
    )
    if kind == "counts":
        return pd.DataFrame({n: rng.integers(0, 9, size=count).astype(float) for n in NAMES})
    if kind == "positive":
        return numbers_.abs()
    if kind == "missing":
        for name in ("a", "c", "d"):
            numbers_.loc[rng.random(count) < 0.15, name] = np.nan
    if kind == "mixed":
        labels = np.array(["red", "green", "blue", "", "grün, hell", "x" * 40], dtype=object)
        numbers_["g"] = labels[rng.integers(0, 6, size=count)]
        numbers_["h"] = np.array(["yes", "no", None], dtype=object)[rng.integers(0, 3, size=count)]
        numbers_["i"] = rng.integers(0, 4, size=count)
        numbers_.loc[rng.random(count) < 0.1, "a"] = np.nan
    return numbers_


def target_of(kind: str, frame: pd.DataFrame, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    filled = frame.select_dtypes("number").fillna(0.0)
    signal = filled["a"] * 2 + filled["b"] / 60 + (filled["d"] > 1) * 1.5 + filled["e"] / 1e6
    signal = signal.to_numpy() + rng.normal(scale=0.5, size=len(frame))
    if kind == "regression":
        return signal * 10
    if kind == "positive":
        return np.exp(np.clip(signal, -5, 5))
    if kind == "binary":
        return (signal > 0.4).astype(int)
    if kind == "signs":
        return np.where(signal > 0.4, 1, -1)
    if kind == "text2":
        return np.where(signal > 0.4, "up", "down")
    if kind == "three":
        return np.digitize(signal, [-0.5, 1.5])
    if kind == "text":
        return np.array(["low", "mid", "höchst"], dtype=object)[np.digitize(signal, [-0.5, 1.5])]
    return None


def _estimators(estimator: Any) -> list[Any]:
    """The estimator and all within it."""
    found, ahead = [], [estimator]
    while ahead:
        one = ahead.pop()
        if isinstance(one, (list, tuple, np.ndarray)):
            if not isinstance(one, np.ndarray) or one.dtype == object:
                ahead += list(one)
        elif hasattr(one, "get_params") and not isinstance(one, type):
            found.append(one)
            for name in ("steps", "transformers_", "transformer_list", "estimators_"):
                ahead += list(getattr(one, name, []))
    return found


def landmarks(estimator: Any) -> list[float]:
    """Numbers at which answers may change, and those beside them, as doubles and as floats."""
    at: set[float] = set()
    for one in _estimators(estimator):
        if hasattr(one, "tree_"):
            at.update(float(t) for t in one.tree_.threshold)
        for stage in getattr(one, "_predictors", []):
            for predictor in stage:
                at.update(float(t) for t in predictor.nodes["num_threshold"])
        for edges in getattr(one, "bin_edges_", []):
            at.update(float(edge) for edge in edges)
        for categories in getattr(one, "categories_", []):
            at.update(float(c) for c in categories if isinstance(c, (int, float, np.number)))
        if hasattr(one, "threshold") and isinstance(one.threshold, float):
            at.add(one.threshold)
    chosen = sorted(t for t in at if math.isfinite(t))
    random.Random(5).shuffle(chosen)
    near: list[float] = []
    for t in chosen[:400]:
        low, high = np.float32(t), np.nextafter(np.float32(t), np.float32(np.inf))
        middle = (float(low) + float(high)) / 2
        below = (float(low) + float(np.nextafter(low, np.float32(-np.inf)))) / 2
        for x in (t, float(low), float(high), middle, below):
            near += [x, math.nextafter(x, math.inf), math.nextafter(x, -math.inf)]
    return [x for x in near if abs(x) < 3e38]


def rows_to_score(case: Case, estimator: Any, takes_nan: bool) -> pd.DataFrame:
    """Random rows; in half of them some numbers are hostile."""
    frame = frame_of(case.frame, ROWS, 77)
    rng = random.Random(7)
    hostile = landmarks(estimator) + [0.0, -0.0, 5e-324, -1e-310, 1e37, -1e37, 1.5, 7.0]
    if case.frame in ("counts", "positive"):
        hostile = [abs(x) for x in hostile]
    if "PolynomialFeatures" in case.name or case.within > 0 or case.frame == "mixed":
        hostile = [x for x in hostile if abs(x) < 1e6]
    if "Normalizer" in case.name:  # scikit-learn leaves rows alone whose norm is below 2.2e-15
        hostile = [x for x in hostile if abs(x) > 1e-10]
    if takes_nan:
        hostile += [math.nan] * (len(hostile) // 6 + 1)
    if case.infinite:
        hostile += [math.inf, -math.inf] * (len(hostile) // 20 + 1)
    columns = [name for name in frame.columns if name in NAMES]
    for i in range(0, ROWS, 2):
        for name in rng.sample(columns, rng.randint(1, len(columns))):
            frame.iat[i, frame.columns.get_loc(name)] = rng.choice(hostile)
    if "g" in frame:
        for i in range(0, ROWS, 7):
            frame.iat[i, frame.columns.get_loc("g")] = rng.choice(["unseen", "Red", "", None])
            frame.iat[i + 1 if i + 1 < ROWS else i, frame.columns.get_loc("h")] = "maybe"
    return frame


def as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    def plain(value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        value = value.item() if hasattr(value, "item") else value
        return value if not isinstance(value, int) else int(value)

    rows = frame.to_dict("records")
    text = {name for name in frame.columns if frame[name].dtype.kind not in "fiub"}
    return [
        {
            name: None if name in text and not isinstance(value, str) else plain(value)
            for name, value in row.items()
        }
        for row in rows
    ]


def scale(case: Case, column: str, expected: Any) -> Any:
    """What last bits are counted of: for sums, whose terms may cancel, the largest of the
    column's answers; for probabilities 1."""
    if case.within == 0:
        return np.zeros(len(expected))
    if column == "probability":
        return np.ones(len(expected))
    return np.full(len(expected), np.abs(expected).max())


def expected_of(estimator: Any, frame: pd.DataFrame) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    if hasattr(estimator, "predict"):
        answers["prediction"] = estimator.predict(frame)
        if hasattr(estimator, "predict_proba"):
            answers["probability"] = estimator.predict_proba(frame)
        if hasattr(estimator, "decision_function"):
            answers["decision"] = estimator.decision_function(frame)
    else:
        made = estimator.transform(frame)
        answers["features"] = (
            made.toarray() if hasattr(made, "toarray") else np.asarray(made, float)
        )
    return answers


def takes_nan(estimator: Any, frame: pd.DataFrame) -> bool:
    probe = frame.head(4).copy()
    for name in NAMES:
        probe[name] = np.nan
    try:
        (estimator.predict if hasattr(estimator, "predict") else estimator.transform)(probe)
    except ValueError:
        return False
    return True


def run(case: Case, directory: str) -> Outcome:
    """Fits, exports, scores and compares. Raises AssertionError where it is too far apart."""
    train = frame_of(case.frame, 600, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = case.estimator.fit(train, target_of(case.kind, train, 4))
        path = os.path.join(directory, "model.zip")
        pillion.export.sklearn(estimator, path, train)
        validate(path)
        hold_golden_rows(path)
        frame = rows_to_score(case, estimator, takes_nan(estimator, train))
        expected = expected_of(estimator, frame)
    found = score(path, as_rows(frame), list(expected))
    assert len(found) == len(frame), f"{case.name}: {len(found)} answers for {len(frame)} rows"
    worst = 0.0
    for column, wanted in expected.items():
        scales = scale(case, column, wanted) if wanted.dtype.kind in "fiub" else None
        for i, answer in enumerate(found):
            if scales is None or isinstance(answer[column], str):
                assert answer[column] == wanted[i], f"{case.name}, row {i}: {answer} {wanted[i]}"
                continue
            ours, theirs = numbers(answer[column]), np.ravel(wanted[i]).tolist()
            assert len(ours) == len(theirs), f"{case.name}, {column}: {ours} {theirs}"
            limit = case.within if column != "prediction" or case.kind in _NUMERIC else 0
            for a, b in zip(ours, theirs):
                apart = ulps(a, float(b), float(np.max(scales[i])))
                worst = max(worst, apart)
                if apart > limit:
                    raise AssertionError(
                        f"{case.name}, row {i}, {column}: {apart} last bits apart, {a!r} instead "
                        f"of {b!r}: {frame.iloc[i].to_dict()}"
                    )
    return Outcome(len(frame), worst, list(expected))


_NUMERIC = ("regression", "positive")


def cases() -> list[Case]:
    import cases as listed

    return listed.all_cases()


def main(names: Sequence[str]) -> int:
    failed = 0
    print("| estimator | answers | rows | largest difference, last bits | allowed |")
    print("|---|---|---|---|---|")
    for case in cases():
        if names and not any(name in case.name for name in names):
            continue
        with tempfile.TemporaryDirectory() as directory:
            try:
                outcome = run(case, directory)
            except (AssertionError, pillion.export.ExportError) as error:
                failed += 1
                print(f"| `{case.name}` | FAILED: {error} | | | |")
                continue
        print(
            f"| `{case.name}` | {', '.join(outcome.columns)} | {outcome.rows:,} "
            f"| {outcome.worst:.3g} | {case.within:g} |",
            flush=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
