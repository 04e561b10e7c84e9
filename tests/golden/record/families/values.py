"""Values that the families share: vectors and numbers with everything unpleasant among them."""

import random

from recorder.cases import Table, reframed_case
from recorder.frames import INF, NAN, Tensor, dense, list_of, sparse, vector

NUMBERS = [
    0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.49999999999999994,
    3.25,
    10.0,
    -7.75,
    1e-9,
    123456.789,
    1e300,
    5e-324,
    -0.0,
    NAN,
    INF,
    -INF,
]


def numbers(count, seed, low=-3.0, high=3.0):
    source = random.Random(seed)
    return [round(source.uniform(low, high), 3) for _ in range(count)]


def vector_rows(size, seed=1, low=-3.0, high=3.0):
    """Rows of one vector column: usual, sparse, zero, special values, null."""
    usual = [dense(*numbers(size, seed * 100 + i, low, high)) for i in range(5)]
    last = size - 1
    some = numbers(3, seed + 7, low, high)
    odd = [
        sparse(size, {last: some[0]}),
        sparse(size, dict.fromkeys(sorted({0, size // 2, last}), some[1])),
        sparse(size, {}),
        sparse(size, {0: 0.0, last: some[2]} if last else {0: 0.0}),
        dense(*[0.0] * size),
        dense(*[1e-12] * size),
        dense(*[1e9] * size),
        dense(-0.0, *numbers(last, seed + 8, low, high)),
        dense(NAN, *numbers(last, seed + 9, low, high)),
        dense(*numbers(last, seed + 10, low, high), NAN),
        dense(*numbers(last, seed + 11, low, high), INF),
        dense(-INF, *numbers(last, seed + 12, low, high)),
        sparse(size, {last: NAN}),
        None,
    ]
    return [[value] for value in usual + odd]


def wrong_sizes(case, column="v"):
    """The case's bundle on vectors that are longer or shorter than its model."""
    size = case.columns[column]["dimensions"][0]
    place = list(case.columns).index(column)
    vectors = [
        dense(*numbers(size + 1, 13)),
        sparse(size + 1, {size: 1.0}),
        sparse(size + 1, {0: 1.0}),
        dense(),
        sparse(size - 1, {}),
        dense(*numbers(size - 1, 14)),
    ]
    usual = next(row for row in case.rows if row[place] is not None)
    rows = [[*usual[:place], value, *usual[place + 1 :]] for value in vectors]
    return reframed_case(f"{case.name}_wrong_size", case, case.columns, rows, "vectors of other sizes")


def unsorted(size):
    """A sparse vector whose indices do not ascend; only a frame can hold it, Spark cannot."""
    return Tensor((1.5, 2.5, -1.0), (size,), ((size - 1,), (0,), (1,)))


def duplicated(size):
    return Tensor((1.5, 2.5), (size,), ((1,), (1,)))


def labelled(size, count=60, classes=2, seed=3, low=-3.0, high=3.0):
    """Features with a label that depends on them, for whatever learns."""
    source = random.Random(seed)
    rows = []
    for _ in range(count):
        values = [round(source.uniform(low, high), 3) for _ in range(size)]
        score = sum(value * (index + 1) for index, value in enumerate(values)) + source.uniform(-1, 1)
        rows.append([dense(*values), score, int(abs(score)) % classes * 1.0])
    return Table({"features": vector(size), "target": "double", "label": "double"}, rows)


WORDS = ["spark", "mleap", "café", "日本", "a", "the", "The", "ΑΣ", "x1", "", "é", "𝒳y", "kelvin", "K"]

TOKEN_ROWS = [
    [["spark", "mleap", "spark"]],
    [["a", "the", "The", "A"]],
    [["café", "日本", "𝒳y", "ß", "ẞ"]],
    [[]],
    [["unknown"]],
    [[""]],
    [["a", "", "a"]],
    [["ΑΣ", "ας", "İ", "K"]],
    [["spark", "a", "b", "c", "d"]],
    [["x1", "1x", "naïve", "ab1cd", "abcd"]],
    [None],
]
TOKENS = {"words": list_of("string")}
