"""Ops on text: tokenizers and regular expressions that choose a number."""

from pyspark.ml.feature import RegexTokenizer, Tokenizer

from recorder.bundles import integer, integers, long, string, strings
from recorder.cases import Table, attributes, bundle_case, edited_case, resaved_case, spark_case, stage
from recorder.frames import NAN, list_of, required

WORDS_IN = {"input": "words"}, {"output": "out"}
TEXT_IN = {"input": "text"}, {"output": "out"}
TEXT = {"text": "string"}
TEXTS = [
    "Hello  World ",
    "",
    " ",
    " leading",
    "a,b;c",
    "dies isT Ein TEST text te",
    "\ttab\nline\r\nend",
    "ΑΣ ΟΔΟΣ Σ aΣ'b",
    "İstanbul IĞDIR",
    "ẞ straße",
    "\u212aelvin \u00c5ngström",
    "日本 語　全角",
    "a\u00a0b\u2003c\u0085d",
    "𝒳𝒴 \U0001f600 😀x",
    "e\u0301 é",
    "1.5 -2 3e4",
    "x" * 40,
    "ǅ ǈ Ǆ",
    "\u1e9e\u0130\u03a3",
    "ﬁ ﬀ",
    "a\x0bb\x0cc",
    "one1two22three333",
    "under_score-dash",
    "A.B.C",
    "tab\tsep",
    "(){}[]^$|?*+\\",
]
TEXT_ROWS = [[text] for text in TEXTS] + [[None]]
TEXT_TRAINING = Table(TEXT, TEXT_ROWS[:3])


def on_text(name, kind, note="", **options):
    op = "tokenizer" if kind is Tokenizer else "regex_tokenizer"
    return spark_case(
        name,
        op,
        stage(kind, inputCol="text", outputCol="out", **options),
        TEXT_TRAINING,
        TEXT,
        TEXT_ROWS,
        note,
    )


def regex(name, pattern, gaps=True, length=1, lower=True, note=""):
    return on_text(
        f"regex_tokenizer_{name}",
        RegexTokenizer,
        note or f"pattern {pattern}",
        pattern=pattern,
        gaps=gaps,
        minTokenLength=length,
        toLowercase=lower,
    )


SPLITTER = regex("blanks", r"\s+")
TOKENIZING = [
    on_text("tokenizer_usual", Tokenizer),
    SPLITTER,
    regex("single_blank", r"\s", length=0),
    regex("words", r"\w+", gaps=False, length=2),
    regex("no_lower", r"[^a-zA-Z]+", lower=False),
    regex("empty_pattern", "", length=0),
    regex("every_place", r"(?=[A-Z])", lower=False),
    regex("zero_width", r"x*", length=0, lower=False),
    regex("alternation", r",|;|\.", length=0),
    regex("intersection", r"[a-z&&[^aeiou]]+", gaps=False),
    regex("union", r"[a-c[x-z]]+", gaps=False),
    regex("possessive", r"[a-z]++\d?", gaps=False),
    regex("inline_flags", r"(?i)[A-M]+", gaps=False, lower=False),
    regex("unicode_flag", r"(?U)\w+", gaps=False, length=1, lower=False),
    regex("letters", r"\p{L}+", gaps=False, lower=False),
    regex("upper", r"\p{Lu}", gaps=False, lower=False),
    regex("posix", r"\p{Punct}+", length=0),
    regex("java_class", r"\p{javaLowerCase}+", gaps=False, lower=False),
    regex("block", r"\p{InGreek}+|\p{IsHan}+", gaps=False, lower=False),
    regex("horizontal", r"\h+", length=0),
    regex("linebreak", r"\R", length=0),
    regex("boundary", r"\b", length=0),
    regex("lookaround", r"(?<=\d)(?=\D)|(?<=\D)(?=\d)"),
    regex("backreference", r"(.)\1", gaps=False),
    regex("named_group", r"(?<n>[0-9])\k<n>+", gaps=False),
    regex("quoted", r"\Q.\E", length=0),
    regex("dot", r".", gaps=False),
    regex("dot_all", r"(?s).+", gaps=False, length=3),
    regex("anchors", r"^.|.$", gaps=False),
    regex("multiline", r"(?m)^.|.$", gaps=False),
    regex("surrogates", r"[\x{1D4B3}-\x{1D4B5}]", gaps=False, lower=False),
    regex("long_tokens", r"\s+", length=5),
    regex("octal_and_control", r"[\011\cJ\x20]+"),
    regex("reluctant", r"[a-z]{2,3}?", gaps=False),
    resaved_case(SPLITTER),
    edited_case("regex_tokenizer_bad_pattern", SPLITTER, attributes(regex=string("[a-")), "does not compile"),
    edited_case("regex_tokenizer_no_pattern", SPLITTER, attributes(regex=None), "regex absent"),
    edited_case("regex_tokenizer_no_lowercase", SPLITTER, attributes(lowercase_text=None), "required"),
    edited_case(
        "regex_tokenizer_length_as_long",
        SPLITTER,
        attributes(token_min_length=long(4)),
        "length of another kind reads as 0",
    ),
    edited_case(
        "regex_tokenizer_empty_attributes",
        SPLITTER,
        attributes(match_gaps={}, lowercase_text={}),
        "present but empty: false",
    ),
    bundle_case(
        "tokenizer_from_number", "tokenizer", {}, *TEXT_IN, {"text": "double"}, [[1.5], [1e7], [NAN], [None]]
    ),
    bundle_case(
        "tokenizer_required_text", "tokenizer", {}, *TEXT_IN, {"text": required("string")}, [["A B"], [""]]
    ),
    bundle_case("tokenizer_from_list", "tokenizer", {}, *TEXT_IN, {"text": list_of("string")}, [[["A B"]]]),
]

# Regular expressions that choose a number.

INDEX_ROWS = [["hEllo"], ["NpOE"], ["NEy"], [""], ["  "], ["123"], ["a\nHELLO"], ["HELLO NO"], [None]]


def regex_indexer(name, default=None, note="", **model):
    model = {
        "regexes": strings("(?i)HELLO", "^$", "(?i)NO", r"\d{3,}"),
        "indices": integers(23, 0, 32, -4),
        **model,
    }
    if default is not None:
        model["default_value"] = default
    return bundle_case(name, "regex_indexer", model, *TEXT_IN, TEXT, INDEX_ROWS, note)


INDEXING = [
    regex_indexer("regex_indexer_default", integer(99)),
    regex_indexer("regex_indexer_zero_default", {}),
    regex_indexer("regex_indexer_no_default"),
    regex_indexer("regex_indexer_uneven", integer(1), indices=integers(5)),
    regex_indexer("regex_indexer_bad_regex", integer(1), regexes=strings("(")),
    resaved_case(regex_indexer("regex_indexer_default", integer(99))),
]

CASES = TOKENIZING + INDEXING
