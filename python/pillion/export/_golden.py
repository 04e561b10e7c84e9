"""Golden rows: rows of the sample with the trainer's own answers, that travel in the bundle.

Knows how far an answer may be off and what JSON holds; which answers a trainer gives, and how far
Pillion's may be, is the exporters'. The form: docs/certificate.md.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Callable
from collections.abc import Sequence

from pillion.export import _sample
from pillion.export._bundle import Node
from pillion.export._errors import Problems
from pillion.export._graph import Column

# Last bits by which two libms differ in exp or log.
LIBM = 4.0
# Last bits for sums of products, whose order a BLAS chooses by its processor.
ROUNDED = 4096.0
# As many last bits of a double as one of a float has.
FLOAT = 2.0**29

_NUMBERS_MAX = 200_000  # in the file, so that wide rows do not make it large
_SMALLEST = 2.0**-20  # of the largest answer; below it last bits say little


@dataclass
class Answer:
    """A trainer's answers of one column: `values` by row, numbers, text or vectors, as an array or
    a list.

    `last_bits`: by how many Pillion's may be off: of 1 for a probability, else of the largest;
    `is_relative`: of each itself."""

    name: str
    values: Any
    last_bits: float = 0
    is_relative: bool = False


def take(sample: Any, count: int) -> Any:
    """At most `count` rows of a sample, evenly spread, in its own form; a dict as a DataFrame,
    or without pandas as a list of rows."""
    if isinstance(sample, dict):
        columns = {}
        for name, values in sample.items():
            scalar = isinstance(values, str) or not hasattr(values, "__len__")
            columns[name] = [values] if scalar else values
        try:
            import pandas

            sample = pandas.DataFrame(columns)
        except ImportError:
            sample = [list(row) for row in zip(*columns.values())]
    total = sample.shape[0] if hasattr(sample, "shape") else len(sample)
    chosen = [i * total // min(count, total) for i in range(min(count, total))]
    if hasattr(sample, "iloc"):
        return sample.iloc[chosen]
    if isinstance(sample, (list, tuple)):
        return [sample[i] for i in chosen]
    return sample.tocsr()[chosen] if hasattr(sample, "tocsr") else sample[chosen]


def make(
    sample: Any,
    columns: Sequence[Column],
    nodes: Sequence[Node],
    made_by: str,
    ask: Callable[[], Sequence[Answer]],
    problems: Problems,
) -> bytes | None:
    """The file's bytes; None where no answer is fit to be held against.

    `columns`: the model's inputs, in the order of the sample's where they have other names. `ask`
    gives the answers to the rows of `sample`; what it raises is a problem."""
    try:
        answers = list(ask())
    except Exception as error:  # foreign code, which may raise anything
        first = (str(error).splitlines() or [""])[0][:200]
        problems.add(
            "sample",
            f"the model does not take these rows: {type(error).__name__}: {first}; give rows that "
            "it takes, or golden=0 for a bundle without golden rows",
        )
        return None
    return encode(_rows(sample, columns, nodes), answers, made_by)


def encode(rows: Sequence[dict[str, Any]], answers: Sequence[Answer], made_by: str) -> bytes | None:
    """The file's bytes, of rows as JSON has them; None where no answer is fit to be held against.

    Answers come first that matter most: others are left out where they would cost too many rows."""
    keep = [True] * len(rows)
    kept_answers, ulps = [], {}
    for answer in answers:
        fit = _fit(answer)
        if fit is None:
            continue
        allowed, good = fit
        both = [a and b for a, b in zip(keep, good)]
        if 4 * sum(both) < len(rows):
            continue
        kept_answers.append(answer)
        keep = both
        if allowed:
            ulps[answer.name] = allowed
    chosen = [i for i, kept in enumerate(keep) if kept]
    if not kept_answers or not chosen:
        return None
    width = len(rows[0]) + sum(_width(answer.values[0]) for answer in kept_answers)
    chosen = chosen[: max(1, _NUMBERS_MAX // width)]
    content = {
        "made_by": made_by,
        "ulps": ulps,
        "rows": [rows[i] for i in chosen],
        "answers": [
            {answer.name: plain(answer.values[i]) for answer in kept_answers} for i in chosen
        ],
    }
    return json.dumps(content, ensure_ascii=False).encode("utf-8")


def _rows(sample: Any, columns: Sequence[Column], nodes: Sequence[Node]) -> list[dict[str, Any]]:
    """The rows, of the columns that the model reads alone, as JSON has them."""
    found = [(name, values) for name, values, _ in _sample.columns_of(sample, Problems())]
    by_name = dict(found)
    if not all(column.name in by_name for column in columns):
        by_name = {column.name: values for column, (_, values) in zip(columns, found)}
    read = {name for node in nodes for _, name in node.inputs}
    names = [column.name for column in columns if column.name in read]
    lists = [[_value(value) for value in by_name[name]] for name in names]
    return [dict(zip(names, row)) for row in zip(*lists)]


def _value(value: Any) -> Any:
    if _sample.is_missing(value):
        return None
    return value if isinstance(value, str) else _number(value)


def _number(value: Any) -> int | float:
    return int(value) if isinstance(value, (bool, int)) else float(value)


def plain(value: Any) -> Any:
    """A value of a row or an answer as JSON has it, NaN as a number."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    elif hasattr(value, "toArray"):  # a vector of Spark
        if hasattr(value, "indices") and 2 * len(value.indices) < value.size:
            indices = [[int(i)] for i in value.indices]
            stored = [float(x) for x in value.values]
            return {"dimensions": [int(value.size)], "indices": indices, "values": stored}
        value = value.toArray().tolist()
    if isinstance(value, list):
        return [entry if isinstance(entry, str) else _number(entry) for entry in value]
    return value if isinstance(value, str) or value is None else _number(value)


def _width(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") and not isinstance(value, str) else 1


def _entries(value: Any) -> list[Any]:
    """The numbers, or text, in a value."""
    value = plain(value)
    if isinstance(value, dict):
        return list(value["values"])
    return value if isinstance(value, list) else [value]


def _fit(answer: Answer) -> tuple[int, list[bool]] | None:
    """How many units in the last place are allowed, and which rows may count; None: too few."""
    entries = [_entries(value) for value in answer.values]
    if any(isinstance(value, str) or value is None for row in entries for value in row):
        return 0, [True] * len(entries)
    is_vector = not isinstance(plain(answer.values[0]), (int, float))
    if not answer.last_bits or answer.is_relative:
        # The sign of a zero may be lost between transformers, and is one unit.
        signs = is_vector and any(0.0 in row for row in entries)
        return max(math.ceil(answer.last_bits), int(signs)), [True] * len(entries)
    rows = [[abs(x) for x in row] for row in entries]
    finite = [x for row in rows for x in row if math.isfinite(x)]
    scale = 1.0 if answer.name == "probability" else max(finite, default=0.0)
    # A vector's zeros are entries that no term falls into; a number that is 0 came to it by chance.
    good = [
        all(math.isfinite(x) and (x >= scale * _SMALLEST or (x == 0 and is_vector)) for x in row)
        for row in rows
    ]
    counted = [x for row, one in zip(rows, good) if one for x in row if x > 0]
    if 4 * sum(good) < len(good) or not counted:
        return None
    return math.ceil(answer.last_bits * math.ulp(scale) / math.ulp(min(counted))), good
