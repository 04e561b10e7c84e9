"""docs/python.md does what it says: its blocks of Python are run, its tables name what there is."""

from __future__ import annotations

import os
import re
import tempfile
import unittest

from scoring import ROOT, hold_golden_rows, score, serving, validate

DOCUMENT = ROOT / "docs" / "python.md"


class Document(unittest.TestCase):
    def setUp(self) -> None:
        self.text = DOCUMENT.read_text(encoding="utf-8")

    def test_blocks_of_python_run(self) -> None:
        blocks = re.findall(r"^```python\n(.*?)^```", self.text, re.MULTILINE | re.DOTALL)
        self.assertEqual(len(blocks), 6)
        before = os.getcwd()
        with tempfile.TemporaryDirectory() as directory:
            os.chdir(directory)
            self.addCleanup(os.chdir, before)
            names: dict[str, object] = {}
            for block in blocks[:4]:
                exec(compile(block, str(DOCUMENT), "exec"), names)
            with serving("run", house="house.zip", loan="loan.zip"):
                exec(compile(blocks[4], str(DOCUMENT), "exec"), names)
            house = {"sqft": 1180, "grade": None, "zipcode": "98178"}
            self.assertGreater(score("house.zip", [house], ["prediction"])[0]["prediction"], 1e5)
            loan = score("loan.zip", [{"income": 1.0}], ["prediction", "probability"])
            self.assertEqual(len(loan[0]["probability"]), 2)
            for bundle in ("house.zip", "loan.zip", "house-gbm.zip"):
                validate(bundle)
                self.assertTrue(hold_golden_rows(bundle)["holds"])
            os.chdir(before)

    def test_the_estimators_in_the_table_are_carried(self) -> None:
        from pillion.export._sklearn import _exporter

        _exporter.register()
        table = self.text.split("| scikit-learn | difference |")[1].split("| XGBoost |")[0]
        names = set(re.findall(r"`([A-Z][A-Za-z]+)`", table))
        self.assertGreater(len(names), 40)
        self.assertEqual(names - set(_exporter.exporters()), set())


if __name__ == "__main__":
    unittest.main()
