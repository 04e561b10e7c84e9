"""Where Spark's answers differ from MLeap's, in the form that case.json keeps."""

import math

from recorder.frames import flat

ROUNDING = 1e-9


def versus_spark(names, expected, spark_rows, row_numbers, spark_errors):
    """`expected` maps column to values, one for each of row_numbers."""
    differs, rounding = {}, {}
    for index, name in enumerate(names):
        if name not in expected:
            continue
        for number, mine in zip(row_numbers, expected[name]):
            if number in spark_rows:
                _note(
                    name,
                    number,
                    distance(flat(mine), spark_rows[number][index]),
                    (mine, spark_rows[number][index]),
                    differs,
                    rounding,
                )
    result = {}
    if differs:
        result["differs"] = differs
    if rounding:
        result["roundingOnly"] = {name: float(f"{worst:.1e}") for name, worst in rounding.items()}
    only_spark = [name for name in names if name not in expected]
    if only_spark:
        result["columnsOnlySpark"] = only_spark
    missing = [n for n in row_numbers if n not in spark_rows and n not in spark_errors]
    if missing:
        result["droppedBySpark"] = missing
    if spark_errors:
        result["sparkThrows"] = {str(number): text for number, text in spark_errors.items()}
    result["equal"] = not (differs or missing or spark_errors)
    return result


def _note(name, number, far, pair, differs, rounding):
    if far > ROUNDING:
        entry = differs.setdefault(name, {"rows": [], "first": [str(flat(pair[0])), str(pair[1])]})
        entry["rows"].append(number)
    elif far > 0:
        rounding[name] = max(rounding.get(name, 0.0), far)


def distance(mine, other):
    """0 if equal, else how far apart, relative; infinite where the kinds of value differ."""
    if isinstance(mine, (list, tuple)) and isinstance(other, (list, tuple)):
        if other and all(isinstance(element, list) and len(element) == 1 for element in other):
            other = [element for (element,) in other]
        if len(mine) != len(other):
            return math.inf
        return max((distance(a, b) for a, b in zip(mine, other)), default=0.0)
    if isinstance(mine, float) and isinstance(other, (int, float)):
        return _number_distance(mine, float(other))
    return 0.0 if mine == other else math.inf


def _number_distance(a, b):
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    if not (math.isfinite(a) and math.isfinite(b)):
        return math.inf
    return abs(a - b) / max(abs(a), abs(b))
