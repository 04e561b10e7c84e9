"""XGBoost's and LightGBM's estimators at the end of a pipeline."""

from __future__ import annotations

from typing import Any

from pillion.export import _xgboost
from pillion.export._sklearn._exporter import Block, Exporter, exports

_SPARSE_MAX = 1000  # each costs some steps a row


@exports("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor", "XGBRanker")
def booster(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    if block.sparse:
        block = _without_zeros(exporter, block, where)
    x = exporter.vector(block, where)
    _xgboost.add(exporter.graph, estimator, x, where, exporter.problems)


def _without_zeros(exporter: Exporter, block: Block, where: str) -> Block:
    """The block with NaN for 0: what a sparse matrix leaves out is missing to XGBoost."""
    if block.width > _SPARSE_MAX:
        exporter.refuse(
            where,
            f"takes the zeros of a sparse matrix for missing, which is carried for {_SPARSE_MAX} "
            f"columns and not for {block.width}; fit it on a dense one: OneHotEncoder("
            "sparse_output=False), ColumnTransformer(sparse_threshold=0)",
        )
        return block
    graph, missing = exporter.graph, float("nan")
    return Block(
        [
            graph.impute(column, missing, f"{column.name}_or_missing", missing=0.0)
            for column in exporter.scalars(block)
        ]
    )


@exports("LGBMClassifier", "LGBMRegressor", "LGBMRanker")
def lightgbm(exporter: Exporter, estimator: Any, block: Block, where: str) -> None:
    from pillion.export import _lightgbm  # whose answers are named as scikit-learn's are

    _lightgbm.add(exporter, estimator, exporter.vector(block, where), where)
