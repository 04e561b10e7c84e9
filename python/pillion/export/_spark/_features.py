"""Spark's transformers of columns."""

from __future__ import annotations

import math
from typing import Any

from pillion.export import _bundle
from pillion.export._bundle import Model
from pillion.export._spark._exporter import ANY_SIZE, Pipeline, columns_of, exports
from pillion.export._spark._saved import Saved, to_number, to_rows, to_vector


def _invalid(saved: Saved, *taken: str) -> str:
    """handleInvalid, which must be one of `taken`."""
    value = str(saved.get("handleInvalid", "error"))
    if value not in taken:
        saved.refuse(
            f"handleInvalid '{value}' is not carried, {' and '.join(repr(t) for t in taken)} are"
        )
    return value


@exports("StringIndexerModel")
def string_indexer(pipeline: Pipeline, saved: Saved) -> None:
    lists = saved.row("labelsArray")["labelsArray"] or []
    pairs = columns_of(saved)
    attributes = {
        "labels_length": _bundle.integer(len(lists)),
        "handle_invalid": _bundle.string(_invalid(saved, "error", "keep", "skip")),
    }
    for i, labels in enumerate(lists):
        attributes[f"labels_array_{i}"] = _bundle.strings(labels)
    inputs = [(f"input{i}", source) for i, (source, _) in enumerate(pairs)]
    outputs = [(f"output{i}", target) for i, (_, target) in enumerate(pairs)]
    pipeline.add(saved, Model("string_indexer", attributes), inputs, outputs)


@exports("IndexToString")
def index_to_string(pipeline: Pipeline, saved: Saved) -> None:
    labels = saved.get("labels")
    if not labels:
        saved.refuse("takes its labels from a DataFrame; set them, as labels of the StringIndexer")
        return
    pipeline.map(saved, "reverse_string_indexer", {"labels": _bundle.strings(labels)})


@exports("OneHotEncoderModel")
def one_hot_encoder(pipeline: Pipeline, saved: Saved) -> None:
    sizes = saved.row("categorySizes")["categorySizes"] or []
    pairs = columns_of(saved)
    invalid = _invalid(saved, "error", "keep")
    drops = bool(saved.get("dropLast", True))
    attributes = {
        "category_sizes": _bundle.integers(sizes),
        "drop_last": _bundle.boolean(drops),
        "handle_invalid": _bundle.string(invalid),
    }
    inputs = [(f"input{i}", source) for i, (source, _) in enumerate(pairs)]
    outputs = [(f"output{i}", target) for i, (_, target) in enumerate(pairs)]
    widths = [int(size) + (invalid == "keep") - drops for size in sizes]
    pipeline.add(saved, Model("one_hot_encoder", attributes), inputs, outputs, widths)


@exports("Bucketizer")
def bucketizer(pipeline: Pipeline, saved: Saved) -> None:
    several = saved.get("splitsArray") if saved.has("splitsArray") else [saved.get("splits")]
    invalid = _bundle.string(_invalid(saved, "error", "keep", "skip"))
    for (source, target), splits in zip(columns_of(saved), several):
        numbers = [to_number(split) for split in splits]
        attributes = {"splits": _bundle.doubles(numbers), "handle_invalid": invalid}
        model = Model("bucketizer", attributes)
        pipeline.add(saved, model, [("input", source)], [("output", target)])


@exports("Binarizer")
def binarizer(pipeline: Pipeline, saved: Saved) -> None:
    pairs = columns_of(saved)
    several = saved.get("thresholds") if saved.has("thresholds") else None
    for i, (source, target) in enumerate(pairs):
        threshold = to_number(several[i] if several else saved.get("threshold", 0.0))
        size = pipeline.size(source)
        if threshold < 0 and size is not None:
            saved.refuse("a threshold below 0 for a vector is not carried; the op leaves its zeros")
        attributes = {"threshold": _bundle.double(threshold), "input_shapes": _bundle.shape(size)}
        model = Model("binarizer", attributes)
        pipeline.add(saved, model, [("input", source)], [("output", target)], [size])


@exports("ImputerModel")
def imputer(pipeline: Pipeline, saved: Saved) -> None:
    rows = saved.rows()
    for source, target in columns_of(saved):
        if rows and source not in rows[0]:
            saved.refuse(f"its data lacks {source}; found {', '.join(rows[0])}")
            continue
        attributes = {
            "surrogate_value": _bundle.double(rows[0][source] if rows else 0.0),
            "missing_value": _bundle.double(saved.number("missingValue", math.nan)),
            "strategy": _bundle.string(str(saved.get("strategy", "mean"))),
            "nullable_input": _bundle.boolean(True),
        }
        model = Model("imputer", attributes)
        pipeline.add(saved, model, [("input", source)], [("output", target)])


@exports("VectorAssembler")
def vector_assembler(pipeline: Pipeline, saved: Saved) -> None:
    _invalid(saved, "error", "keep")
    sources = saved.get("inputCols", [])
    sizes = [pipeline.size(source) for source in sources]
    inputs = [(f"input{i}", source) for i, source in enumerate(sources)]
    shapes = {"input_shapes": _bundle.shapes(sizes)}
    known = all(size is None or size >= 0 for size in sizes)
    width = sum(1 if size is None else size for size in sizes) if known else ANY_SIZE
    outputs = [("output", str(saved.get("outputCol")))]
    pipeline.add(saved, Model("vector_assembler", shapes), inputs, outputs, [width])


@exports("StandardScalerModel")
def standard_scaler(pipeline: Pipeline, saved: Saved) -> None:
    row = saved.row("mean", "std")
    _centre_and_scale(
        pipeline,
        saved,
        to_vector(row["mean"]) if saved.get("withMean", False) else None,
        to_vector(row["std"]) if saved.get("withStd", True) else None,
    )


@exports("RobustScalerModel")
def robust_scaler(pipeline: Pipeline, saved: Saved) -> None:
    row = saved.row("median", "range")
    _centre_and_scale(
        pipeline,
        saved,
        to_vector(row["median"]) if saved.get("withCentering", False) else None,
        to_vector(row["range"]) if saved.get("withScaling", True) else None,
    )


def _centre_and_scale(
    pipeline: Pipeline, saved: Saved, centre: list[float] | None, scale: list[float] | None
) -> None:
    attributes: dict[str, Any] = {}
    if centre is not None:
        attributes["mean"] = _bundle.vector(centre)
    if scale is not None:
        attributes["std"] = _bundle.vector(scale)
    size = len(scale if scale is not None else centre or [])
    if not attributes:
        saved.refuse("neither centres nor scales; leave it out")
    pipeline.map(saved, "standard_scaler", attributes, size)


@exports("MinMaxScalerModel")
def min_max_scaler(pipeline: Pipeline, saved: Saved) -> None:
    row = saved.row("originalMin", "originalMax")
    low, high = to_vector(row["originalMin"]), to_vector(row["originalMax"])
    attributes = {
        "min": _bundle.vector(low),
        "max": _bundle.vector(high),
        "minValue": _bundle.double(saved.number("min", 0.0)),
        "maxValue": _bundle.double(saved.number("max", 1.0)),
    }
    pipeline.map(saved, "min_max_scaler", attributes, len(low))


@exports("MaxAbsScalerModel")
def max_abs_scaler(pipeline: Pipeline, saved: Saved) -> None:
    largest = to_vector(saved.row("maxAbs")["maxAbs"])
    pipeline.map(saved, "max_abs_scaler", {"maxAbs": _bundle.vector(largest)}, len(largest))


@exports("ElementwiseProduct")
def elementwise_product(pipeline: Pipeline, saved: Saved) -> None:
    factors = to_vector(saved.get("scalingVec"))
    if not all(map(math.isfinite, factors)):
        saved.refuse("scalingVec holds numbers that are not finite, which a bundle cannot")
    attributes = {"scaling_vec": _bundle.vector(factors)}
    pipeline.map(saved, "elementwise_product", attributes, len(factors))


def _same_size(pipeline: Pipeline, saved: Saved) -> int:
    size = pipeline.size(columns_of(saved)[0][0])
    return ANY_SIZE if size is None else size


@exports("Normalizer")
def normalizer(pipeline: Pipeline, saved: Saved) -> None:
    p, size = saved.number("p", 2.0), _same_size(pipeline, saved)
    if math.isinf(p):
        saved.refuse("p of infinity is not carried; a bundle cannot hold it")
    attributes = {"p_norm": _bundle.double(p), "input_size": _bundle.integer(size)}
    pipeline.map(saved, "normalizer", attributes, size)


@exports("DCT")
def dct(pipeline: Pipeline, saved: Saved) -> None:
    size = pipeline.known_size(saved, columns_of(saved)[0][0])
    inverse = _bundle.boolean(bool(saved.get("inverse", False)))
    attributes = {"inverse": inverse, "input_size": _bundle.integer(size)}
    pipeline.map(saved, "dct", attributes, size)


@exports("PolynomialExpansion")
def polynomial_expansion(pipeline: Pipeline, saved: Saved) -> None:
    size = pipeline.known_size(saved, columns_of(saved)[0][0])
    degree = int(saved.get("degree", 2))
    attributes = {"degree": _bundle.long(degree), "input_size": _bundle.long(size)}
    pipeline.map(saved, "polynomial_expansion", attributes, math.comb(size + degree, degree) - 1)


@exports("PCAModel")
def pca(pipeline: Pipeline, saved: Saved) -> None:
    matrix = saved.row("pc")["pc"]
    if matrix is None:
        return
    rows = to_rows(matrix)
    columns = len(rows[0])
    by_column = [row[j] for j in range(columns) for row in rows]
    attributes = {"principal_components": _bundle.tensor(by_column, [len(rows), columns])}
    pipeline.map(saved, "pca", attributes, columns)


@exports("VectorSlicer")
def vector_slicer(pipeline: Pipeline, saved: Saved) -> None:
    indices = saved.get("indices", [])
    if saved.get("names"):
        saved.refuse("chooses entries by names, which are not saved; choose by indices")
    attributes = {
        "indices": _bundle.longs(indices),
        "names": _bundle.strings([]),
        "named_indices": _bundle.integers([]),
        "input_size": _bundle.integer(_same_size(pipeline, saved)),
    }
    pipeline.map(saved, "vector_slicer", attributes, len(indices))


@exports("ChiSqSelectorModel", "UnivariateFeatureSelectorModel", "VarianceThresholdSelectorModel")
def selector(pipeline: Pipeline, saved: Saved) -> None:
    chosen = sorted(saved.row("selectedFeatures")["selectedFeatures"] or [])
    attributes = {
        "filter_indices": _bundle.longs(chosen),
        "input_size": _bundle.integer(_same_size(pipeline, saved)),
    }
    inputs = [("input", str(saved.get("featuresCol")))]
    outputs = [("output", str(saved.get("outputCol")))]
    pipeline.add(saved, Model("chi_sq_selector", attributes), inputs, outputs, [len(chosen)])


@exports("VectorIndexerModel")
def vector_indexer(pipeline: Pipeline, saved: Saved) -> None:
    row = saved.row("numFeatures", "categoryMaps")
    maps = dict(row["categoryMaps"] or [])
    size = int(row["numFeatures"] or 0)
    attributes = {
        "num_features": _bundle.long(size),
        "handle_invalid": _bundle.string(_invalid(saved, "error", "keep")),
        "keys": _bundle.longs(sorted(maps)),
    }
    for index in maps:
        numbers = dict(maps[index])
        attributes[f"key_{index}_keys"] = _bundle.doubles(numbers)
        attributes[f"key_{index}_values"] = _bundle.longs(numbers.values())
    pipeline.map(saved, "vector_indexer", attributes, size)


# Text.


@exports("Tokenizer")
def tokenizer(pipeline: Pipeline, saved: Saved) -> None:
    pipeline.map(saved, "tokenizer", {})


@exports("RegexTokenizer")
def regex_tokenizer(pipeline: Pipeline, saved: Saved) -> None:
    attributes = {
        "regex": _bundle.string(str(saved.get("pattern", "\\s+"))),
        "match_gaps": _bundle.boolean(bool(saved.get("gaps", True))),
        "lowercase_text": _bundle.boolean(bool(saved.get("toLowercase", True))),
        "token_min_length": _bundle.integer(int(saved.get("minTokenLength", 1))),
    }
    pipeline.map(saved, "regex_tokenizer", attributes)


@exports("StopWordsRemover")
def stop_words_remover(pipeline: Pipeline, saved: Saved) -> None:
    locale = str(saved.get("locale", "en"))
    if locale.split("_")[0] in ("tr", "az", "lt") and not saved.get("caseSensitive", False):
        saved.refuse(f"compares letters of the locale {locale}, which the op does not")
    attributes = {
        "stop_words": _bundle.strings(saved.get("stopWords", [])),
        "case_sensitive": _bundle.boolean(bool(saved.get("caseSensitive", False))),
    }
    pipeline.map(saved, "stopwords_remover", attributes)


@exports("NGram")
def ngram(pipeline: Pipeline, saved: Saved) -> None:
    pipeline.map(saved, "ngram", {"n": _bundle.long(int(saved.get("n", 2)))})


@exports("HashingTF")
def hashing_tf(pipeline: Pipeline, saved: Saved) -> None:
    size = int(saved.get("numFeatures", 262144))
    attributes = {
        "num_features": _bundle.long(size),
        "binary": _bundle.boolean(bool(saved.get("binary", False))),
        "hashUnsafeBytesVersion": _bundle.integer(2),  # Spark's since 3.0
    }
    pipeline.map(saved, "hashing_term_frequency", attributes, size)


@exports("IDFModel")
def idf(pipeline: Pipeline, saved: Saved) -> None:
    weights = to_vector(saved.row("idf")["idf"])
    pipeline.map(saved, "idf", {"idf": _bundle.vector(weights)}, len(weights))


@exports("CountVectorizerModel")
def count_vectorizer(pipeline: Pipeline, saved: Saved) -> None:
    words = saved.row("vocabulary")["vocabulary"] or []
    attributes = {
        "vocabulary": _bundle.strings(words),
        "binary": _bundle.boolean(bool(saved.get("binary", False))),
        "min_tf": _bundle.double(saved.number("minTF", 1.0)),
    }
    pipeline.map(saved, "count_vectorizer", attributes, len(words))


@exports("Word2VecModel")
def word_to_vector(pipeline: Pipeline, saved: Saved) -> None:
    rows = saved.rows()
    size = int(saved.get("vectorSize", 100))
    attributes = {
        "words": _bundle.strings(row["word"] for row in rows),
        "indices": _bundle.longs(range(len(rows))),
        "word_vectors": _bundle.doubles(value for row in rows for value in row["vector"]),
    }
    pipeline.map(saved, "word_to_vector", attributes, size)
