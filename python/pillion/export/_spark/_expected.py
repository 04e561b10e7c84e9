"""What Spark answered to rows, and how far Pillion's answers may be off."""

from __future__ import annotations

from typing import Any
from collections.abc import Sequence

from pillion.export import _golden
from pillion.export._bundle import Node
from pillion.export._errors import Problems
from pillion.export._golden import ROUNDED, Answer

# Whose answers to the same inputs are the same bits.
_EXACT = {
    "binarizer",
    "bucketizer",
    "chi_sq_selector",
    "count_vectorizer",
    "hashing_term_frequency",
    "imputer",
    "isotonic_regression",
    "ngram",
    "one_hot_encoder",
    "random_forest_regression",
    "regex_tokenizer",
    "reverse_string_indexer",
    "standard_scaler",
    "stopwords_remover",
    "string_indexer",
    "tokenizer",
    "vector_assembler",
    "vector_indexer",
    "vector_slicer",
}
# Whose prediction is a class or a cluster.
_CLASSES = {
    "bisecting_k_means",
    "gaussian_mixture",
    "gbt_classifier",
    "k_means",
    "linear_svc",
    "logistic_regression",
    "multi_layer_perceptron_classifier",
    "naive_bayes",
    "one_vs_rest",
    "random_forest_classifier",
}
# Whose answers are floats, or hang on a generator.
_LEFT_OUT = {"als", "word_to_vector"}


def golden(
    nodes: Sequence[Node], transformed: Any, count: int, version: str, problems: Problems
) -> bytes | None:
    """The golden rows of a bundle, from rows as the model's transform returned them."""
    where = "transformed"
    if not hasattr(transformed, "limit") or not hasattr(transformed, "collect"):
        problems.add(
            where,
            "expected a DataFrame of Spark, as the model's transform returns it, found "
            + type(transformed).__name__,
        )
        return None
    last_bits = _last_bits(nodes)
    made = {column for node in nodes for _, column in node.outputs}
    read = sorted({column for node in nodes for _, column in node.inputs} - made)
    present = set(transformed.columns)
    missing = [name for name in read if name not in present]
    if missing:
        listed = ", ".join(f"'{name}'" for name in missing)
        problems.add(where, f"lacks columns that the model reads: {listed}")
        return None
    # The last stages' columns first: they are what the model is for.
    columns = [name for name in reversed(last_bits) if name in present]
    found = transformed.select(*read, *columns).limit(count).collect()
    if not found:
        problems.add(where, "has no rows")
        return None
    rows = [{name: _golden.plain(row[name]) for name in read} for row in found]
    answers = [Answer(name, [row[name] for row in found], last_bits[name]) for name in columns]
    return _golden.encode(rows, answers, f"Spark {version}")


def _last_bits(nodes: Sequence[Node]) -> dict[str, float]:
    """By how many last bits each column that is made may be off, in the order of the nodes."""
    found: dict[str, float] = {}
    left_out: set[str] = set()
    for node in nodes:
        op = node.model.op
        inputs = [column for _, column in node.inputs]
        exact = op in _EXACT and all(found.get(column, 0) == 0 for column in inputs)
        for port, column in node.outputs:
            if op in _LEFT_OUT or left_out & set(inputs):
                left_out.add(column)
            elif exact or (port == "prediction" and op in _CLASSES):
                found[column] = 0
            else:
                found[column] = ROUNDED
    return found
