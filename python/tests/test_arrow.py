"""Frames go to the client library as Arrow's arrays, whatever wrote them, and have the answers of
the same rows one by one, to the bit."""

from __future__ import annotations

import decimal
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from scoring import serving
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

import pillion
import pillion.export
from pillion import _arrow, _binding

TOWNS = ["Bern", "Basel", "Zürich"]


def frame(count: int) -> pd.DataFrame:
    """Numbers with NaN and the ends of doubles, whole numbers, texts and nulls among them."""
    random = np.random.default_rng(7)
    numbers = random.normal(size=count)
    numbers[::11] = np.nan
    numbers[5:8] = [5e-324, -0.0, 1.7e308]
    return pd.DataFrame(
        {
            "size": numbers,
            "floors": random.integers(0, 40, count),
            "town": [(*TOWNS, None)[i % 4] for i in range(count)],
        }
    )


def bits(value: Any) -> Any:
    """Compares by bits, and NaN as null, as pandas has it for both."""
    if isinstance(value, float):
        return None if value != value else struct.pack("<d", value)
    return [bits(item) for item in value] if isinstance(value, list) else value


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        directory = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        sample = frame(300)
        columns = ColumnTransformer(
            [
                ("filled", SimpleImputer(), ["size", "floors"]),
                ("town", OneHotEncoder(handle_unknown="ignore"), ["town"]),
            ]
        )
        # A null town is one of its own, and no unknown one.
        labels = [TOWNS[0] if i % 4 == 3 else TOWNS[i * i % 7 % 3] for i in range(len(sample))]
        tree = DecisionTreeClassifier(max_depth=6, random_state=1)
        sane = sample.assign(size=sample["size"].where(sample["size"].abs() < 1e30))
        pipeline = make_pipeline(columns, tree).fit(sane, labels)
        cls.bundle = bundle = str(directory / "towns.zip")
        pillion.export.sklearn(pipeline, bundle, sample=sane)
        run_dir = str(directory / "run")
        cls.enterClassContext(serving(run_dir, towns=bundle))
        cls.models = {
            "shm": cls.enterClassContext(pillion.connect(run_dir, timeout=30.0)),
            "unix": cls.enterClassContext(
                pillion.connect(f"unix:{run_dir}/pillion.sock", timeout=30.0)
            ),
            "inproc": cls.enterClassContext(pillion.load(bundle)),
        }

    def setUp(self) -> None:
        self.frame = frame(2000)
        self.rows = self.frame.to_dict("records")
        for row in self.rows[3::4]:
            row["town"] = None
        self.expected = [
            {name: bits(value) for name, value in answer.items()}
            for answer in self.models["inproc"].score(self.rows)
        ]
        self.assertEqual({row["prediction"] for row in self.expected}, set(TOWNS))

    def expect(self, rows: list[dict[str, Any]], expected: Any = None) -> None:
        found = [{name: bits(value) for name, value in row.items()} for row in rows]
        self.assertEqual(found, self.expected if expected is None else expected)

    def score(self, given: Any, name: str = "shm") -> Any:
        """Not row by row."""
        with mock.patch.object(_binding.Binding, "score", side_effect=AssertionError("by rows")):
            return self.models[name].score(given)

    def test_each_kind_over_each_transport(self) -> None:
        for name, model in self.models.items():
            answers = self.score(self.frame, name)
            self.assertEqual(answers["probability"].dtype, object)
            self.assertEqual(answers["prediction"].dtype, object)
            self.expect(answers.to_dict("records"))
            self.expect(self.score(pl.from_pandas(self.frame, nan_to_null=False), name).to_dicts())
            table = pa.table({name: pa.array(self.frame[name]) for name in self.frame})
            self.expect(self.score(table, name).to_pylist())
            self.expect(model.score(self.rows))

    def test_a_record_batch_comes_back_as_one(self) -> None:
        batch = pa.RecordBatch.from_pandas(self.frame).slice(3, 500)
        answers = self.score(batch)
        self.assertIsInstance(answers, pa.RecordBatch)
        self.expect(answers.to_pylist(), self.expected[3:503])

    def test_slices_and_chunks(self) -> None:
        table = pa.Table.from_pandas(self.frame)
        chunked = pa.concat_tables([table.slice(0, 7), table.slice(7, 0), table.slice(7)])
        self.expect(self.score(chunked).to_pylist())
        self.expect(self.score(chunked.slice(5, 1900)).to_pylist(), self.expected[5:1905])
        polar = pl.from_pandas(self.frame)
        joined = pl.concat([polar[:9], polar[9:]], rechunk=False)
        self.expect(self.score(joined[3:]).to_dicts(), self.expected[3:])
        shuffled = self.frame.iloc[::-1].iloc[::2]
        answers = self.score(shuffled)
        self.assertEqual(list(answers.index), list(shuffled.index))
        self.expect(answers.to_dict("records"), self.expected[::-1][::2])

    def test_any_layout_of_the_same_values(self) -> None:
        table = pa.Table.from_pandas(self.frame)
        town = table["town"]
        nulls = pa.array(self.frame["size"], from_pandas=True)
        for texts in (
            town.cast(pa.large_string()),
            town.cast(pa.string_view()),
            town.cast(pa.binary()),
            town.combine_chunks().dictionary_encode(),
            pa.array(self.frame["town"].astype("category")),
        ):
            for floors in (pa.uint8(), pa.int16(), pa.float32(), pa.float16(), pa.uint64()):
                columns = [nulls, pa.array(self.frame["floors"]).cast(floors), texts]
                given = pa.table(columns, names=["size", "floors", "town"])
                self.expect(self.score(given).to_pylist())
        polar = pl.from_pandas(self.frame)
        for dtype in (pl.Categorical, pl.Enum(TOWNS)):
            self.expect(self.score(polar.with_columns(pl.col("town").cast(dtype))).to_dicts())

    def test_any_dtype_of_pandas(self) -> None:
        changed = [
            self.frame.astype({"floors": "Int64", "town": "category"}),
            self.frame.astype({"floors": "float32", "town": object}),
            self.frame.astype({"floors": "uint16", "town": "string[python]"}),
            self.frame.astype({"size": object}),
            self.frame.convert_dtypes(dtype_backend="pyarrow"),
            pd.DataFrame(self.frame[["town", "floors", "size"]].assign(more=object())),
        ]
        for given in changed:
            self.expect(self.score(given).to_dict("records"))

    def test_types_without_an_array_go_by_rows(self) -> None:
        polar = pl.from_pandas(self.frame).with_columns(pl.col("floors").cast(pl.Decimal(10, 2)))
        self.expect(self.models["shm"].score(polar).to_dicts())
        mixed = self.frame.assign(floors=[v if v % 2 else float(v) for v in self.frame["floors"]])
        mixed["floors"] = mixed["floors"].astype(object)
        mixed.loc[1, "floors"] = decimal.Decimal(int(self.frame.loc[1, "floors"]))
        self.expect(self.models["shm"].score(mixed).to_dict("records"))

    def test_what_fails_says_where(self) -> None:
        model = self.models["shm"]
        table = pa.Table.from_pandas(self.frame)
        for given in (
            table.set_column(2, "town", pa.array([1.0] * len(table))),
            table.set_column(2, "town", pa.array([[1]] * len(table))),
            table.set_column(2, "town", pa.array([{"a": 1}] * len(table))),
            pl.from_arrow(table).with_columns(pl.lit(3).alias("town")),
            self.frame.assign(town=3.0),
        ):
            with self.assertRaises(pillion.BadRow) as caught:
                model.score(given)
            self.assertEqual(
                (caught.exception.name, caught.exception.column), ("kWrongType", "town")
            )
        towns = [b"Bern"] * len(self.frame)
        towns[1700] = b"\xff"
        for chunks in ([towns], [towns[:1000], towns[1000:]]):
            texts = pa.chunked_array([pa.array(chunk) for chunk in chunks])
            with self.assertRaises(pillion.BadRow) as caught:
                model.score(table.set_column(2, "town", texts))
            self.assertEqual((caught.exception.row, caught.exception.column), (1700, "town"))
        with self.assertRaises(pillion.BadRow) as caught:
            model.score(table.drop_columns("floors"))
        self.assertEqual(caught.exception.column, "floors")
        with self.assertRaises(pillion.DeadlineExceeded):
            model.score(table, timeout=0)
        with self.assertRaisesRegex(TypeError, "Series"):
            model.score(self.frame["size"])

    def test_objects_of_polars_go_by_rows(self) -> None:
        polar = pl.from_pandas(self.frame[:20])
        objects = pl.Series("town", [row["town"] for row in self.rows[:20]], dtype=pl.Object)
        self.expect(
            self.models["shm"].score(polar.with_columns(objects)).to_dicts(), self.expected[:20]
        )

    def test_neither_pandas_nor_polars_needs_pyarrow(self) -> None:
        columns = {name: [row[name] for row in self.rows[:50]] for name in self.frame}
        code = f"""
import sys
sys.modules["pyarrow"] = None
import pandas, polars, pillion
columns = {columns!r}
with pillion.load({self.bundle!r}) as model:
    for kind in (pandas, polars):
        print(model.score(kind.DataFrame(columns))["prediction"].to_list())
"""
        path = os.pathsep.join(sys.path)
        done = subprocess.run(
            [sys.executable, "-c", code.replace("nan", "float('nan')")],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.stderr, "")
        expected = str([row["prediction"] for row in self.expected[:50]])
        self.assertEqual(done.stdout.splitlines(), [expected, expected])

    def test_answers_are_released_once(self) -> None:
        batch = next(_arrow.stream(pl.from_pandas(self.frame)))
        binding = self.models["inproc"]._bound()
        for take in (pl.DataFrame, pa.record_batch):
            answers = binding.score_batch(batch, 30.0)
            self.assertTrue(answers.array.release and answers.schema.release)
            taken = take(answers)
            self.assertFalse(answers.array.release, "it was moved out")
            del answers
            self.assertEqual(len(taken), len(self.frame))

    def test_frames_without_rows(self) -> None:
        for given in (self.frame.iloc[:0], pl.from_pandas(self.frame)[:0]):
            self.assertEqual(len(self.models["shm"].score(given)), 0)
        table = pa.Table.from_pandas(self.frame).slice(0, 0)
        self.assertEqual(self.models["shm"].score(table).num_rows, 0)
        batch = pa.RecordBatch.from_pandas(self.frame[:0])
        answers = self.models["shm"].score(batch)
        self.assertEqual((type(answers), answers.num_rows), (pa.RecordBatch, 0))

    def test_the_version_is_told(self) -> None:
        model = self.models["shm"]
        model.score(self.rows[0])
        version = model.version
        self.score(self.frame)
        self.assertEqual(model.version, version)
        self.assertEqual(len(version or ""), 8)


if __name__ == "__main__":
    unittest.main()
