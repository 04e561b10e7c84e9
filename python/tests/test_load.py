"""pillion.load, with the answers of Spark and MLeap to the same rows, in no server's presence."""

from __future__ import annotations

import os
import tempfile
import threading
import unittest
from pathlib import Path

import pandas as pd
from test_connect import FOREST, HOUSES, PRICES, houses

import pillion


class Load(unittest.TestCase):
    def setUp(self) -> None:
        self.rows = houses()

    def load(self, name: str) -> pillion.Model:
        model = pillion.load(HOUSES / name, outputs=["prediction"])
        self.addCleanup(model.close)
        return model

    def test_answers_are_those_of_spark_and_mleap(self) -> None:
        for name, expected in (("house-lr.zip", PRICES), ("house-rf.zip", FOREST)):
            model = self.load(name)
            self.assertEqual(model.transport, "inproc")
            self.assertEqual([model.score(row)["prediction"] for row in self.rows], expected)
            self.assertEqual(
                [answer["prediction"] for answer in model.score(self.rows * 3)], expected * 3
            )
            frame = pd.DataFrame(self.rows)
            self.assertEqual(model.score(frame)["prediction"].tolist(), expected)

    def test_a_directory_of_models_has_them_by_name(self) -> None:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("house-lr", "house-rf"):
            (directory / f"{name}.zip").write_bytes((HOUSES / f"{name}.zip").read_bytes())
        with pillion.load(directory, "house-rf", outputs=["prediction"]) as model:
            self.assertEqual(model.score(self.rows[0])["prediction"], FOREST[0])
        with self.assertRaisesRegex(pillion.Error, "house-lr.*house-rf"):
            pillion.load(directory)

    def test_threads_score_at_once(self) -> None:
        model = self.load("house-lr.zip")
        wrong: list[float] = []

        def run() -> None:
            for row, expected in zip(self.rows, PRICES):
                found = model.score(row)["prediction"]
                if found != expected:
                    wrong.append(found)

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_child_of_fork_scores(self) -> None:
        model = self.load("house-lr.zip")
        model.score(self.rows[0])
        child = os.fork()
        if child == 0:
            os._exit(0 if model.score(self.rows[1])["prediction"] == PRICES[1] else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(model.score(self.rows[2])["prediction"], PRICES[2])

    def test_what_cannot_be_loaded_says_why(self) -> None:
        with self.assertRaisesRegex(pillion.UnknownModel, "nothing-here.zip"):
            pillion.load("nothing-here.zip")
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            file.write(b"no zip")
            file.flush()
            with self.assertRaisesRegex(pillion.Error, "zip"):
                pillion.load(file.name)
        with self.assertRaises(pillion.BadRow) as caught:
            self.load("house-lr.zip").score({"sqft_livin": 1})
        self.assertEqual(caught.exception.column, "sqft_livin")


if __name__ == "__main__":
    unittest.main()
