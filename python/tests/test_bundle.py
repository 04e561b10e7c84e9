"""The bundle writer, thresholds and trees. Needs the standard library alone."""

from __future__ import annotations

import json
import math
import os
import random
import struct
import tempfile
import unittest
import zipfile

import scoring  # noqa: F401  # finds the package

from pillion.export import ExportError, _bundle, _trees
from pillion.export._errors import Problems


def as_float(x: float) -> float:
    """`x` rounded to 32 bits."""
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


class Thresholds(unittest.TestCase):
    def test_floats_compare_as_doubles_do(self) -> None:
        rng = random.Random(1)
        thresholds = [
            0.0,
            1.0,
            -1.0,
            0.1,
            1e-45,
            -1e-45,
            1e-40,
            3.4028234e38,
            -3.4028234e38,
            16777217.0,
        ]
        thresholds += [rng.uniform(-10, 10) for _ in range(300)]
        thresholds += [as_float(rng.gauss(0, 1e5)) for _ in range(300)]
        thresholds += [as_float(rng.gauss(0, 1)) + rng.gauss(0, 1e-9) for _ in range(300)]
        compared = 0
        for threshold in thresholds:
            moved = _trees.for_floats(threshold)
            near = [moved, threshold, as_float(threshold)]
            step = abs(as_float(threshold)) * 2.0**-24
            for by in (-2, -1, -0.5, 0.5, 1, 2):
                near.append(as_float(threshold) + by * step)
            for x in near:
                for y in (x, math.nextafter(x, math.inf), math.nextafter(x, -math.inf)):
                    if math.isinf(as_float(y)):
                        continue  # scikit-learn refuses what no float holds
                    self.assertEqual(y <= moved, as_float(y) <= threshold, (threshold, y))
                    compared += 1
        self.assertGreater(compared, 20000)

    def test_infinite_threshold_is_above_all_numbers(self) -> None:
        self.assertEqual(_trees.for_floats(math.inf), _trees.LARGEST)


class Trees(unittest.TestCase):
    def test_piecewise_steps_at_its_breaks(self) -> None:
        breaks, values = [-1.0, 0.5, 2.0], [10.0, 20.0, 30.0, 40.0]
        model = _trees.piecewise_tree(breaks, values)
        lines = [json.loads(line) for line in model.files["tree.json"].splitlines()]
        for x in (-2.0, -1.0, -0.9, 0.5, 0.6, 2.0, 2.1, math.nan):
            below = next((i for i, at in enumerate(breaks) if x <= at), 3)
            self.assertEqual(walk(iter(lines), x), [values[below]], x)

    def test_tree_file_is_in_pre_order(self) -> None:
        nodes = [
            _trees.Split(3, 0.5, 2, 1),
            _trees.Leaf([1.0]),
            _trees.CategorySplit(0, [1, 4], True, 5, 3, 4),
            _trees.Leaf([2.0]),
            _trees.Leaf([math.nan]),
        ]
        lines = [json.loads(line) for line in _trees.tree_file(nodes.__getitem__).splitlines()]
        self.assertEqual([line["type"] for line in lines], ["internal"] * 2 + ["leaf"] * 3)
        self.assertEqual(lines[0]["split"]["featureIndex"], 3)
        self.assertEqual(lines[1]["split"]["categories"], [1.0, 4.0])
        self.assertEqual([line["values"] for line in lines[2:]], [[2.0], [None], [1.0]])


def walk(lines, x: float):  # type: ignore[no-untyped-def]
    """The leaf that x reaches, reading a file of pre-order in full."""
    line = next(lines)
    if line["type"] == "leaf":
        return line["values"]
    left, right = walk(lines, x), walk(lines, x)
    return left if x <= line["split"]["threshold"] else right


class Bundle(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = os.path.join(self.directory.name, "model.zip")

    def write(self, intercept: float = 0.5) -> None:
        attributes = {
            "coefficients": _bundle.vector([1.0, -2.0]),
            "intercept": _bundle.double(intercept),
        }
        model = _bundle.Model("linear_regression", attributes)
        node = _bundle.Node("line", model, [("features", "x")], [("prediction", "y")])
        _bundle.write(self.path, "Line", [node])

    def test_members_are_those_of_the_format(self) -> None:
        self.write()
        with zipfile.ZipFile(self.path) as archive:
            found = {name: json.loads(archive.read(name)) for name in archive.namelist()}
        self.assertEqual(found["bundle.json"]["format"], "json")
        self.assertEqual(
            found["root/model.json"],
            {"op": "pipeline", "attributes": {"nodes": {"type": "list", "string": ["line"]}}},
        )
        self.assertEqual(
            found["root/line.node/node.json"],
            {
                "name": "line",
                "shape": {
                    "inputs": [{"port": "features", "name": "x"}],
                    "outputs": [{"port": "prediction", "name": "y"}],
                },
            },
        )
        coefficients = found["root/line.node/model.json"]["attributes"]["coefficients"]
        self.assertEqual(coefficients["double"], [1.0, -2.0])
        self.assertEqual(coefficients["shape"]["dimensions"], [{"size": 2, "name": ""}])

    def test_the_same_model_is_the_same_bytes(self) -> None:
        self.write()
        first = read(self.path)
        self.write()
        self.assertEqual(read(self.path), first)
        self.write(intercept=0.75)
        self.assertNotEqual(read(self.path), first)

    def test_a_failed_write_leaves_the_old_file_and_no_other(self) -> None:
        self.write()
        first = read(self.path)
        bad = _bundle.Model("linear_regression", {"intercept": {"double": object()}})
        with self.assertRaises(TypeError):
            _bundle.write(self.path, "Line", [_bundle.Node("n", bad, [], [("prediction", "y")])])
        self.assertEqual(read(self.path), first)
        self.assertEqual(os.listdir(self.directory.name), ["model.zip"])

    def test_numbers_that_json_lacks_are_null(self) -> None:
        self.assertEqual(_bundle.doubles([math.inf, 1.0, math.nan])["double"], [None, 1.0, None])

    def test_no_number_loses_a_bit(self) -> None:
        rng = random.Random(2)
        for _ in range(2000):
            x = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
            if math.isfinite(x):
                self.assertEqual(json.loads(json.dumps(_bundle.double(x)))["double"], x)


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


class Errors(unittest.TestCase):
    def test_all_problems_are_told_once(self) -> None:
        problems = Problems()
        problems.raise_if_any()
        problems.add("scaler", "is no scaler")
        problems.add("scaler", "is no scaler")
        problems.add("", "is not fitted")
        with self.assertRaises(ExportError) as caught:
            problems.raise_if_any()
        self.assertEqual(caught.exception.problems, ["scaler: is no scaler", "is not fitted"])
        self.assertIn("for 2 reasons", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
