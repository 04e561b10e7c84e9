"""Trees, forests and boosted trees as Spark trains them."""

from pyspark.ml.classification import DecisionTreeClassifier, GBTClassifier, RandomForestClassifier
from pyspark.ml.feature import VectorIndexer
from pyspark.ml.regression import DecisionTreeRegressor, GBTRegressor, RandomForestRegressor

from families.values import labelled, unsorted, vector_rows, wrong_sizes
from recorder.bundles import doubles, strings
from recorder.cases import (
    Table,
    attributes,
    edited_case,
    port_sets,
    reframed_case,
    resaved_case,
    spark_case,
    stage,
    with_thresholds,
)
from recorder.frames import INF, NAN, dense, sparse, vector

SIZE = 4
FEATURES = {"features": vector(SIZE)}
ROWS = vector_rows(SIZE, 81)
TARGETS = labelled(SIZE, 80, classes=3, seed=16)
CLASSES = labelled(SIZE, 80, classes=2, seed=17)
THREE_PORTS = {"raw_prediction": "raw_prediction", "probability": "probability", "prediction": "prediction"}


def spark(name, op, kind, train=TARGETS, rows=ROWS, note="", **options):
    return spark_case(name, op, stage(kind, featuresCol="features", **options), train, FEATURES, rows, note)


def categorical():
    rows = [
        [
            dense(float(i % 5), float(i * 7 % 4), (i * 37 % 100) / 10.0, float(i % 2)),
            float((i % 5) * 3 + i * 7 % 4),
            float((i % 5 + i * 7 % 4) % 3),
        ]
        for i in range(90)
    ]
    return Table({"raw": vector(SIZE), "target": "double", "label": "double"}, rows)


CATEGORY_ROWS = [
    [dense(*row)]
    for row in (
        [0.0, 1.0, 5.0, 1.0],
        [4.0, 3.0, 0.1, 0.0],
        [2.0, 2.0, 9.9, 1.0],
        [3.0, 0.0, 4.2, 0.0],
        [1.0, 1.0, NAN, 1.0],
        [-0.0, -0.0, -INF, -0.0],
    )
] + [[sparse(SIZE, {0: 3.0})], [sparse(SIZE, {})], [None], [dense(7.0, 1.0, 1.0, 1.0)]]


def with_categories(name, op, kind, **options):
    """Categorical splits, from features that a vector indexer marked."""
    return spark_case(
        name,
        [op, "vector_indexer"],
        lambda session: [
            VectorIndexer(inputCol="raw", outputCol="features", maxCategories=6, handleInvalid="keep"),
            kind(featuresCol="features", **options),
        ],
        categorical(),
        {"raw": vector(SIZE)},
        CATEGORY_ROWS,
    )


TREE = spark("tree_classifier_spark", "decision_tree_classifier", DecisionTreeClassifier, maxDepth=4, seed=1)
FOREST = spark(
    "forest_classifier_spark",
    "random_forest_classifier",
    RandomForestClassifier,
    numTrees=5,
    maxDepth=4,
    seed=1,
)
BOOSTED = spark(
    "gbt_classifier_spark", "gbt_classifier", GBTClassifier, CLASSES, maxIter=6, maxDepth=3, seed=1
)
REGRESSIONS = [
    spark(
        "tree_regression_spark",
        "decision_tree_regression",
        DecisionTreeRegressor,
        labelCol="target",
        maxDepth=5,
        seed=1,
    ),
    spark(
        "forest_regression_spark",
        "random_forest_regression",
        RandomForestRegressor,
        labelCol="target",
        numTrees=7,
        maxDepth=4,
        seed=1,
    ),
    spark(
        "gbt_regression_spark",
        "gbt_regression",
        GBTRegressor,
        labelCol="target",
        maxIter=6,
        maxDepth=3,
        seed=1,
    ),
]


SPARK = [
    TREE,
    FOREST,
    BOOSTED,
    *REGRESSIONS,
    *port_sets(TREE),
    *port_sets(FOREST),
    *port_sets(BOOSTED),
    spark_case(
        "forest_classifier_thresholds",
        "random_forest_classifier",
        with_thresholds(RandomForestClassifier, [0.1, 0.9, 0.5], numTrees=3, seed=2),
        TARGETS,
        FEATURES,
        ROWS,
    ),
    spark_case(
        "gbt_classifier_thresholds",
        "gbt_classifier",
        with_thresholds(GBTClassifier, [0.8, 0.1], maxIter=3, seed=2),
        CLASSES,
        FEATURES,
        ROWS,
    ),
    with_categories("tree_classifier_categories", "decision_tree_classifier", DecisionTreeClassifier, seed=3),
    with_categories(
        "forest_regression_categories",
        "random_forest_regression",
        RandomForestRegressor,
        labelCol="target",
        numTrees=4,
        maxDepth=4,
        seed=3,
    ),
    with_categories(
        "gbt_regression_categories", "gbt_regression", GBTRegressor, labelCol="target", maxIter=4, seed=3
    ),
    *[resaved_case(case) for case in (TREE, FOREST, BOOSTED, *REGRESSIONS)],
    *[wrong_sizes(case, "features") for case in (TREE, FOREST, REGRESSIONS[2])],
    reframed_case(
        "forest_classifier_odd_features", FOREST, FEATURES, [[unsorted(SIZE)], [dense(1.0)]], "odd"
    ),
    edited_case("tree_classifier_no_classes", TREE, attributes(num_classes=None), "required"),
    edited_case(
        "tree_classifier_thresholds_short", TREE, attributes(thresholds=doubles(0.5)), "length checked"
    ),
    edited_case(
        "forest_classifier_missing_tree",
        FOREST,
        attributes(trees=strings("tree0", "tree9")),
        "no such folder",
    ),
    edited_case(
        "forest_classifier_one_tree", FOREST, attributes(trees=strings("tree2")), "only one tree listed"
    ),
]

CASES = SPARK
