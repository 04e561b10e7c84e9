"""A graph of columns that grows node by node, in terms of the ops that Pillion has.

Each method adds nodes and answers the column that they make. What is said to be exact has the
same bits as the formula in its description, evaluated in doubles; only the sign of a zero may
differ. Knows ops and their attributes; what a trainer's estimator computes is its exporter's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any
from collections.abc import Sequence

from pillion.export import _bundle, _trees
from pillion.export._bundle import Attribute, Model, Node


@dataclass(frozen=True)
class Column:
    """A column: text, a number, or a vector of `size` numbers."""

    name: str
    size: int | None = None  # None: a scalar
    text: bool = False
    nullable: bool = False  # a number: null is to be taken for NaN
    fill: str | None = None  # text: what null stands for, if for anything
    dense: bool = False  # a vector that never comes in sparse form
    never_nan: bool = False
    unknown: bool = False  # of something that was refused; serves to find more problems

    @property
    def width(self) -> int:
        return 1 if self.size is None else self.size


class Graph:
    """Nodes in the order in which they run."""

    def __init__(self, inputs: Sequence[str] = ()) -> None:
        self.nodes: list[Node] = []
        self._taken = set(inputs)
        self._node_names: set[str] = set()
        self._made: dict[object, Column] = {}  # columns that need not be made twice

    def reserve(self, names: Sequence[str]) -> None:
        """Keeps names free for the answers."""
        self._taken.update(names)

    def answer(self, name: str) -> str:
        """A reserved name, given out."""
        self._taken.discard(name)
        return name

    def fresh(self, base: str) -> str:
        """A column's name that nothing else has."""
        name, number = base, 2
        while name in self._taken:
            name, number = f"{base}_{number}", number + 1
        self._taken.add(name)
        return name

    def add(
        self,
        model: Model,
        inputs: Sequence[tuple[str, str]],
        outputs: Sequence[tuple[str, str]],
    ) -> None:
        """Adds a node; it is named by its op and the first column that it makes."""
        base = f"{model.op}_{outputs[0][1]}".replace("/", "_")[:120]
        name, number = base, 2
        while name in self._node_names:
            name, number = f"{base}_{number}", number + 1
        self._node_names.add(name)
        self.nodes.append(Node(name, model, list(inputs), list(outputs)))

    def _map(
        self, op: str, attributes: dict[str, Attribute], x: Column, name: str, **changes: Any
    ) -> Column:
        """A node that makes one column of one, of the same shape unless `changes` say otherwise."""
        y = replace(x, name=self.fresh(name), nullable=False, **changes)
        self.add(Model(op, attributes), [("input", x.name)], [("output", y.name)])
        return y

    # Scalars and vectors.

    def number(self, x: Column) -> Column:
        """`x`, with NaN for null if it may be null."""
        if not x.nullable:
            return x
        if x.name not in self._made:
            self._made[x.name] = self.impute(x, float("nan"), f"{x.name}_number")
        return self._made[x.name]

    def vector(self, columns: Sequence[Column], name: str) -> Column:
        """The columns one behind the other. A zero's sign is lost."""
        if len(columns) == 1 and columns[0].size is not None:
            return columns[0]
        key = ("vector", tuple(columns))
        if key in self._made:
            return self._made[key]
        parts = [self.number(column) for column in columns]
        size = sum(part.width for part in parts)
        never_nan = all(part.never_nan for part in parts)
        y = Column(self.fresh(name), size=size, never_nan=never_nan)
        shapes = _bundle.shapes(part.size for part in parts)
        inputs = [(f"input{i}", part.name) for i, part in enumerate(parts)]
        self.add(Model("vector_assembler", {"input_shapes": shapes}), inputs, [("output", y.name)])
        self._made[key] = y
        return y

    def dense(self, x: Column, name: str) -> Column:
        """`x` in dense form: assembled vectors of many zeros are sparse, which some ops heed."""
        return x if x.dense else self.subtract(x, [0.0] * x.width, name)

    def entry(self, x: Column, index: int, name: str) -> Column:
        """x[index] as a number. Exact."""
        if x.size is None:
            return x
        key = ("entry", x.name, index)
        if key not in self._made:
            one = self.take(x, [index], f"{name}_{index}_vector")
            y = self.linear(one, [1.0], 0.0, f"{name}_{index}")
            self._made[key] = replace(y, never_nan=x.never_nan)
        return self._made[key]

    def take(self, x: Column, indices: Sequence[int], name: str) -> Column:
        """The entries of a vector at `indices`."""
        attributes = {
            "indices": _bundle.longs(indices),
            "names": _bundle.strings([]),
            "named_indices": _bundle.integers([]),
            "input_size": _bundle.integer(x.width),
        }
        return self._map("vector_slicer", attributes, x, name, size=len(indices))

    # Arithmetic on vectors, entry by entry. Exact.

    def subtract(self, x: Column, values: Sequence[float], name: str) -> Column:
        """x - values."""
        attributes = {"mean": _bundle.vector(values)}
        return self._map("standard_scaler", attributes, x, name, dense=True)

    def multiply(self, x: Column, factors: Sequence[float], name: str) -> Column:
        """x · factors."""
        attributes = {"scaling_vec": _bundle.vector(factors)}
        return self._map("elementwise_product", attributes, x, name)

    def divide(self, x: Column, divisors: Sequence[float], name: str) -> Column:
        """x / divisors, none of which is 0."""
        attributes = {
            "min": _bundle.vector([0.0] * x.width),
            "max": _bundle.vector(divisors),
            "minValue": _bundle.double(0.0),
            "maxValue": _bundle.double(1.0),
        }
        return self._map("min_max_scaler", attributes, x, name, dense=True)

    # Numbers.

    def impute(self, x: Column, value: float, name: str, missing: float = float("nan")) -> Column:
        """`value` for null, NaN and `missing`."""
        attributes = {
            "surrogate_value": _bundle.double(value),
            "missing_value": _bundle.double(missing),
            "strategy": _bundle.string("mean"),  # does not count
            "nullable_input": _bundle.boolean(True),
        }
        return self._map("imputer", attributes, x, name, never_nan=not math.isnan(value))

    def math(
        self, operation: str, a: Column | float, b: Column | float | None, name: str
    ) -> Column:
        """A function of one number (`b` None) or two, of which one may be a constant."""
        y = Column(self.fresh(name))
        attributes = {"operation": _bundle.string(operation)}
        inputs = []
        if b is None:
            assert isinstance(a, Column)
            model = Model("math_unary", attributes)
            inputs.append(("input", self.number(a).name))
        else:
            model = Model("math_binary", attributes)
            for side, operand in (("a", a), ("b", b)):
                if isinstance(operand, Column):
                    inputs.append((f"input_{side}", self.number(operand).name))
                else:
                    attributes[f"d{side}"] = _bundle.double(operand)
        self.add(model, inputs, [("output", y.name)])
        return y

    def piecewise(
        self, x: Column, breaks: Sequence[float], values: Sequence[float], name: str
    ) -> Column:
        """values[i] where breaks[i - 1] < x <= breaks[i]; the last for the rest and NaN. Exact."""
        if len(set(values)) == 1:
            breaks, values = [], values[:1]
        one = self.vector([x], f"{x.name}_vector")
        y = Column(self.fresh(name), never_nan=not any(map(math.isnan, values)))
        tree = _trees.piecewise_tree(breaks, values)
        self.add(tree, [("features", one.name)], [("prediction", y.name)])
        return y

    def require_below(self, x: Column, count: int, name: str) -> Column:
        """x, one of 0, 1, ...; a row with `count` or more is refused."""
        splits = [float(i) for i in range(count)] + [count - 0.5]
        attributes = {"splits": _bundle.doubles(splits), "handle_invalid": _bundle.string("error")}
        return self._map("bucketizer", attributes, x, name)

    def sigmoid(self, x: Column, name: str) -> Column:
        """1 / (1 + exp(-x))."""
        negative = self.math("sub", 0.0, x, f"{name}_negative")
        power = self.math("exp", negative, None, f"{name}_exp")
        divisor = self.math("add", power, 1.0, f"{name}_divisor")
        return self.math("div", 1.0, divisor, name)

    # Models.

    def linear(
        self, x: Column, coefficients: Sequence[float], intercept: float, name: str
    ) -> Column:
        """coefficients · x + intercept, summed in the engine's order."""
        y = Column(self.fresh(name))
        attributes = {
            "coefficients": _bundle.vector(coefficients),
            "intercept": _bundle.double(intercept),
        }
        model = Model("linear_regression", attributes)
        self.add(model, [("features", x.name)], [("prediction", y.name)])
        return y

    def affine(
        self,
        x: Column,
        rows: Sequence[Sequence[float]],
        intercepts: Sequence[float],
        name: str,
        probability: str | None = None,
    ) -> tuple[Column, Column | None]:
        """rows · x + intercepts for three rows or more, and their softmax if it has a name."""
        assert len(rows) > 2
        y = Column(self.fresh(name), size=len(rows), dense=True)
        attributes = {
            "num_classes": _bundle.long(len(rows)),
            "coefficient_matrix": _bundle.tensor(
                [row[j] for j in range(len(rows[0])) for row in rows], [len(rows), len(rows[0])]
            ),
            "intercept_vector": _bundle.vector(intercepts),
        }
        outputs = [("raw_prediction", y.name)]
        softmax = None
        if probability is not None:
            softmax = Column(self.fresh(probability), size=len(rows), dense=True)
            outputs.append(("probability", softmax.name))
        model = Model("logistic_regression", attributes)
        self.add(model, [("features", x.name)], outputs)
        return y, softmax

    def softmax(self, x: Column, name: str) -> Column:
        """The softmax of three numbers or more."""
        eye = [[float(i == j) for j in range(x.width)] for i in range(x.width)]
        _, softmax = self.affine(x, eye, [0.0] * x.width, f"{name}_raw", name)
        assert softmax is not None
        return softmax

    def argmax(self, x: Column, name: str) -> Column:
        """The first index of the largest of finite numbers. Exact."""
        if x.width == 2:
            difference = self.linear(x, [-1.0, 1.0], 0.0, f"{name}_difference")
            return self.piecewise(difference, [0.0], [0.0, 1.0], name)
        eye = [float(i == j) for i in range(x.width) for j in range(x.width)]
        attributes = {
            "num_classes": _bundle.long(x.width),
            "coefficient_matrix": _bundle.tensor(eye, [x.width, x.width]),
            "intercept_vector": _bundle.vector([0.0] * x.width),
        }
        # The raw column is declared so that the raw numbers decide, not their softmax.
        raw, y = self.fresh(f"{name}_raw"), Column(self.fresh(name))
        outputs = [("raw_prediction", raw), ("prediction", y.name)]
        self.add(Model("logistic_regression", attributes), [("features", x.name)], outputs)
        return y

    def project(self, x: Column, components: Sequence[Sequence[float]], name: str) -> Column:
        """components · x, each a row, summed in the engine's order."""
        by_column = [row[j] for row in components for j in range(x.width)]
        attributes = {"principal_components": _bundle.tensor(by_column, [x.width, len(components)])}
        return self._map("pca", attributes, x, name, size=len(components), dense=True)

    def sum_of_trees(self, x: Column, trees: Sequence[Model], name: str) -> Column:
        """The trees' answers added up from the first to the last. Exact.

        A forest divides its sum by the number of trees. Trees that answer 0 make that a power of
        two, whose division and multiplication are exact.
        """
        count = 1
        while count < len(trees):
            count *= 2
        padding = [_trees.constant_tree(0.0, x.width)] * (count - len(trees))
        mean = self.mean_of_trees(x, [*trees, *padding], f"{name}_mean" if count > 1 else name)
        return self.math("mul", mean, float(count), name) if count > 1 else mean

    def mean_of_trees(self, x: Column, trees: Sequence[Model], name: str) -> Column:
        """The trees' answers added up from the first to the last, divided by their number."""
        y = Column(self.fresh(name))
        attributes = {"num_features": _bundle.long(x.width)}
        model = _trees.ensemble("random_forest_regression", attributes, trees)
        self.add(model, [("features", x.name)], [("prediction", y.name)])
        return y

    # Text.

    def present(self, x: Column, name: str) -> Column:
        """1 where text is there, 0 where it is null."""
        vector = Column(self.fresh(f"{name}_vector"), size=1)
        attributes = {
            "num_features": _bundle.long(1),
            "input_shapes": _bundle.shapes([None]),
            "basic_types": _bundle.basic_types(["string"]),
            "input_names": _bundle.strings([x.name]),
            "categorical_cols": _bundle.strings([x.name]),
        }
        model = Model("feature_hasher", attributes)
        self.add(model, [("input0", x.name)], [("output", vector.name)])
        return self.linear(vector, [1.0], 0.0, name)

    def index(self, x: Column, labels: Sequence[str], keep: bool, name: str) -> Column:
        """The position of text in `labels`. What is not there, or null, has their number as its
        position, or is refused if not `keep`."""
        y = Column(self.fresh(name), never_nan=True)
        attributes = {
            "labels_length": _bundle.integer(1),
            "labels_array_0": _bundle.strings(labels),
            "handle_invalid": _bundle.string("keep" if keep else "error"),
        }
        model = Model("string_indexer", attributes)
        self.add(model, [("input", x.name)], [("output", y.name)])
        return y

    def one_hot(
        self, columns: Sequence[Column], widths: Sequence[int], keep: bool, names: Sequence[str]
    ) -> list[Column]:
        """A vector of zeros with a 1 at the position, for each column. Other positions give zeros
        if `keep`, else the row is refused."""
        made = [
            Column(self.fresh(name), size=width, never_nan=True)
            for name, width in zip(names, widths)
        ]
        attributes = {
            "category_sizes": _bundle.integers(widths),
            "drop_last": _bundle.boolean(keep),  # what "keep" adds
            "handle_invalid": _bundle.string("keep" if keep else "error"),
        }
        inputs = [(f"input{i}", column.name) for i, column in enumerate(columns)]
        outputs = [(f"output{i}", column.name) for i, column in enumerate(made)]
        self.add(Model("one_hot_encoder", attributes), inputs, outputs)
        return made

    def label(self, index: Column, labels: Sequence[str], name: str) -> Column:
        """The text at a position."""
        y = Column(self.fresh(name), text=True)
        attributes = {"labels": _bundle.strings(labels)}
        model = Model("reverse_string_indexer", attributes)
        self.add(model, [("input", index.name)], [("output", y.name)])
        return y

    # Rows of numbers.

    def normalise(self, x: Column, p: float, name: str) -> Column:
        """x divided by its p-norm, unless that is 0."""
        attributes = {"p_norm": _bundle.double(p), "input_size": _bundle.integer(x.width)}
        return self._map("normalizer", attributes, x, name)

    def binarise(self, x: Column, threshold: float, name: str) -> Column:
        """1 where an entry of a dense vector is above the threshold, else 0. Exact."""
        attributes = {
            "threshold": _bundle.double(threshold),
            "input_shapes": _bundle.shape(x.size),
        }
        return self._map("binarizer", attributes, x, name, dense=False)

    def products(self, x: Column, terms: Sequence[str], name: str) -> Column:
        """A product for each term, such as "x0 x2 x2", multiplied from left to right. Exact."""
        attributes = {"combinations": _bundle.string("[" + ",".join(terms) + "]")}
        return self._map(
            "sklearn_polynomial_expansion", attributes, x, name, size=len(terms), dense=True
        )
