"""XGBoost's estimators at the end of a pipeline."""

from __future__ import annotations

from typing import Any

from pillion.export import _xgboost
from pillion.export._sklearn._exporter import Block, Exporter, exports


@exports("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor", "XGBRanker")
def booster(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    x = exporter.vector(block, where)
    _xgboost.add(exporter.graph, estimator, x, where, exporter.problems)
