"""Decision trees as bundles hold them, and thresholds that keep every comparison what it was.

A split sends x left if x <= threshold, as a double; a NaN goes right.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import Any, Callable, Union
from collections.abc import Sequence

from pillion.export import _bundle

LARGEST = 1.7976931348623157e308  # the threshold that all numbers but infinity are below


@dataclass
class Split:
    """Inner node: `feature` <= `threshold` goes to `left`, indices of the children."""

    feature: int
    threshold: float
    left: int
    right: int


@dataclass
class CategorySplit:
    """Inner node: the listed categories of `feature` go left (or right, if not `is_left`)."""

    feature: int
    categories: Sequence[float]
    is_left: bool
    category_count: int
    left: int
    right: int


@dataclass
class Leaf:
    """`values`: one, or one a class."""

    values: Sequence[float]


Branch = Union[Split, CategorySplit, Leaf]


def before(x: float) -> float:
    """The largest double below x."""
    return math.nextafter(x, -math.inf)


def for_floats(threshold: float) -> float:
    """The t with: x <= t exactly where float32(x) <= threshold, for every double x.

    Rounding to float is monotone, so t is the last double that rounds to the last float at or
    below the threshold. Half-way cases go to the float whose last bit is 0.
    """
    if threshold == math.inf:
        return LARGEST
    try:
        at = struct.unpack("<f", struct.pack("<f", threshold))[0]
    except OverflowError:  # beyond the floats
        return LARGEST if threshold > 0 else -LARGEST
    if at > threshold:
        at = _float_step(at, -1)
    above = _float_step(at, +1)
    if math.isinf(above):
        return before(at + (at - _float_step(at, -1)) / 2)
    middle = at + (above - at) / 2  # exact: doubles hold more bits
    is_even = _float_order(at) % 2 == 0
    return middle if is_even else before(middle)


def _float_order(x: float) -> int:
    order: int = struct.unpack("<i", struct.pack("<f", x + 0.0))[0]
    return order if order >= 0 else -(order & 0x7FFFFFFF)


def _float_step(x: float, by: int) -> float:
    order = _float_order(x) + by
    bits = order if order >= 0 else -order | -0x80000000
    moved: float = struct.unpack("<f", struct.pack("<i", bits))[0]
    return moved


def tree_file(node_at: Callable[[int], Branch]) -> bytes:
    """tree.json: the nodes from the root, 0, in pre-order."""
    lines: list[dict[str, Any]] = []
    ahead = [0]
    while ahead:
        node = node_at(ahead.pop())
        if isinstance(node, Leaf):
            values = [value if math.isfinite(value) else None for value in map(float, node.values)]
            lines.append({"type": "leaf", "values": values})
            continue
        if isinstance(node, Split):
            split: dict[str, Any] = {
                "type": "continuous",
                "featureIndex": int(node.feature),
                "threshold": float(node.threshold),
            }
        else:
            split = {
                "type": "categorical",
                "featureIndex": int(node.feature),
                "isLeft": bool(node.is_left),
                "numCategories": int(node.category_count),
                "categories": [float(category) for category in node.categories],
            }
        lines.append({"type": "internal", "split": split})
        ahead += [node.right, node.left]
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines).encode("ascii")


def regression_tree(node_at: Callable[[int], Branch], features: int) -> _bundle.Model:
    attributes = {"num_features": _bundle.long(features)}
    return _bundle.Model("decision_tree_regression", attributes, {"tree.json": tree_file(node_at)})


def classification_tree(
    node_at: Callable[[int], Branch], features: int, classes: int
) -> _bundle.Model:
    attributes = {"num_features": _bundle.long(features), "num_classes": _bundle.long(classes)}
    return _bundle.Model("decision_tree_classifier", attributes, {"tree.json": tree_file(node_at)})


def ensemble(
    op: str, attributes: dict[str, _bundle.Attribute], trees: Sequence[_bundle.Model]
) -> _bundle.Model:
    """An op that has `trees` with weights of 1, unless the attributes give others."""
    names = [f"tree{i}" for i in range(len(trees))]
    weights = {"tree_weights": _bundle.doubles(1.0 for _ in trees)}
    listed = {"trees": _bundle.strings(names)}
    return _bundle.Model(op, {**weights, **attributes, **listed}, models=dict(zip(names, trees)))


def constant_tree(value: float, features: int) -> _bundle.Model:
    return regression_tree(lambda _: Leaf([value]), features)


def piecewise_tree(breaks: Sequence[float], values: Sequence[float]) -> _bundle.Model:
    """values[i] where breaks[i - 1] < x <= breaks[i]; the last one for the rest and for NaN."""
    nodes: list[Split | Leaf] = []

    def grow(low: int, high: int) -> int:  # the values low...high
        index = len(nodes)
        if low == high:
            nodes.append(Leaf([values[low]]))
            return index
        middle = (low + high) // 2
        split = Split(0, breaks[middle], 0, 0)
        nodes.append(split)
        split.left = grow(low, middle)
        split.right = grow(middle + 1, high)
        return index

    grow(0, len(values) - 1)
    return regression_tree(nodes.__getitem__, 1)
