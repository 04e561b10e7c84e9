"""What models answer: classes by index, probabilities of two or more classes."""

from __future__ import annotations

from typing import Any, Callable

from pillion.export import _trees
from pillion.export._graph import Column
from pillion.export._sklearn._exporter import Exporter


def answer_class(
    exporter: Exporter, classes: Any, where: str, make_index: Callable[[str], Column]
) -> None:
    """Answers `prediction`, the class at the index that `make_index(name)` adds."""
    graph = exporter.graph
    labels = [value.item() if hasattr(value, "item") else value for value in classes]
    if all(isinstance(label, str) for label in labels):
        graph.label(make_index("class_index"), labels, graph.answer("prediction"))
        return
    if any(isinstance(label, str) for label in labels):
        exporter.refuse(where, "has classes of text and of numbers; use one of them")
        return
    values = [float(label) for label in labels]
    if values == [float(i) for i in range(len(values))]:
        make_index(graph.answer("prediction"))
        return
    index = make_index("class_index")
    breaks = [i + 0.5 for i in range(len(values) - 1)]
    graph.piecewise(index, breaks, values, graph.answer("prediction"))


def above(exporter: Exporter, margin: Column, or_at: bool) -> Callable[[str], Column]:
    """Makes the index of two classes: 1 where the margin is above 0 (or at it)."""
    breaks = [_trees.before(0.0)] if or_at else [0.0]
    return lambda name: exporter.graph.piecewise(margin, breaks, [0.0, 1.0], name)


def answer_pair(exporter: Exporter, second: Column) -> None:
    """Answers `probability` of two classes, 1 - p and p."""
    first = exporter.graph.math("sub", 1.0, second, "probability_0")
    exporter.graph.vector([first, second], exporter.graph.answer("probability"))


def one_output(exporter: Exporter, estimator: Any, where: str) -> bool:
    """Whether a model answers one target; refuses it otherwise."""
    outputs = getattr(estimator, "n_outputs_", 1)
    if outputs == 1:
        return True
    exporter.refuse(where, f"has {outputs} targets; fit and export one model a target")
    return False


def rows_of(matrix: Any) -> list[list[float]]:
    return [[float(value) for value in row] for row in matrix]


def flat(values: Any) -> list[float]:
    return [float(value) for value in values]
