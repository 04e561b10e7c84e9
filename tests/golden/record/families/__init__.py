"""All cases, one module for each family of ops."""

import importlib
import pkgutil


def all_cases():
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    cases = [
        case
        for name in modules
        if name != "values"
        for case in importlib.import_module(f"families.{name}").CASES
    ]
    names = [case.name for case in cases]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise ValueError(f"two cases of one name: {sorted(repeated)}")
    return cases
