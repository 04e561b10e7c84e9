"""scikit-learn's estimators: the same answers, and what is refused."""

from __future__ import annotations

import os
import tempfile
import unittest
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import parity
from scoring import numbers, score, ulps

import pillion.export
from pillion.export import ExportError


class Parity(unittest.TestCase):
    def test_answers_are_those_of_scikit_learn(self) -> None:
        for case in parity.cases():
            with self.subTest(case.name), tempfile.TemporaryDirectory() as directory:
                outcome = parity.run(case, directory)
                self.assertGreater(outcome.rows, 1000)


class WithModel(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "model.zip")
        warnings.simplefilter("ignore")
        self.frame = pd.DataFrame(
            {"size": [1.0, 2.0, 3.0, 4.0], "kind": ["a", "b", "a", None], "rooms": [1, 2, 2, 1]}
        )
        self.prices = [1.0, 2.0, 4.0, 8.0]

    def problems(self, estimator: object, sample: object) -> list[str]:
        with self.assertRaises(ExportError) as caught:
            pillion.export.sklearn(estimator, self.path, sample)
        self.assertFalse(os.path.exists(self.path))
        return caught.exception.problems

    def encoded(self, encoder: object) -> Pipeline:
        columns = ColumnTransformer([("kind", encoder, ["kind"])], remainder="passthrough")
        return make_pipeline(columns, LinearRegression()).fit(self.frame, self.prices)


class Rows(WithModel):
    def answers(self, rows: list[dict], column: str = "prediction") -> list:
        return [answer[column] for answer in score(self.path, rows, [column], keep_going=True)]

    def test_unseen_text_is_refused_where_scikit_learn_refuses_it(self) -> None:
        model = self.encoded(OneHotEncoder())  # None is one of its categories
        pillion.export.sklearn(model, self.path, self.frame)
        rows = [{"size": 2.0, "kind": kind, "rooms": 1} for kind in ("a", "c", None, "")]
        found = self.answers(rows)
        self.assertEqual([answer is None for answer in found], [False, True, False, True])
        with self.assertRaises(ValueError):
            model.predict(pd.DataFrame(rows[1:2]))
        expected = model.predict(pd.DataFrame([rows[0], rows[2]]))
        np.testing.assert_allclose([found[0], found[2]], expected, rtol=1e-12)

    def test_missing_text_is_filled_and_unseen_text_refused(self) -> None:
        filled = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
        model = self.encoded(filled)
        pillion.export.sklearn(model, self.path, self.frame)
        rows = [{"size": 2.0, "kind": kind, "rooms": 1} for kind in ("a", "b", None, "c")]
        found = self.answers(rows)
        expected = model.predict(pd.DataFrame(rows[:3]))
        np.testing.assert_allclose(found[:3], expected, rtol=1e-12)
        self.assertEqual(found[0], found[2])
        self.assertNotEqual(found[0], found[1])
        self.assertIsNone(found[3])

    def test_text_filled_with_what_is_no_category_is_refused(self) -> None:
        frame = self.frame.assign(kind=["a", "b", "a", "b"])
        filled = make_pipeline(SimpleImputer(strategy="constant"), OneHotEncoder())
        columns = ColumnTransformer([("kind", filled, ["kind"])]).fit(frame)
        pillion.export.sklearn(columns, self.path, frame)
        found = self.answers([{"kind": "b"}, {"kind": None}], "features")
        self.assertEqual([answer is None for answer in found], [False, True])
        with self.assertRaises(ValueError):
            columns.transform(pd.DataFrame({"kind": [None]}, dtype=object))

    def test_unseen_numbers_are_refused_where_scikit_learn_refuses_them(self) -> None:
        rooms = ColumnTransformer([("rooms", OrdinalEncoder(), ["rooms"])])
        pillion.export.sklearn(rooms.fit(self.frame), self.path, self.frame)
        rows = [{"rooms": rooms} for rooms in (1, 2, 1.5, 0, 3)]
        found = self.answers(rows, "features")
        self.assertEqual([answer is None for answer in found], [False, False, True, True, True])

    def test_null_is_refused_but_where_the_sample_misses_a_value(self) -> None:
        frame = self.frame[["size", "rooms"]].copy()
        model = DecisionTreeRegressor().fit(frame, self.prices)
        pillion.export.sklearn(model, self.path, frame)
        self.assertEqual(self.answers([{"size": None, "rooms": 1}]), [None])
        frame.loc[1, "size"] = np.nan
        model = DecisionTreeRegressor().fit(frame, self.prices)
        pillion.export.sklearn(model, self.path, frame)
        self.assertEqual(self.answers([{"size": None, "rooms": 2}]), [2.0])

    def test_arrays_and_dicts_name_their_columns(self) -> None:
        rows = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.5]])
        model = LinearRegression().fit(rows, [1, 2, 3])
        pillion.export.sklearn(model, self.path, rows)
        found = self.answers([{"x0": 3.0, "x1": 5.0}])
        np.testing.assert_allclose(found, model.predict(rows[1:2]), rtol=1e-12)
        pillion.export.sklearn(model, self.path, {"left": [1.0], "right": [2.0]})
        self.assertEqual(self.answers([{"left": 3.0, "right": 5.0}]), found)

    def test_a_model_of_sixteen_classes_and_one_of_a_single_tree(self) -> None:
        rng = np.random.default_rng(3)
        rows = rng.normal(size=(500, 3))
        labels = (rows[:, 0] * 4).round().clip(-8, 7) + 100
        for model in (LogisticRegression(), RandomForestClassifier(1), DecisionTreeClassifier()):
            model.fit(rows, labels)
            pillion.export.sklearn(model, self.path, rows)
            named = [dict(zip(("x0", "x1", "x2"), map(float, row))) for row in rows]
            self.assertEqual(self.answers(named), model.predict(rows).tolist())


class Text(WithModel):
    documents = [
        "The quick brown fox jumps",
        "over the lazy dog; the DOG sleeps",
        "Ünïcode straße ÉCLAIR naïve 北京 x_1 a1",
        "quick quick fox",
        "",
    ]

    def compare(self, model: object, documents: list[str], within: float) -> None:
        pillion.export.sklearn(model, self.path, self.documents)
        rows = [{"text": document} for document in documents]
        found = score(self.path, rows, ["features"])
        expected = model.transform(documents).toarray()  # type: ignore[attr-defined]
        for answer, wanted, document in zip(found, expected, documents):
            ours = numbers(answer["features"])
            self.assertEqual(len(ours), len(wanted))
            for a, b in zip(ours, wanted.tolist()):
                self.assertLessEqual(ulps(a, b), within, document)

    def test_vectorizers(self) -> None:
        more = [
            *self.documents,
            "fox dog fox",
            "a b c",
            "Dog,fox-quick_brown fox's",
            "İstanbul ΣΑΣ",
        ]
        for model in (
            CountVectorizer(),
            CountVectorizer(binary=True, lowercase=False),
            CountVectorizer(ngram_range=(1, 3), stop_words=["the", "over"]),
            CountVectorizer(ngram_range=(2, 2)),
        ):
            with self.subTest(model=model):
                self.compare(model.fit(self.documents), more, 0)
        for model in (
            TfidfVectorizer(ngram_range=(1, 2), stop_words="english"),
            TfidfVectorizer(norm="l1", smooth_idf=False),
            make_pipeline(CountVectorizer(), TfidfTransformer(use_idf=False)),
        ):
            with self.subTest(model=model):
                self.compare(model.fit(self.documents), more, 1)

    def test_words_are_those_of_python(self) -> None:
        points = [p for p in range(1, 0x30000) if not 0xD800 <= p <= 0xDFFF]
        texts = [f"q{chr(p)}z {chr(p)}{chr(p)}" for p in points]
        analyze = CountVectorizer().build_analyzer()
        terms = sorted({term for text in texts for term in analyze(text)})
        model = CountVectorizer(vocabulary=terms).fit(texts)
        pillion.export.sklearn(model, self.path, ["a text"])
        found = score(self.path, [{"text": text} for text in texts], ["CountVectorizer_words"])
        self.assertEqual(len(found), len(texts))
        others = [
            point
            for point, text, answer in zip(points, texts, found)
            if list(answer["CountVectorizer_words"]) != analyze(text)
        ]
        # Those of Unicode 14 and later, which no Java 17 and so no MLeap knows.
        self.assertGreaterEqual(min(others), 0x870)
        self.assertLess(len(others), 600)

    def test_a_model_of_texts_and_numbers(self) -> None:
        frame = pd.DataFrame(
            {"review": self.documents * 20, "stars": [float(i % 5) for i in range(100)]}
        )
        columns = ColumnTransformer(
            [("words", TfidfVectorizer(), "review"), ("stars", StandardScaler(), ["stars"])]
        )
        target = [int(i % 7 < 3) for i in range(100)]
        model = make_pipeline(columns, LogisticRegression()).fit(frame, target)
        pillion.export.sklearn(model, self.path, frame)
        found = score(self.path, frame.to_dict("records"), ["prediction", "probability"])
        self.assertEqual([row["prediction"] for row in found], model.predict(frame).tolist())
        np.testing.assert_allclose(
            [row["probability"] for row in found], model.predict_proba(frame), rtol=1e-13
        )

    def test_options_that_no_op_has(self) -> None:
        model = TfidfVectorizer(analyzer="char", sublinear_tf=True).fit(self.documents)
        found = self.problems(model, self.documents)
        self.assertEqual(len(found), 2, found)
        self.assertIn("analyzer='char' is not carried; 'word' is", found[0])
        self.assertIn("sublinear_tf is not carried", found[1])
        brackets = CountVectorizer().fit(self.documents)
        self.assertIn("takes one column of text", self.problems(brackets, self.frame)[0])


class Refusals(WithModel):
    def test_all_problems_come_at_once(self) -> None:
        columns = ColumnTransformer(
            [
                ("quantile", QuantileTransformer(n_quantiles=3), ["size"]),
                ("log", FunctionTransformer(np.log1p), ["rooms"]),
                ("kind", OneHotEncoder(), ["kind"]),
            ]
        )
        model = Pipeline([("columns", columns), ("model", KNeighborsClassifier(1))])
        model.fit(self.frame, [0, 1, 0, 1])
        problems = self.problems(model, self.frame)
        self.assertEqual(
            [problem.split(":")[0] for problem in problems],
            ["columns.quantile", "columns.log", "model"],
        )
        self.assertIn("QuantileTransformer is not carried", problems[0])
        self.assertIn("KBinsDiscretizer would do", problems[0])
        self.assertIn("calls a Python function", problems[1])
        self.assertIn("KNeighborsClassifier is not carried", problems[2])

    def test_what_is_not_fitted(self) -> None:
        problems = self.problems(make_pipeline(StandardScaler(), LinearRegression()), self.frame)
        self.assertIn("not fitted; call fit first", problems[0])

    def test_text_where_numbers_are_needed(self) -> None:
        model = LinearRegression().fit(self.frame[["size", "rooms"]], self.prices)
        sample = self.frame[["size"]].assign(rooms=["one", "two", "two", "one"])
        self.assertIn("column 'rooms' holds text", self.problems(model, sample)[0])

    def test_derived_classes_may_compute_otherwise(self) -> None:
        class Doubled(LinearRegression):
            def predict(self, rows: object) -> object:
                return 2 * super().predict(rows)

        model = Doubled().fit(self.frame[["size"]], self.prices)
        self.assertIn(
            "derived from LinearRegression", self.problems(model, self.frame[["size"]])[0]
        )

    def test_several_targets(self) -> None:
        targets = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
        frame = self.frame[["size", "rooms"]]
        for model in (LinearRegression(), DecisionTreeRegressor(), RandomForestClassifier(2)):
            self.assertIn("has 2 targets", self.problems(model.fit(frame, targets), frame)[0])

    def test_an_init_that_is_a_model(self) -> None:
        frame = self.frame[["size"]]
        model = GradientBoostingRegressor(init=LinearRegression()).fit(frame, self.prices)
        self.assertIn("init=LinearRegression is not carried", self.problems(model, frame)[0])

    def test_samples_that_do_not_fit(self) -> None:
        model = LinearRegression().fit(self.frame[["size", "rooms"]], self.prices)
        self.assertIn("lacks columns", self.problems(model, self.frame[["size"]])[0])
        self.assertIn("expected a DataFrame", self.problems(model, "size")[0])
        floats = self.frame[["size", "rooms"]].astype("float32")
        self.assertIn("float32", self.problems(model, floats)[0])
        named = DecisionTreeRegressor().fit(
            self.frame[["size"]].rename(columns={"size": "prediction"}), self.prices
        )
        sample = self.frame[["size"]].rename(columns={"size": "prediction"})
        self.assertIn("as an answer is; rename it", self.problems(named, sample)[0])

    def test_none_that_is_no_missing_value(self) -> None:
        kinds = pd.Series(["a", None, None, np.nan], dtype=object)
        frame = self.frame.assign(kind=kinds)
        filled = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
        columns = ColumnTransformer([("kind", filled, ["kind"])]).fit(frame)
        self.assertIn("takes None for a value", self.problems(columns, frame)[0])
        frame = frame.assign(kind=pd.Series(["a", "a", None, np.nan], dtype=object))
        columns = ColumnTransformer([("kind", filled, ["kind"])]).fit(frame)
        self.assertIn("has None for a category", self.problems(columns, frame)[0])

    def test_what_is_no_estimator(self) -> None:
        self.assertIn("found dict", self.problems({}, self.frame)[0])
        self.assertIn("the class LinearRegression", self.problems(LinearRegression, self.frame)[0])


if __name__ == "__main__":
    unittest.main()
