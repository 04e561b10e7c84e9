"""Ops on lists of words."""

from pyspark.ml.feature import IDF, CountVectorizer, HashingTF, NGram, StopWordsRemover, Word2Vec

from families.values import TOKEN_ROWS, TOKENS, vector_rows, wrong_sizes
from recorder.bundles import boolean, double, doubles, integer, long, longs, string, strings, tensor
from recorder.cases import Table, attributes, bundle_case, edited_case, resaved_case, spark_case, stage
from recorder.frames import NAN, dense, list_of, sparse, vector

WORDS_IN = {"input": "words"}, {"output": "out"}

# Lists of words.

STOPPER = spark_case(
    "stopwords_remover_insensitive",
    "stopwords_remover",
    stage(StopWordsRemover, inputCol="words", outputCol="out", stopWords=["The", "a", "é", "ΑΣ", "ẞ", "x1"]),
    Table(TOKENS, TOKEN_ROWS[:2]),
    TOKENS,
    TOKEN_ROWS,
)
GRAMS = spark_case(
    "ngram_2",
    "ngram",
    stage(NGram, inputCol="words", outputCol="out", n=2),
    Table(TOKENS, TOKEN_ROWS[:2]),
    TOKENS,
    TOKEN_ROWS,
)
WORDS = [
    STOPPER,
    spark_case(
        "stopwords_remover_sensitive",
        "stopwords_remover",
        stage(
            StopWordsRemover,
            inputCol="words",
            outputCol="out",
            stopWords=["The", "a", "É"],
            caseSensitive=True,
        ),
        Table(TOKENS, TOKEN_ROWS[:2]),
        TOKENS,
        TOKEN_ROWS,
    ),
    edited_case("stopwords_remover_no_words", STOPPER, attributes(stop_words=strings()), "no stop word"),
    edited_case("stopwords_remover_no_sensitivity", STOPPER, attributes(case_sensitive=None), "required"),
    resaved_case(STOPPER),
    GRAMS,
    spark_case(
        "ngram_1",
        "ngram",
        stage(NGram, inputCol="words", outputCol="out", n=1),
        Table(TOKENS, TOKEN_ROWS[:2]),
        TOKENS,
        TOKEN_ROWS,
    ),
    edited_case("ngram_0", GRAMS, attributes(n={}), "n = 0"),
    edited_case("ngram_negative", GRAMS, attributes(n=long(-1)), "n = -1"),
    edited_case("ngram_as_int", GRAMS, attributes(n=integer(2)), "n of another kind reads as 0"),
    resaved_case(GRAMS),
    bundle_case(
        "word_filter_3",
        "word_filter",
        {"length": integer(3)},
        *WORDS_IN,
        TOKENS,
        TOKEN_ROWS + [[["naïve", "ab1cd", "ﬁsh", "ǅab", "日本語文", "\u02b0abc", "e\u0301abc", "𝒳yzab"]]],
    ),
    bundle_case("word_filter_0", "word_filter", {"length": {}}, *WORDS_IN, TOKENS, TOKEN_ROWS),
    bundle_case(
        "word_filter_negative", "word_filter", {"length": integer(-1)}, *WORDS_IN, TOKENS, TOKEN_ROWS
    ),
    bundle_case(
        "word_filter_from_doubles",
        "word_filter",
        {"length": integer(1)},
        *WORDS_IN,
        {"words": list_of("double")},
        [[[1.0, NAN]], [[]]],
    ),
]

# Counting and hashing words.

COUNTER = spark_case(
    "count_vectorizer_usual",
    "count_vectorizer",
    stage(CountVectorizer, inputCol="words", outputCol="out", vocabSize=20),
    Table(TOKENS, TOKEN_ROWS[:9]),
    TOKENS,
    TOKEN_ROWS,
)
VOCABULARY = {"vocabulary": strings("a", "b", "", "café", "𝒳"), "binary": {}, "min_tf": double(1.0)}
COUNT_ROWS = [[["a", "a", "b", "z"]], [["", "", "a"]], [["café", "𝒳", "𝒳", "𝒳"]], [[]], [["z"]], [None]]


def counter(name, note="", **model):
    return bundle_case(
        f"count_vectorizer_{name}",
        "count_vectorizer",
        {**VOCABULARY, **model},
        *WORDS_IN,
        TOKENS,
        COUNT_ROWS,
        note,
    )


def term_frequency(name, note="", **options):
    return spark_case(
        f"hashing_tf_{name}",
        "hashing_term_frequency",
        stage(HashingTF, inputCol="words", outputCol="out", **options),
        Table(TOKENS, TOKEN_ROWS[:2]),
        TOKENS,
        TOKEN_ROWS,
        note,
    )


def old_hashing(name, note="", **model):
    return bundle_case(
        f"hashing_tf_{name}",
        "hashing_term_frequency",
        {"num_features": long(262144), **model},
        *WORDS_IN,
        TOKENS,
        TOKEN_ROWS,
        note,
    )


FREQUENCIES = term_frequency("usual", numFeatures=1000)
COUNTING = [
    COUNTER,
    counter("fraction", min_tf=double(0.5)),
    counter("two_and_a_half", min_tf=double(2.5)),
    counter("zero", min_tf={}),
    counter("just_below_one", min_tf=double(0.9999999999999999)),
    counter("nan", min_tf={"double": None}),
    counter("negative", min_tf=double(-1.0)),
    counter("only_presence", binary=boolean(True)),
    counter("repeated_words", "a duplicate keeps its last position", vocabulary=strings("a", "b", "a", "c")),
    counter("no_words", vocabulary=strings()),
    counter("min_tf_as_long", "as scikit-learn writes it", min_tf={"long": 2}),
    resaved_case(COUNTER),
    FREQUENCIES,
    term_frequency("binary", numFeatures=1000, binary=True),
    term_frequency("default_size"),
    old_hashing("version_1", "no version: Spark 2's hash"),
    old_hashing("version_2", hashUnsafeBytesVersion=integer(2)),
    old_hashing("version_0", hashUnsafeBytesVersion={}),
    old_hashing("version_as_long", "version of another kind", hashUnsafeBytesVersion=long(1)),
    old_hashing("binary_old", binary=boolean(True)),
    bundle_case(
        "hashing_tf_of_doubles",
        "hashing_term_frequency",
        {"num_features": long(50), "hashUnsafeBytesVersion": integer(2)},
        *WORDS_IN,
        {"words": list_of("double")},
        [[[1.0, 1e7, -0.0]], [[NAN, 0.1]]],
    ),
    bundle_case(
        "hashing_tf_of_booleans",
        "hashing_term_frequency",
        {"num_features": long(50), "hashUnsafeBytesVersion": integer(2)},
        *WORDS_IN,
        {"words": list_of("boolean")},
        [[[True, False]], [[]]],
    ),
    resaved_case(FREQUENCIES),
]

COUNTS = {"v": vector(4)}
IDF_MODEL = spark_case(
    "idf_usual",
    "idf",
    stage(IDF, inputCol="v", outputCol="out", minDocFreq=1),
    Table(COUNTS, [[dense(1.0, 0.0, 2.0, 0.0)], [dense(1.0, 1.0, 0.0, 0.0)], [sparse(4, {0: 3.0})]]),
    COUNTS,
    vector_rows(4, 51),
)
DISTANCES = [
    IDF_MODEL,
    bundle_case(
        "idf_bare",
        "idf",
        {"idf": tensor([0.5, 0.0, None, -1.0])},
        {"input": "v"},
        {"output": "out"},
        COUNTS,
        vector_rows(4, 52),
        "without docFreq and numDocs",
    ),
    bundle_case(
        "idf_from_number",
        "idf",
        {"idf": tensor([0.5])},
        {"input": "v"},
        {"output": "out"},
        {"v": "double"},
        [[2.0], [None], [NAN]],
    ),
    resaved_case(IDF_MODEL),
    wrong_sizes(IDF_MODEL),
]

# Word vectors.

W2V = spark_case(
    "word2vec_5",
    "word_to_vector",
    stage(Word2Vec, inputCol="words", outputCol="out", vectorSize=5, minCount=1, seed=7, maxIter=1),
    Table(TOKENS, TOKEN_ROWS[:4] * 3),
    TOKENS,
    TOKEN_ROWS,
)
EMBEDDING = {"words": strings("a", "b", "é"), "word_vectors": doubles(1.0, 2.0, 3.0, 4.0, -0.5, 0.1)}
SENTENCES = [[["a", "b", "zzz"]], [["zzz"]], [[]], [["a"]], [["é", "é", "é"]], [["a", "b", "é"] * 5], [None]]


def embedding(name, note="", **model):
    return bundle_case(
        f"word2vec_{name}", "word_to_vector", {**EMBEDDING, **model}, *WORDS_IN, TOKENS, SENTENCES, note
    )


EMBEDDINGS = [
    W2V,
    embedding("bare", "no indices, no kernel"),
    embedding("sqrt", kernel=string("sqrt")),
    embedding("default", kernel=string("default")),
    embedding("other_kernel", kernel=string("mean")),
    embedding("indices", indices=longs(2, 0, 1)),
    embedding("indices_beyond", "an index without a vector", indices=longs(0, 1, 7)),
    embedding("repeated_word", words=strings("a", "b", "a")),
    embedding(
        "tensor",
        "vectors as a tensor read as none",
        word_vectors=tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [3, 2]),
    ),
    embedding("uneven", "a number too many", word_vectors=doubles(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)),
    embedding(
        "large",
        words=strings("a", "b"),
        word_vectors=doubles(*[0.1 * i for i in range(14)]),
        kernel=string("sqrt"),
    ),
    resaved_case(W2V),
]

CASES = WORDS + COUNTING + DISTANCES + EMBEDDINGS
