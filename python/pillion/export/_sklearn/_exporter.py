"""Walks estimators: which exporter takes which, what is refused, how answers are named."""

from __future__ import annotations

from typing import Any, Callable, TypeVar
from collections.abc import Sequence

from pillion.export import _bundle, _sample
from pillion.export._errors import Problems
from pillion.export._graph import Column, Graph
from pillion.export._sklearn import _expected

ANSWERS = ("prediction", "probability", "decision", "features")


class Block:
    """The columns of a matrix on its way through a pipeline: scalars and vectors, in order."""

    def __init__(self, columns: Sequence[Column], sparse: bool = False) -> None:
        self.columns = list(columns)
        self.sparse = sparse  # scikit-learn holds it as a sparse matrix, and scales it otherwise

    @property
    def width(self) -> int:
        return sum(column.width for column in self.columns)

    @property
    def unknown(self) -> bool:
        return any(column.unknown for column in self.columns)


class Exporter:
    """What the exporters of the estimators share."""

    def __init__(self, inputs: Sequence[Column], problems: Problems) -> None:
        self.graph = Graph([column.name for column in inputs])
        self.graph.reserve(ANSWERS)
        self.problems = problems

    def refuse(self, where: str, what: str) -> None:
        self.problems.add(where, what)

    def unknown(self, width: int) -> Block:
        """What stands for the answers of a transformer that was refused."""
        return Block([Column(f"unknown{i}", unknown=True) for i in range(width)])

    def vector(self, block: Block, where: str) -> Column:
        """The block as one vector of numbers."""
        for column in block.columns:
            if column.text:
                self.refuse(
                    where,
                    f"column '{column.name}' holds text where numbers are needed; encode it before",
                )
        name = where.replace(".", "_").replace(" ", "_")
        return self.graph.vector(block.columns, f"{name}_input")

    def dense(self, block: Block, where: str) -> Column:
        """The same, never in sparse form."""
        x = self.vector(block, where)
        return self.graph.dense(x, f"{x.name}_dense")

    def scalars(self, block: Block) -> list[Column]:
        """The block's columns one by one."""
        scalars = []
        for column in block.columns:
            for i in range(column.width):
                scalars.append(self.graph.entry(column, i, column.name))
        return scalars

    def export(self, estimator: Any, block: Block, where: str) -> Block | None:
        """Adds an estimator. Answers the block that a transformer makes, None after a model."""
        where = where or type(estimator).__name__
        row = find(estimator)
        if row is None:
            self.refuse(where, _why_not(estimator))
            return self.unknown(_width_of(estimator, block))
        if not _is_fitted(estimator):
            self.refuse(where, f"{type(estimator).__name__} is not fitted; call fit first")
            return self.unknown(block.width)
        expected = getattr(estimator, "n_features_in_", block.width)
        if expected != block.width and not block.unknown:
            self.refuse(where, f"expected {expected} columns, as in fit, found {block.width}")
            return self.unknown(_width_of(estimator, block))
        return row(self, estimator, block, where)


Row = Callable[[Exporter, Any, Block, str], "Block | None"]
R = TypeVar("R", bound=Row)
_rows: dict[str, Row] = {}


def exports(*names: str) -> Callable[[R], R]:
    """Declares a function the exporter of scikit-learn's classes `names`."""

    def declare(row: R) -> R:
        for name in names:
            _rows[name] = row
        return row

    return declare


def find(estimator: Any) -> Row | None:
    """The exporter of an estimator's own class: one derived from it may compute otherwise."""
    kind = type(estimator)
    package = kind.__module__.split(".")[0]
    return _rows.get(kind.__name__) if package in ("sklearn", "xgboost", "lightgbm") else None


# Why an estimator has no exporter, and what would do instead.
_INSTEAD = {
    "GaussianNB": "no op has its densities; LogisticRegression or a tree would do",
    "ComplementNB": "no op normalises its weights so; MultinomialNB would do",
    "KNeighborsClassifier": "it keeps all rows of the training; a tree ensemble would do",
    "KNeighborsRegressor": "it keeps all rows of the training; a tree ensemble would do",
    "SVC": "no op has its kernels; LinearSVC would do",
    "SVR": "no op has its kernels; LinearRegression or a tree ensemble would do",
    "QuantileTransformer": "no op interpolates; KBinsDiscretizer would do",
    "PowerTransformer": "no op has its powers; StandardScaler would do",
    "TargetEncoder": "no op has its encodings; OrdinalEncoder or OneHotEncoder would do",
    "StackingClassifier": "models that feed models are not carried; export one of them",
    "StackingRegressor": "models that feed models are not carried; export one of them",
    "VotingClassifier": "export one of its models",
    "VotingRegressor": "export one of its models",
    "CalibratedClassifierCV": "no op calibrates; export the estimator within",
    "GridSearchCV": "export best_estimator_ instead",
    "RandomizedSearchCV": "export best_estimator_ instead",
}


def _why_not(estimator: Any) -> str:
    kind = type(estimator)
    if isinstance(estimator, type):
        return f"found the class {estimator.__name__}; give an estimator that is fitted"
    if not hasattr(estimator, "fit"):
        return f"expected a scikit-learn estimator, found {kind.__name__}"
    for base in kind.__mro__[1:]:
        if base.__name__ in _rows and base.__module__.startswith("sklearn."):
            return (
                f"{kind.__name__} is derived from {base.__name__} and may compute otherwise; "
                f"fit {base.__name__} itself"
            )
    if kind.__name__ in _INSTEAD:
        return f"{kind.__name__} is not carried: {_INSTEAD[kind.__name__]}"
    import difflib

    near = difflib.get_close_matches(kind.__name__, _rows, n=2, cutoff=0.5)
    hint = f"; near to it: {', '.join(near)}" if near else "; docs/python.md lists those that are"
    return f"{kind.__name__} is not carried{hint}"


def _is_fitted(estimator: Any) -> bool:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True


def _width_of(estimator: Any, block: Block) -> int:
    """How many columns a refused transformer would have made, as far as can be known."""
    try:
        return len(estimator.get_feature_names_out())
    except Exception:  # foreign code, asked for a hint only
        return block.width


def register() -> None:
    """Imports the exporters of all estimators, which declare themselves."""
    from pillion.export._sklearn import (
        _boosters,  # noqa: F401
        _compose,  # noqa: F401
        _encoders,  # noqa: F401
        _hist,  # noqa: F401
        _linear,  # noqa: F401
        _models,  # noqa: F401
        _scalers,  # noqa: F401
        _text,  # noqa: F401
        _trees,  # noqa: F401
    )


def exporters() -> dict[str, Row]:
    """The exporters of all estimators by their classes' names."""
    return dict(_rows)


def export(fitted: Any, path: _bundle.Path, sample: Any, golden: int) -> None:
    """See pillion.export.sklearn."""
    register()
    problems = Problems()
    inputs = _sample.read(sample, problems)
    for column in inputs:
        if column.name in ANSWERS:
            problems.add(
                "sample", f"a column is called '{column.name}', as an answer is; rename it"
            )
    columns = _in_order_of_fit(fitted, inputs, problems)
    exporter = Exporter(columns, problems)
    block = exporter.export(fitted, Block(columns), "")
    if block is not None and not problems:
        name_features(exporter, block)
    problems.raise_if_any()
    nodes = exporter.graph.nodes
    rows = _expected.golden(fitted, sample, golden, columns, nodes, problems)
    problems.raise_if_any()
    _bundle.write(path, type(fitted).__name__, nodes, rows)


def _in_order_of_fit(fitted: Any, inputs: list[Column], problems: Problems) -> list[Column]:
    """The sample's columns as fit saw them, which goes by their names where it has some."""
    names = getattr(fitted, "feature_names_in_", None)
    if names is None or not inputs:
        return inputs
    names = [str(name) for name in names]
    by_name = {column.name: column for column in inputs}
    if not set(names) & set(by_name) and len(names) == len(inputs):
        # An array: its columns are called as in fit.
        from dataclasses import replace

        return [replace(column, name=name) for name, column in zip(names, inputs)]
    missing = [name for name in names if name not in by_name]
    if missing:
        listed = ", ".join(f"'{name}'" for name in missing)
        problems.add("sample", f"lacks columns that fit saw: {listed}")
        return [by_name.get(name, Column(name, unknown=True)) for name in names]
    return [by_name[name] for name in names]


def name_features(exporter: Exporter, block: Block) -> None:
    """Ends a bundle that only transforms: its columns as the vector `features`."""
    graph = exporter.graph
    if any(column.text for column in block.columns):
        exporter.refuse("answers", "text columns pass through; a bundle's answer is one vector")
        return
    x = graph.vector(block.columns, "features_parts")
    graph.subtract(x, [0.0] * x.width, graph.answer("features"))
