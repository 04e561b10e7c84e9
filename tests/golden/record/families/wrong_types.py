"""Each op once on a column that cannot be cast to what it declares."""

import importlib
import pkgutil

import families
from recorder.cases import reframed_case
from recorder.frames import kind_of, list_of

OTHERS = [module.name for module in pkgutil.iter_modules(families.__path__)]
NOT_OPS = ("values", "wrong_types", "casts", "bundle_forms", "sklearn_exports", "spark_extension")
WRONG = {
    "tensor": ("string", "text"),
    "list": ("double", 1.5),
    "map": ("string", "text"),
    "basic": (list_of("double"), [1.5]),
}


def first_cases():
    """The first case of each op that has a bundle of its own."""
    found = {}
    for name in sorted(set(OTHERS) - set(NOT_OPS)):
        for case in importlib.import_module(f"families.{name}").CASES:
            if case.source in ("spark", "mleap", "xgboost") and len(case.ops) == 1:
                found.setdefault(case.ops[0], case)
    return found


def wrong_type(op, case):
    column = next(iter(case.columns))
    kind, value = WRONG[kind_of(case.columns[column])]
    row = [value, *case.rows[0][1:]]
    return reframed_case(
        f"wrong_type_{op.replace('.', '_')}",
        case,
        {**case.columns, column: kind},
        [row],
        f"{column} as {kind}",
    )


CASES = [wrong_type(op, case) for op, case in first_cases().items()]
