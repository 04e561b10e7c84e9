"""Counts of words: scikit-learn's vectorizers with their default pattern."""

from __future__ import annotations

from typing import Any

from pillion.export import _bundle
from pillion.export._bundle import Model
from pillion.export._graph import Column
from pillion.export._sklearn._exporter import Block, Exporter, exports

# What Python's "(?u)\b\w\w+\b" finds: runs of two and more letters, digits and underscores.
_DEFAULT_PATTERN = r"(?u)\b\w\w+\b"
_PATTERN = r"[\p{L}\p{N}_]{2,}"


@exports("CountVectorizer", "TfidfVectorizer")
def vectorizer(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    if not hasattr(estimator, "vocabulary_"):
        exporter.refuse(where, f"{type(estimator).__name__} is not fitted; call fit first")
        return exporter.unknown(1)
    column = block.columns[0]
    if not _has_known_options(exporter, estimator, where) or column.unknown:
        return exporter.unknown(len(estimator.vocabulary_))
    if len(block.columns) != 1 or not column.text:
        exporter.refuse(
            where,
            f"takes one column of text, found {_described(block)}; in a ColumnTransformer name it "
            "without brackets",
        )
        return exporter.unknown(len(estimator.vocabulary_))
    x = _counts(exporter, estimator, column, where.replace(".", "_"))
    if type(estimator).__name__ == "TfidfVectorizer":
        return _weighed(exporter, estimator._tfidf, Block([x], sparse=True), where)
    return Block([x], sparse=True)


@exports("TfidfTransformer")
def tfidf(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    return _weighed(exporter, estimator, block, where)


def _described(block: Block) -> str:
    kinds = ["text" if column.text else "numbers" for column in block.columns]
    return kinds[0] if len(kinds) == 1 else f"{len(kinds)} columns"


def _has_known_options(exporter: Exporter, estimator: Any, where: str) -> bool:
    known = True
    for name, carried in (
        ("analyzer", "word"),
        ("tokenizer", None),
        ("preprocessor", None),
        ("strip_accents", None),
        ("token_pattern", _DEFAULT_PATTERN),
    ):
        value = getattr(estimator, name)
        if value != carried:
            exporter.refuse(where, f"{name}={value!r} is not carried; {carried!r} is")
            known = False
    if getattr(estimator, "sublinear_tf", False):
        exporter.refuse(where, "sublinear_tf is not carried; fit with sublinear_tf=False")
        known = False
    return known


def _counts(exporter: Exporter, estimator: Any, x: Column, name: str) -> Column:
    graph = exporter.graph
    words = graph.fresh(f"{name}_words")
    attributes = {
        "regex": _bundle.string(_PATTERN),
        "match_gaps": _bundle.boolean(False),
        "lowercase_text": _bundle.boolean(bool(estimator.lowercase)),
        "token_min_length": _bundle.integer(1),
    }
    graph.add(Model("regex_tokenizer", attributes), [("input", x.name)], [("output", words)])
    stop_words = estimator.get_stop_words()
    if stop_words:
        kept = graph.fresh(f"{name}_kept_words")
        attributes = {
            "stop_words": _bundle.strings(sorted(stop_words)),
            "case_sensitive": _bundle.boolean(True),
        }
        remover = Model("stopwords_remover", attributes)
        graph.add(remover, [("input", words)], [("output", kept)])
        words = kept
    terms = sorted(estimator.vocabulary_, key=estimator.vocabulary_.__getitem__)
    low, high = estimator.ngram_range
    parts, order = [], []
    for n in range(low, high + 1):
        chosen = [term for term in terms if term.count(" ") == n - 1]
        if chosen:
            parts.append(_count(exporter, words, n, chosen, bool(estimator.binary), name))
            order += chosen
    y = graph.vector(parts, f"{name}_counts")
    if order == terms:
        return y
    places = {term: i for i, term in enumerate(order)}
    return graph.take(y, [places[term] for term in terms], f"{name}_ordered")


def _count(
    exporter: Exporter, words: str, n: int, terms: list[str], binary: bool, name: str
) -> Column:
    """How often each of the terms, of n words, is among the words."""
    graph = exporter.graph
    if n > 1:
        runs = graph.fresh(f"{name}_{n}_words")
        graph.add(Model("ngram", {"n": _bundle.long(n)}), [("input", words)], [("output", runs)])
        words = runs
    y = Column(graph.fresh(f"{name}_{n}_counts"), size=len(terms), never_nan=True)
    attributes = {
        "vocabulary": _bundle.strings(terms),
        "binary": _bundle.boolean(binary),
        "min_tf": _bundle.double(1.0),
    }
    graph.add(Model("count_vectorizer", attributes), [("input", words)], [("output", y.name)])
    return y


def _weighed(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    graph, name = exporter.graph, where.replace(".", "_")
    if estimator.sublinear_tf:
        exporter.refuse(where, "sublinear_tf is not carried; fit with sublinear_tf=False")
    x = exporter.vector(block, where)
    if estimator.use_idf:
        x = graph.multiply(x, [float(weight) for weight in estimator.idf_], f"{name}_weighed")
    if estimator.norm is not None:
        p = {"l1": 1.0, "l2": 2.0}[estimator.norm]
        x = graph.normalise(x, p, f"{name}_normalised")
    return Block([x], sparse=True)
