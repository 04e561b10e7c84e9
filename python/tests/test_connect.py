"""pillion.connect against a server, with the answers of Spark and MLeap to the same rows."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from scoring import PROGRAM, ROOT, serving

import pillion
from pillion import _library

HOUSES = ROOT / "examples" / "king-county"
RECORDED = json.loads((HOUSES / "answers.json").read_text())
PRICES = RECORDED["house-lr"]["spark"]
FOREST = RECORDED["house-rf"]["mleap"]


def houses() -> list[dict[str, Any]]:
    frame = json.loads((HOUSES / "houses.frame.json").read_text())
    names = [field["name"] for field in frame["schema"]["fields"]]
    return [dict(zip(names, row)) for row in frame["rows"]]


class Connected(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.run_dir = str(self.directory / "run")
        self.server = self.enterContext(
            serving(
                self.run_dir,
                house=str(HOUSES / "house-lr.zip"),
                forest=str(HOUSES / "house-rf.zip"),
            )
        )
        self.rows = houses()

    def connect(self, name: str = "house", **options: Any) -> pillion.Model:
        options.setdefault("outputs", ["prediction"])
        options.setdefault("timeout", 30.0)
        model = pillion.connect(self.run_dir, name, **options)
        self.addCleanup(model.close)
        return model


class Score(Connected):
    def test_columns_are_told(self) -> None:
        model = self.connect(outputs=())
        self.assertEqual({column.name for column in model.inputs}, set(self.rows[0]))
        self.assertIn(pillion.Column("zipcode", "string", ()), model.inputs)
        features = next(column for column in model.outputs if column.name == "features")
        self.assertEqual(features.shape, (86,))
        self.assertIn("<td>zipcode</td><td>string</td>", model._repr_html_())
        self.assertEqual(model.transport, "shm")

    def test_rows_one_by_one_and_as_a_list(self) -> None:
        for name, expected in (("house", PRICES), ("forest", FOREST)):
            model = self.connect(name)
            self.assertEqual([model.score(row)["prediction"] for row in self.rows], expected)
            answers = model.score(self.rows * 3)  # more than are under way together
            self.assertEqual([answer["prediction"] for answer in answers], expected * 3)
        self.assertEqual(model.score([]), [])

    def test_the_version_is_that_of_the_content(self) -> None:
        model = self.connect()
        self.assertIsNone(model.version)
        model.score(self.rows[0])
        self.assertEqual(model.version, "803c0bb8")  # of `pillion inspect`

    def test_vectors_are_lists(self) -> None:
        answer = self.connect(outputs=["numbers", "zip_vector"]).score(self.rows[0])
        self.assertEqual(answer["numbers"], list(self.rows[0].values())[:16])
        self.assertEqual(sum(answer["zip_vector"]), 1)  # sparse, filled up
        self.assertEqual(len(answer["zip_vector"]), 86 - 16)  # of the features, without numbers

    def test_values_of_numpy(self) -> None:
        row = {name: np.float64(v) if name != "zipcode" else v for name, v in self.rows[0].items()}
        row["grade"] = np.int32(row["grade"])
        row["floors"] = np.float32(row["floors"])
        self.assertEqual(self.connect().score(row)["prediction"], PRICES[0])

    def test_frames_come_back_as_their_kind(self) -> None:
        model = self.connect(outputs=["prediction", "numbers"])
        columns = {name: [row[name] for row in self.rows] for name in self.rows[0]}
        columns["sold"] = list(range(len(self.rows)))  # not of the model
        frame = pd.DataFrame(columns, index=[f"h{i}" for i in range(len(self.rows))])
        answers = model.score(frame)
        self.assertIsInstance(answers, pd.DataFrame)
        self.assertEqual(list(answers.columns), ["prediction", "numbers"])
        self.assertEqual(answers["prediction"].tolist(), PRICES)
        self.assertEqual(list(answers.index), list(frame.index))
        table = model.score(pa.table(columns))
        self.assertIsInstance(table, pa.Table)
        self.assertEqual(table["prediction"].to_pylist(), PRICES)
        self.assertEqual(table["numbers"].type, pa.list_(pa.float64()))
        polar = model.score(pl.DataFrame(columns))
        self.assertIsInstance(polar, pl.DataFrame)
        self.assertEqual(polar["prediction"].to_list(), PRICES)
        self.assertEqual(polar["numbers"].dtype, pl.List(pl.Float64))
        many = model.score(pd.concat([frame] * 30))  # more than are objects at a time
        self.assertEqual(many["prediction"].tolist(), PRICES * 30)
        self.assertEqual(len(model.score(frame.iloc[:0])), 0)

    def test_threads_share_a_model(self) -> None:
        model = self.connect()
        found: dict[int, list[float]] = {}

        def score(number: int) -> None:
            rows = self.rows[number:] + self.rows[:number]
            found[number] = [model.score(row)["prediction"] for row in rows]

        threads = [threading.Thread(target=score, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected = {number: PRICES[number:] + PRICES[:number] for number in range(8)}
        self.assertEqual(found, expected)


class Fail(Connected):
    def refused(self, rows: Any, **options: Any) -> pillion.BadRow:
        with self.assertRaises(pillion.BadRow) as caught:
            self.connect(**options).score(rows)
        return caught.exception

    def test_rows_are_blamed_with_row_and_column(self) -> None:
        good = self.rows[0]
        misspelt = self.refused([good, good, {**good, "sqft_livin": 1.0}])
        self.assertEqual((misspelt.row, misspelt.column), (2, "sqft_livin"))
        self.assertIn("sqft_living", str(misspelt))
        wrong = self.refused({**good, "zipcode": 98133.0})
        self.assertEqual((wrong.name, wrong.column), ("kWrongType", "zipcode"))
        null = self.refused([good, {**good, "grade": None}])
        self.assertEqual((null.name, null.row), ("kNullValue", 1))
        self.assertIn("object", str(self.refused({**good, "grade": object()})))
        self.assertEqual(self.refused({**good, "grade": 2**64}).column, "grade")

    def test_frames_are_blamed_by_their_own_row_numbers(self) -> None:
        frame = pd.DataFrame(self.rows * 30)
        self.assertEqual(self.refused(frame.drop(columns="grade")).column, "grade")
        frame["grade"] = frame["grade"].astype(object)
        frame.loc[5003, "grade"] = None
        self.assertEqual(self.refused(frame).row, 5003)

    def test_models_that_are_not_there(self) -> None:
        with self.assertRaisesRegex(pillion.UnknownModel, "house"):
            self.connect("hous")
        with self.assertRaisesRegex(pillion.UnknownModel, "house, forest|forest, house"):
            pillion.connect(self.run_dir)
        with self.assertRaisesRegex(TypeError, "DataFrame"):
            self.connect().score(3)

    def test_a_server_that_goes_and_comes(self) -> None:
        model = self.connect(timeout=5.0)
        self.server.terminate()
        self.server.wait()
        with self.assertRaises(pillion.ServerGone):
            model.score(self.rows[0])
        with self.assertRaises(ConnectionError):
            pillion.connect(self.run_dir, "house")
        with serving(self.run_dir, house=str(HOUSES / "house-lr.zip")):
            while True:
                try:
                    price = model.score(self.rows[0])["prediction"]
                    break
                except pillion.ServerGone:
                    pass
        self.assertEqual(price, PRICES[0])

    def test_a_deadline_that_passes(self) -> None:
        with self.assertRaises(TimeoutError) as caught:
            self.connect().score(self.rows[0], timeout=0)
        self.assertIsInstance(caught.exception, pillion.DeadlineExceeded)

    def test_a_closed_model(self) -> None:
        with self.connect() as model:
            model.score(self.rows[0])
        model.close()
        with self.assertRaisesRegex(ValueError, "closed"):
            model.score(self.rows[0])

    def test_a_version_with_other_columns(self) -> None:
        model = self.connect(outputs=())
        self.assertEqual(len(model.score(self.rows[0])), 6)
        load = [PROGRAM, "ctl", "load", f"house={HOUSES / 'house-rf.zip'}"]
        subprocess.run([*load, "--run-dir", self.run_dir], check=True, capture_output=True)
        with self.assertRaises(pillion.SchemaChanged):
            model.score(self.rows[0])
        self.assertEqual(len(model.outputs), 3)
        self.assertEqual(model.score(self.rows[0])["prediction"], FOREST[0])


class Fork(Connected):
    def test_a_child_connects_anew_and_leaves_its_parent_alone(self) -> None:
        model = self.connect()
        self.assertEqual(model.score(self.rows[0])["prediction"], PRICES[0])
        children = []
        for number in range(4):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    found = [model.score(row)["prediction"] for row in self.rows]
                    status = 0 if found == PRICES else 2
                finally:
                    os._exit(status)
            children.append(child)
            self.assertEqual(model.score(self.rows[number])["prediction"], PRICES[number])
        for child in children:
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(model.score(self.rows[9])["prediction"], PRICES[9])

    def test_workers_of_gunicorn_that_were_forked_with_a_model(self) -> None:
        application = """
import json, os, pillion
model = pillion.connect({run_dir!r}, "house", outputs=["prediction"], timeout=30.0)
row = {row!r}
parent = (os.getpid(), model.score(row)["prediction"])
def app(environ, start_response):
    start_response("200 OK", [("Connection", "close")])
    return [json.dumps([*parent, os.getpid(), model.score(row)["prediction"]]).encode()]
"""
        (self.directory / "prefork.py").write_text(
            application.format(run_dir=self.run_dir, row=self.rows[0])
        )
        web_socket = self.directory / "web.sock"
        command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "3"]
        command += ["--bind", f"unix:{web_socket}", "--log-level", "error", "prefork:app"]
        path = os.pathsep.join([str(ROOT / "python"), str(self.directory)])
        web = subprocess.Popen(command, cwd=self.directory, env={**os.environ, "PYTHONPATH": path})
        self.addCleanup(web.wait)
        self.addCleanup(web.terminate)
        workers = set()
        while len(workers) < 2:
            self.assertIsNone(web.poll())
            try:
                parent, first, worker, price = json.loads(get(web_socket))
            except (FileNotFoundError, ConnectionRefusedError):
                continue
            self.assertEqual((first, price), (PRICES[0], PRICES[0]))
            self.assertNotEqual(worker, parent)
            workers.add(worker)


def get(path: Path) -> bytes:
    """The body of GET / over a Unix socket."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(str(path))
        stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return stream.makefile("rb").read().split(b"\r\n\r\n", 1)[1]


class TheLibrary(unittest.TestCase):
    def test_what_was_looked_at_is_told(self) -> None:
        with mock.patch.dict(os.environ, {"PILLION_CLIENT": "/nowhere/lib.so"}):
            with mock.patch.object(_library, "_library", None):
                with self.assertRaisesRegex(pillion.LibraryNotFound, "/nowhere/lib.so"):
                    _library.library()

    def test_exporters_do_without_it(self) -> None:
        code = "import pillion.export, sys; assert 'numpy' not in sys.modules"
        environment = {"PYTHONPATH": str(ROOT / "python"), "PILLION_CLIENT": "/nowhere/lib.so"}
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)


if __name__ == "__main__":
    unittest.main()
