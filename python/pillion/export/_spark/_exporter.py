"""Walks saved stages: which exporter takes which, what columns there are, what is refused."""

from __future__ import annotations

import difflib
import os
from typing import Any, Callable
from collections.abc import Sequence

from pillion.export import _bundle
from pillion.export._bundle import Attribute, Model, Node
from pillion.export._errors import Problems
from pillion.export._spark._saved import Saved

ANY_SIZE = -1


class Pipeline:
    """Nodes in order, and the sizes of the columns made so far."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.nodes: list[Node] = []
        self._sizes: dict[str, int | None] = {}  # of vectors; None: another kind

    def add(
        self,
        saved: Saved,
        model: Model,
        inputs: Sequence[tuple[str, str]],
        outputs: Sequence[tuple[str, str]],
        sizes: Sequence[int | None] = (),
    ) -> None:
        """Adds a node. `sizes`: of the outputs, None for what is no vector."""
        name = saved.uid
        while any(node.name == name for node in self.nodes):
            name += "_"
        kept = [(port, column) for port, column in outputs if column]
        self.nodes.append(Node(name, model, list(inputs), kept))
        for i, (_, column) in enumerate(outputs):
            self._sizes[column] = sizes[i] if i < len(sizes) else None

    def map(
        self,
        saved: Saved,
        op: str,
        attributes: dict[str, Attribute],
        size: int | None = None,
    ) -> None:
        """Adds a node that makes outputCol of inputCol."""
        for source, target in columns_of(saved):
            inputs, outputs = [("input", source)], [("output", target)]
            self.add(saved, Model(op, attributes), inputs, outputs, [size])

    def size(self, column: str) -> int | None:
        """Of a vector that a stage made; None for scalars, and for columns that come from rows."""
        return self._sizes.get(column)

    def known_size(self, saved: Saved, column: str) -> int:
        """The same; refused where it is not known."""
        size = self._sizes.get(column)
        if size is None or size < 0:
            saved.refuse(
                f"needs the size of the vector '{column}', which is not saved; "
                "make it by a VectorAssembler in the pipeline"
            )
            return 0
        return size

    def export(self, saved: Saved) -> None:
        """Adds a stage, with all within it."""
        if not saved.known:
            return
        row = _rows.get(saved.kind) if saved.is_of_spark else None
        if row is None:
            saved.refuse(_why_not(saved))
        else:
            row(self, saved)


Row = Callable[[Pipeline, Saved], None]
_rows: dict[str, Row] = {}


def exports(*names: str) -> Callable[[Row], Row]:
    """Declares a function the exporter of Spark's classes `names`."""

    def declare(row: Row) -> Row:
        for name in names:
            _rows[name] = row
        return row

    return declare


def columns_of(saved: Saved) -> list[tuple[str, str]]:
    """Pairs of input and output columns, of stages that take one or several."""
    if saved.has("inputCols"):
        outputs = saved.get("outputCols") or [f"{saved.uid}__output"]
        return list(zip(saved.get("inputCols"), outputs))
    return [(str(saved.get("inputCol")), str(saved.get("outputCol")))]


_INSTEAD = {
    "RFormulaModel": "its columns' kinds are not saved; use StringIndexer, OneHotEncoder and "
    "VectorAssembler",
    "SQLTransformer": "it runs SQL; compute the columns before",
    "FeatureHasher": "its columns' kinds are not saved; use StringIndexer and OneHotEncoder",
    "Interaction": "its columns' categories are not saved; use PolynomialExpansion",
    "ColumnPruner": "it is of an RFormula; use StringIndexer and VectorAssembler",
    "VectorAttributeRewriter": "it is of an RFormula; use StringIndexer and VectorAssembler",
    "FMClassificationModel": "no op multiplies pairs so; LogisticRegression would do",
    "FMRegressionModel": "no op multiplies pairs so; LinearRegression would do",
    "MinHashLSHModel": "the op computes in 32 bits, Spark in 64",
    "BucketedRandomProjectionLSHModel": "the op answers a matrix, Spark a list of vectors",
    "LocalLDAModel": "Spark draws from a generator of its own; the answers would differ",
    "DistributedLDAModel": "Spark draws from a generator of its own; the answers would differ",
}


def _why_not(saved: Saved) -> str:
    if not saved.is_of_spark:
        return f"the class {saved.kind} is none of Spark's own; export a pipeline without it"
    if saved.kind in _INSTEAD:
        return f"{saved.kind} is not carried: {_INSTEAD[saved.kind]}"
    if saved.kind + "Model" in _rows:
        return f"{saved.kind} is not fitted; save what its fit returns"
    near = difflib.get_close_matches(saved.kind, _rows, n=2, cutoff=0.6)
    hint = f"; near to it: {', '.join(near)}" if near else "; docs/python.md lists those that are"
    return f"{saved.kind} is not carried{hint}"


@exports("PipelineModel")
def pipeline_model(pipeline: Pipeline, saved: Saved) -> None:
    directory = os.path.join(saved.directory, "stages")
    names = os.listdir(directory) if os.path.isdir(directory) else []
    uids = [str(uid) for uid in saved.get("stageUids", [])]
    for i, uid in enumerate(uids):
        found = [n for n in names if n.split("_", 1)[-1] == uid and n.split("_", 1)[0].isdigit()]
        found = [n for n in found if int(n.split("_", 1)[0]) == i]
        if not found:
            saved.refuse(f"is half-written: stages/ lacks {uid}; save the model again")
            continue
        pipeline.export(saved.part(os.path.join("stages", found[0])))


@exports("Pipeline")
def pipeline_that_is_not_fitted(pipeline: Pipeline, saved: Saved) -> None:
    del pipeline
    saved.refuse("is a Pipeline that is not fitted; save the PipelineModel that fit returns")


@exports("CrossValidatorModel", "TrainValidationSplitModel")
def best_model(pipeline: Pipeline, saved: Saved) -> None:
    pipeline.export(saved.part("bestModel"))


def export(directory: _bundle.Path, path: _bundle.Path, transformed: Any, golden: int) -> None:
    """See pillion.export.spark."""
    from pillion.export._spark import (  # for the exporters that they declare
        _expected,
        _features,  # noqa: F401
        _models,  # noqa: F401
        _trees,  # noqa: F401
    )

    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ImportError("pillion.export.spark needs pyarrow: pip install pyarrow") from error
    problems = Problems()
    pipeline = Pipeline(problems)
    saved = Saved(os.fspath(directory), "", problems)
    pipeline.export(saved)
    problems.raise_if_any()
    rows = None
    if transformed is not None and golden > 0:
        rows = _expected.golden(pipeline.nodes, transformed, golden, saved.version, problems)
    problems.raise_if_any()
    _bundle.write(path, saved.uid, pipeline.nodes, rows)
