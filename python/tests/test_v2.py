"""The HTTP dialect v2, spoken by the client of Triton, with the answers of Spark and MLeap."""

from __future__ import annotations

import json
import unittest
from typing import Any

import numpy as np
import tritonclient.http as triton
from scoring import ROOT, score, serving_http
from tritonclient.utils import InferenceServerException

HOUSES = ROOT / "examples" / "king-county"
RECORDED = json.loads((HOUSES / "answers.json").read_text())
PRICES = RECORDED["house-lr"]["spark"]
FOREST = RECORDED["house-rf"]["mleap"]
FRAME = json.loads((HOUSES / "houses.frame.json").read_text())
NAMES = [field["name"] for field in FRAME["schema"]["fields"]]


def inputs(rows: list[list[Any]], binary: bool, column: bool = False) -> list[triton.InferInput]:
    """The rows as tensors; whole numbers as such, so that the server has to cast them."""
    tensors = []
    for name, values in zip(NAMES, zip(*rows)):
        array: np.ndarray[Any, Any]
        if isinstance(values[0], str):
            array, datatype = np.array(values, dtype=object), "BYTES"
        elif name in ("bedrooms", "yr_built"):
            array, datatype = np.array(values, dtype=np.int32), "INT32"
        elif name == "waterfront":
            array, datatype = np.array(values, dtype=np.uint8), "UINT8"
        else:
            array, datatype = np.array(values, dtype=np.float64), "FP64"
        if column:
            array = array.reshape(-1, 1)
        tensor = triton.InferInput(name, list(array.shape), datatype)
        tensor.set_data_from_numpy(array, binary_data=binary)
        tensors.append(tensor)
    return tensors


class V2(unittest.TestCase):
    def setUp(self) -> None:
        house, forest = str(HOUSES / "house-lr.zip"), str(HOUSES / "house-rf.zip")
        host = self.enterContext(serving_http("v2", house=house, forest=forest))
        self.client = triton.InferenceServerClient(host, network_timeout=60.0)
        self.addCleanup(self.client.close)
        self.rows = FRAME["rows"]

    def infer(self, rows: list[list[Any]], model: str = "house", **options: Any) -> Any:
        binary = options.pop("binary", True)
        column = options.pop("column", False)
        outputs = [
            triton.InferRequestedOutput(name, binary_data=binary)
            for name in options.pop("outputs", ["prediction"])
        ]
        return self.client.infer(
            model, inputs(rows, binary, column), outputs=outputs or None, **options
        )

    def test_says_what_it_is(self) -> None:
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())
        self.assertTrue(self.client.is_model_ready("house"))
        self.assertFalse(self.client.is_model_ready("castle"))
        self.assertIn("binary_tensor_data", self.client.get_server_metadata()["extensions"])
        metadata = self.client.get_model_metadata("house")
        self.assertEqual(sorted(tensor["name"] for tensor in metadata["inputs"]), sorted(NAMES))
        self.assertIn({"name": "zipcode", "datatype": "BYTES", "shape": [-1]}, metadata["inputs"])
        self.assertIn(
            {"name": "prediction", "datatype": "FP64", "shape": [-1]}, metadata["outputs"]
        )
        index = self.client.get_model_repository_index()
        self.assertEqual({entry["name"] for entry in index}, {"house", "forest"})
        self.assertEqual({entry["state"] for entry in index}, {"READY"})

    def test_answers_as_spark_and_mleap_do(self) -> None:
        for binary in (True, False):
            for column in (True, False):
                answer = self.infer(self.rows, binary=binary, column=column, request_id="r7")
                prices = answer.as_numpy("prediction")
                self.assertEqual(prices.tolist(), PRICES, f"{binary} {column}")
                self.assertEqual(answer.get_response()["id"], "r7")
                self.assertEqual(answer.get_response()["model_name"], "house")
            forest = self.infer(self.rows, model="forest", binary=binary).as_numpy("prediction")
            self.assertEqual(forest.tolist(), FOREST)

    def test_vectors_are_rows_of_a_tensor(self) -> None:
        rows = [dict(zip(NAMES, row)) for row in self.rows[:20]]
        told = score(str(HOUSES / "house-lr.zip"), rows, ["scaled", "zip_vector"])
        answer = self.infer(self.rows[:20], outputs=["scaled", "zip_vector", "zip_index"])
        scaled = answer.as_numpy("scaled")
        self.assertEqual(scaled.tolist(), [row["scaled"] for row in told])
        one_hot = answer.as_numpy("zip_vector")
        self.assertEqual(one_hot.shape, (20, 70))
        at = [row["zip_vector"]["indices"][0][0] for row in told]
        self.assertEqual(one_hot.argmax(axis=1).tolist(), at)
        self.assertEqual(one_hot.sum(), 20)

    def test_gives_all_outputs_where_none_is_named(self) -> None:
        answer = self.infer(self.rows[:2], outputs=[])
        names = [tensor["name"] for tensor in answer.get_response()["outputs"]]
        self.assertEqual(
            names, ["zip_index", "zip_vector", "numbers", "scaled", "features", "prediction"]
        )

    def test_a_version_can_be_named(self) -> None:
        version = self.client.get_model_metadata("house")["versions"][0]
        answer = self.infer(self.rows[:1], model_version=version)
        self.assertEqual(answer.get_response()["model_version"], version)
        with self.assertRaisesRegex(InferenceServerException, "no version of 'house' is '9'"):
            self.infer(self.rows[:1], model_version="9")

    def test_counts_what_it_answers(self) -> None:
        self.infer(self.rows[:5])
        self.infer(self.rows[:7])
        with self.assertRaises(InferenceServerException):
            self.infer(self.rows[:1], outputs=["price"])
        (counts,) = self.client.get_inference_statistics("house")["model_stats"]
        self.assertEqual(counts["inference_count"], 12)
        self.assertEqual(counts["execution_count"], 2)
        self.assertEqual(counts["inference_stats"]["success"]["count"], 2)
        self.assertEqual(counts["inference_stats"]["fail"]["count"], 1)
        self.assertGreater(counts["inference_stats"]["success"]["ns"], 0)
        self.assertEqual(len(self.client.get_inference_statistics()["model_stats"]), 2)

    def test_what_is_wrong_is_named(self) -> None:
        def refused(tensors: list[triton.InferInput], sentence: str) -> None:
            with self.assertRaisesRegex(InferenceServerException, sentence):
                self.client.infer("house", tensors)

        good = inputs(self.rows[:2], True)
        refused(good[1:], "bedrooms")
        refused(good + good[:1], "input 'bedrooms' is sent twice")
        short = inputs(self.rows[:1], True)
        refused(good[:1] + short[1:], "'bathrooms' has 1 rows, 'bedrooms' has 2")
        other = triton.InferInput("bedroms", [2], "INT32")
        other.set_data_from_numpy(np.array([1, 2], dtype=np.int32))
        refused([other] + good[1:], "no input 'bedroms'; did you mean 'bedrooms'")
        wide = triton.InferInput("bedrooms", [2, 2], "INT32")
        wide.set_data_from_numpy(np.array([[1, 2], [3, 4]], dtype=np.int32))
        refused([wide] + good[1:], r"expected the shape \[ROWS\] or \[ROWS, 1\], found \[2, 2\]")
        half = triton.InferInput("bedrooms", [2], "FP16")
        half.set_data_from_numpy(np.array([1, 2], dtype=np.float16))
        refused([half] + good[1:], "found 'FP16'")
        with self.assertRaisesRegex(InferenceServerException, "no model is named 'hous'"):
            self.client.infer("hous", good)
        self.assertEqual(self.infer(self.rows[:1]).as_numpy("prediction").tolist(), PRICES[:1])


if __name__ == "__main__":
    unittest.main()
