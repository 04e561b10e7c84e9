"""XGBoost's and LightGBM's estimators at the end of a pipeline."""

from __future__ import annotations

from typing import Any

from pillion.export import _xgboost
from pillion.export._sklearn._exporter import Block, Exporter, exports


@exports("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor", "XGBRanker")
def booster(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    x = exporter.vector(block, where)
    _xgboost.add(exporter.graph, estimator, x, where, exporter.problems)


@exports("LGBMClassifier", "LGBMRegressor", "LGBMRanker")
def lightgbm(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    from pillion.export import _lightgbm  # whose answers are named as scikit-learn's are

    _lightgbm.add(exporter, estimator, exporter.vector(block, where), where)
