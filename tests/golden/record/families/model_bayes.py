"""Naive Bayes and perceptrons."""

from pyspark.ml.classification import MultilayerPerceptronClassifier, NaiveBayes

from families.values import labelled, vector_rows, wrong_sizes
from recorder.bundles import doubles, integers, longs, string, tensor
from recorder.cases import (
    Table,
    attributes,
    bundle_case,
    edited_case,
    port_sets,
    resaved_case,
    spark_case,
    stage,
    with_thresholds,
)
from recorder.frames import NAN, dense, sparse, vector

SIZE = 3
FEATURES = {"features": vector(SIZE)}
ROWS = vector_rows(SIZE, 91)
COUNT_ROWS = vector_rows(SIZE, 92, 0.0, 9.0)
TRAINING = labelled(SIZE, 60, classes=3, seed=18)
COUNTS = labelled(SIZE, 60, classes=3, seed=19, low=0.0, high=6.0)
BITS = Table(
    COUNTS.columns, [[dense(*[float(value > 3) for value in row[0].values]), *row[1:]] for row in COUNTS.rows]
)
BIT_ROWS = [
    [dense(*bits)]
    for bits in (
        [1.0, 0.0, 1.0],
        [0.0, 0.0, 0.0],
        [1.0, 1.0, 1.0],
        [0.5, 0.0, 1.0],
        [-0.0, 1.0, 0.0],
        [NAN, 1.0, 0.0],
        [2.0, 1.0, 0.0],
    )
] + [[sparse(SIZE, {1: 1.0})], [sparse(SIZE, {})], [sparse(SIZE, {1: 2.0})], [None]]
THREE_PORTS = {"raw_prediction": "raw_prediction", "probability": "probability", "prediction": "prediction"}


def spark(name, op, kind, train=TRAINING, rows=ROWS, note="", **options):
    return spark_case(name, op, stage(kind, featuresCol="features", **options), train, FEATURES, rows, note)


def by_hand(name, op, model, outputs, rows=None, columns=None, note="", files=None):
    return bundle_case(
        name, op, model, {"features": "features"}, outputs, columns or FEATURES, rows or ROWS, note, files
    )


# Naive Bayes.

BAYES = spark(
    "naive_bayes_multinomial", "naive_bayes", NaiveBayes, COUNTS, COUNT_ROWS, modelType="multinomial"
)
BERNOULLI = spark("naive_bayes_bernoulli", "naive_bayes", NaiveBayes, BITS, BIT_ROWS, modelType="bernoulli")
BAYES_CASES = [
    BAYES,
    BERNOULLI,
    spark(
        "naive_bayes_gaussian",
        "naive_bayes",
        NaiveBayes,
        TRAINING,
        ROWS,
        "MLeap cannot load it",
        modelType="gaussian",
    ),
    spark(
        "naive_bayes_complement",
        "naive_bayes",
        NaiveBayes,
        COUNTS,
        COUNT_ROWS,
        "MLeap cannot load it",
        modelType="complement",
    ),
    spark(
        "naive_bayes_thresholds", "naive_bayes", NaiveBayes, COUNTS, COUNT_ROWS, thresholds=[0.1, 0.0, 0.9]
    ),
    *port_sets(BAYES),
    edited_case(
        "naive_bayes_runtime_spelling",
        BAYES,
        attributes(model_type=string("Multinomial")),
        "MLeap's own writer's",
    ),
    edited_case("naive_bayes_no_sigma", BAYES, attributes(sigma=None), "not read"),
    edited_case("naive_bayes_no_type", BAYES, attributes(model_type=None), "required"),
    edited_case("naive_bayes_short_thresholds", BAYES, attributes(thresholds=doubles(0.5)), "length checked"),
    edited_case(
        "naive_bayes_infinite_prior", BAYES, attributes(pi=tensor([None, -0.7, -1.0])), "NaN among the priors"
    ),
    resaved_case(BAYES),
    wrong_sizes(BAYES, "features"),
]

# Perceptron.

PERCEPTRON = spark(
    "mlp_3_4_3",
    "multi_layer_perceptron_classifier",
    MultilayerPerceptronClassifier,
    layers=[3, 4, 3],
    seed=3,
    maxIter=15,
)
SMALL = {
    "layers": longs(2, 2, 2),
    "weights": tensor([1.0, -1.0, 0.5, 0.25, 0.1, -0.2, 1.0, 0.0, -1.0, 2.0, 0.0, 0.5]),
}
PERCEPTRON_CASES = [
    PERCEPTRON,
    spark(
        "mlp_no_hidden",
        "multi_layer_perceptron_classifier",
        MultilayerPerceptronClassifier,
        layers=[3, 3],
        seed=3,
        maxIter=5,
    ),
    spark(
        "mlp_two_hidden",
        "multi_layer_perceptron_classifier",
        MultilayerPerceptronClassifier,
        layers=[3, 5, 4, 3],
        seed=3,
        maxIter=5,
    ),
    spark_case(
        "mlp_thresholds",
        "multi_layer_perceptron_classifier",
        with_thresholds(
            MultilayerPerceptronClassifier, [0.9, 0.05, 0.05], layers=[3, 2, 3], seed=3, maxIter=5
        ),
        TRAINING,
        FEATURES,
        ROWS,
    ),
    *port_sets(PERCEPTRON),
    by_hand(
        "mlp_by_hand",
        "multi_layer_perceptron_classifier",
        SMALL,
        THREE_PORTS,
        vector_rows(2, 93),
        {"features": vector(2)},
    ),
    by_hand(
        "mlp_short_thresholds",
        "multi_layer_perceptron_classifier",
        {**SMALL, "thresholds": doubles(0.1)},
        THREE_PORTS,
        vector_rows(2, 93),
        {"features": vector(2)},
    ),
    by_hand(
        "mlp_layers_as_int",
        "multi_layer_perceptron_classifier",
        {**SMALL, "layers": integers(2, 2, 2)},
        THREE_PORTS,
        vector_rows(2, 93),
        {"features": vector(2)},
    ),
    resaved_case(PERCEPTRON),
    wrong_sizes(PERCEPTRON, "features"),
]

CASES = BAYES_CASES + PERCEPTRON_CASES
