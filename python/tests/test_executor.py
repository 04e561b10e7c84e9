"""What an executor of Spark runs for pillion.spark.score, on batches of pyarrow without Spark: the
answers of Spark and MLeap to the same rows, and what becomes of rows that are refused."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any, Optional
from unittest import mock

import pyarrow as pa
from test_connect import FOREST, HOUSES, PRICES, houses

import pillion
from pillion import _executor


class Executor(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.path = self.directory / "house.zip"
        shutil.copy(HOUSES / "house-lr.zip", self.path)
        self.rows = [{"id": at, **row} for at, row in enumerate(houses())]

    def task(self, batch: pa.RecordBatch, error_column: Optional[str] = None) -> _executor.Task:
        with pillion.load(self.path, outputs=["prediction"]) as model:
            places = [(batch.schema.get_field_index(c.name), c) for c in model.inputs]
        return _executor.Task(
            str(self.path), False, None, ("prediction",), (), tuple(places), error_column
        )

    def score(
        self, rows: list[dict[str, Any]], error_column: Optional[str] = None
    ) -> list[pa.RecordBatch]:
        """Of batches of 150."""
        table = pa.Table.from_pylist(rows)
        batches = table.to_batches(max_chunksize=150)
        return list(_executor.score(iter(batches), self.task(batches[0], error_column)))

    def test_answers_stand_beside_the_columns(self) -> None:
        found = pa.Table.from_batches(self.score(self.rows * 3))
        self.assertEqual(found["prediction"].to_pylist(), PRICES * 3)
        self.assertEqual(found.drop(["prediction"]).to_pylist(), self.rows * 3)
        self.assertEqual(list(_executor.score(iter([]), self.task(found.to_batches()[0]))), [])

    def test_a_bad_row_is_named_by_its_place(self) -> None:
        self.rows[173]["grade"] = None
        with self.assertRaisesRegex(
            pillion.BadRow, r"^row 173, column grade: .*null.*\(kNullValue, code 16\)"
        ) as caught:
            self.score(self.rows)
        self.assertEqual((caught.exception.row, caught.exception.column), (173, "grade"))

    def test_bad_rows_may_go_to_a_column(self) -> None:
        rows = [dict(row) for row in self.rows * 10]
        bad = {0, 149, 150, 777, *range(900, 1100)}
        for at in bad:
            rows[at]["grade"] = None
        found = pa.Table.from_batches(self.score(rows, "why")).to_pylist()
        self.assertEqual(len(found), len(rows))
        for at, row in enumerate(found):
            self.assertEqual(row["id"], rows[at]["id"])
            if at not in bad:
                self.assertEqual((row["prediction"], row["why"]), (PRICES[row["id"]], None))
                continue
            self.assertIsNone(row["prediction"])
            self.assertEqual(row["why"]["code"], 16)
            self.assertEqual(row["why"]["name"], "kNullValue")
            self.assertEqual(row["why"]["column"], "grade")
            self.assertIn("null where a value is required", row["why"]["text"])

    def test_a_model_is_loaded_once_and_again_if_replaced(self) -> None:
        batch = pa.RecordBatch.from_pylist(self.rows)
        task = self.task(batch)
        with mock.patch.object(_executor, "load", wraps=_executor.load) as loads:
            for expected, count in ((PRICES, 1), (PRICES, 1), (FOREST, 2)):
                if expected is FOREST:
                    shutil.copy(HOUSES / "house-rf.zip", self.path)
                answers = list(_executor.score(iter([batch, batch]), task))
                self.assertEqual(answers[1].column("prediction").to_pylist(), expected)
                self.assertEqual(loads.call_count, count)
        self.path.unlink()
        with self.assertRaisesRegex(pillion.UnknownModel, "every executor has to see it there"):
            list(_executor.score(iter([batch]), task))

    def test_spark_s_vectors_decimals_and_booleans_are_numbers(self) -> None:
        from decimal import Decimal

        from pillion import _batches

        vector = pillion.Column("v", "tensor of double [3]", (3,))
        values = [
            {"type": 1, "size": None, "indices": None, "values": [1.0, 2.0, 3.0]},
            {"type": 0, "size": 3, "indices": [2], "values": [7.5]},
            {"type": 0, "size": 3, "indices": [], "values": []},
            None,
        ]
        found = _batches._readable(pa.array(values), vector).to_pylist()
        self.assertEqual(found, [[1, 2, 3], [0, 0, 7.5], [0, 0, 0], None])
        number = pillion.Column("x", "double", ())
        for given, wanted in (([True, None], [1.0, None]), ([Decimal("2.50")], [2.5])):
            self.assertEqual(_batches._readable(pa.array(given), number).to_pylist(), wanted)


if __name__ == "__main__":
    unittest.main()
