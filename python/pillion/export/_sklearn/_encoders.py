"""Encoders of categories.

A category is found by its position in the encoder's list, and the position is recoded to what the
encoder makes of it. What is not in the list has no category: None here.
"""

from __future__ import annotations

from typing import Any
from collections.abc import Sequence

from pillion.export import _trees
from pillion.export._graph import Column
from pillion.export._sample import is_missing
from pillion.export._sklearn._exporter import Block, Exporter, exports


def _recode(exporter: Exporter, x: Column, values: Sequence[float], name: str) -> Column:
    """values[x], for x one of 0, 1, ..."""
    if list(values) == [float(i) for i in range(len(values))]:
        return x
    return exporter.graph.piecewise(x, [i + 0.5 for i in range(len(values) - 1)], values, name)


def _numbers(
    exporter: Exporter,
    x: Column,
    categories: Sequence[Any],
    targets: Sequence[float],
    unseen: float,
    name: str,
) -> Column:
    """The target of a number, `unseen` for one that is no category."""
    missing = unseen
    found = {}
    for category, target in zip(categories, targets):
        if is_missing(category):
            missing = target
        else:
            found[float(category)] = target
    breaks, values = [], []
    for category in sorted(found):
        breaks += [_trees.before(category), category]
        values += [unseen, found[category]]
    breaks.append(_trees.LARGEST)
    values += [unseen, missing]
    return exporter.graph.piecewise(x, *_merged(breaks, values), name)


def _merged(breaks: list[float], values: list[float]) -> tuple[list[float], list[float]]:
    """The same function without breaks that part equal values or nothing."""
    kept_breaks: list[float] = []
    kept_values = [values[0]]
    for at, value in zip(breaks, values[1:]):
        if kept_breaks and kept_breaks[-1] == at:  # neighbouring doubles are both categories
            kept_values[-1] = value
        elif value != kept_values[-1]:
            kept_breaks.append(at)
            kept_values.append(value)
    return kept_breaks, kept_values


def _text(
    exporter: Exporter,
    x: Column,
    categories: Sequence[Any],
    targets: Sequence[float],
    unseen: float | None,
    where: str,
    name: str,
) -> Column:
    """The target of text; `unseen` for text that is no category, or None: it is refused."""
    graph = exporter.graph
    labels: list[str] = []
    recoded: list[float] = []
    null: float | None = None  # what null stands for, if not for something unseen
    for category, target in zip(categories, targets):
        if isinstance(category, str):
            labels.append(category)
            recoded.append(target)
        elif is_missing(category):
            if null is not None:
                exporter.refuse(where, f"column '{x.name}' tells None from NaN; use one of them")
            null = target
        else:
            exporter.refuse(
                where,
                f"the category {category!r} of column '{x.name}' is no text; "
                "fit on text alone, or on numbers alone",
            )
    if x.fill is not None and null is not None:
        exporter.refuse(
            where,
            f"column '{x.name}' has None for a category behind an imputer of NaN; fit the imputer "
            "with missing_values=None, or with NaN for None",
        )
    if x.fill is not None:  # None again: no category, so null is refused as scikit-learn would
        null = dict(zip(labels, recoded)).get(x.fill, unseen)
    count = len(labels)
    if null is None or null == unseen:
        index = graph.index(x, labels, unseen is not None, f"{name}_index")
        return _recode(exporter, index, recoded + ([unseen] if unseen is not None else []), name)
    # Null and unseen text have one index, so null is moved behind it.
    index = graph.index(x, labels, True, f"{name}_index_or_null")
    there = graph.present(x, f"{name}_present")
    pair = graph.vector([index, there], f"{name}_pair")
    moved = graph.linear(pair, [1.0, -1.0], 1.0, f"{name}_index")
    if unseen is not None:
        return _recode(exporter, moved, [*recoded, unseen, null], name)
    # Null takes the last place that is allowed, unseen text the one behind.
    swapped = [float(i) for i in range(count)] + [count + 1.0, float(count)]
    checked = _recode(exporter, moved, swapped, f"{name}_swapped")
    checked = graph.require_below(checked, count + 1, f"{name}_checked")
    return _recode(exporter, checked, [*recoded, null], name)


def encode(
    exporter: Exporter,
    x: Column,
    categories: Sequence[Any],
    targets: Sequence[float],
    unseen: float | None,
    where: str,
    name: str,
) -> Column:
    """targets[i] for categories[i]; `unseen` for all else, or None: the row is refused."""
    if x.unknown:
        return x
    has_text = any(isinstance(category, str) for category in categories)
    if x.text:
        return _text(exporter, x, categories, targets, unseen, where, name)
    if has_text:
        exporter.refuse(
            where,
            f"column '{x.name}' holds numbers in the sample and text in fit; give both the same",
        )
        return x
    if unseen is not None:
        return _numbers(exporter, x, categories, targets, unseen, name)
    count = len(categories)
    positions = [float(i) for i in range(count)]
    index = _numbers(exporter, x, categories, positions, float(count), f"{name}_index")
    checked = exporter.graph.require_below(index, count, f"{name}_checked")
    return _recode(exporter, checked, targets, name)


def _without_rare(estimator: Any, i: int) -> tuple[list[int], int | None]:
    """The place of each category of column i among the frequent ones, and that of the rest."""
    places = list(range(len(estimator.categories_[i])))
    if not getattr(estimator, "_infrequent_enabled", False):
        return places, None
    mapping = estimator._default_to_infrequent_mappings[i]
    if mapping is None:
        return places, None
    return [int(place) for place in mapping], int(max(mapping))


def _column_of(place: int | None, drop: int | None, width: int) -> float:
    """The column of a category at a place, of `width`; that number where it has no column."""
    if place is None or place == drop:
        return float(width)
    return float(place - (drop is not None and place > drop))


@exports("OneHotEncoder")
def one_hot_encoder(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    graph, label = exporter.graph, where.replace(".", "_")
    drops = estimator._drop_idx_after_grouping
    columns, widths = [], []
    for i, x in enumerate(exporter.scalars(block)):
        categories = list(estimator.categories_[i])
        places, rare = _without_rare(estimator, i)
        drop = None if drops is None or drops[i] is None else int(drops[i])
        width = int(estimator._n_features_outs[i])

        unseen: float | None = None
        if estimator.handle_unknown != "error":
            takes_rare = estimator.handle_unknown in ("infrequent_if_exist", "warn")
            unseen = _column_of(rare if takes_rare else None, drop, width)
        targets = [_column_of(place, drop, width) for place in places]
        name = f"{label}_{i}"
        columns.append(encode(exporter, x, categories, targets, unseen, where, name))
        widths.append(width)
    names = [f"{label}_hot_{i}" for i in range(len(columns))]
    pairs = [(c, w, n) for c, w, n in zip(columns, widths, names) if w > 0]
    if not pairs or any(column.unknown for column in columns):
        return exporter.unknown(sum(widths))
    made = graph.one_hot(
        [c for c, _, _ in pairs], [w for _, w, _ in pairs], True, [n for _, _, n in pairs]
    )
    return Block(made, sparse=bool(estimator.sparse_output))


@exports("OrdinalEncoder")
def ordinal_encoder(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    missing = getattr(estimator, "_missing_indices", {})
    columns = []
    for i, x in enumerate(exporter.scalars(block)):
        places, _ = _without_rare(estimator, i)
        targets = [float(place) for place in places]
        if i in missing:
            targets[int(missing[i])] = float(estimator.encoded_missing_value)
        unseen = None
        if estimator.handle_unknown == "use_encoded_value":
            unseen = float(estimator.unknown_value)
        name = f"{where.replace('.', '_')}_{i}"
        columns.append(
            encode(exporter, x, list(estimator.categories_[i]), targets, unseen, where, name)
        )
    return Block(columns)
