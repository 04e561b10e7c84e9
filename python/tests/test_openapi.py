"""The OpenAPI document of the HTTP dialect score is one, and is true of requests and answers."""

from __future__ import annotations

import copy
import json
import unittest
import urllib.error
import urllib.request
from typing import Any

import jsonschema
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
from scoring import ROOT, serving_http

HOUSES = ROOT / "examples" / "king-county"
FRAME = json.loads((HOUSES / "houses.frame.json").read_text())
NAMES = [field["name"] for field in FRAME["schema"]["fields"]]


class OpenApi(unittest.TestCase):
    def setUp(self) -> None:
        house = str(HOUSES / "house-lr.zip")
        self.url = "http://" + self.enterContext(serving_http("score", house=house))

    def ask(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)

    def valid(self, document: Any, schema: str, instance: Any) -> bool:
        whole = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        validator = jsonschema.Draft202012Validator(whole)
        return bool(validator.is_valid(instance))

    def test_is_openapi(self) -> None:
        for query in ("", "?select=prediction"):
            document = self.ask("/models/house/openapi.json" + query)
            validate(document)
            broken = copy.deepcopy(document)
            del broken["info"]["title"]
            with self.assertRaises(OpenAPIValidationError):
                validate(broken)

    def test_is_true(self) -> None:
        document = self.ask("/models/house/openapi.json")
        self.assertEqual(list(document["paths"]), ["/score/house"])
        for values in FRAME["rows"][:20]:
            row = dict(zip(NAMES, values))
            self.assertTrue(self.valid(document, "Row", row))
            self.assertTrue(self.valid(document, "Answer", self.ask("/score/house", row)))
        self.assertTrue(self.valid(document, "Row", self.ask("/models/house/sample")))
        for wrong in ({**row, "lat": "north"}, {name: row[name] for name in NAMES[1:]}):
            self.assertFalse(self.valid(document, "Row", wrong))
            problem = self.ask("/score/house", wrong)
            self.assertTrue(self.valid(document, "Problem", problem))
            self.assertIn(
                str(problem["status"]), document["paths"]["/score/house"]["post"]["responses"]
            )


if __name__ == "__main__":
    unittest.main()
