"""Clusters, mixtures, topics and recommendation."""

import json

from pyspark.ml.clustering import LDA, BisectingKMeans, GaussianMixture, KMeans
from pyspark.ml.recommendation import ALS

from families.model_bayes import COUNT_ROWS, COUNTS, by_hand, spark
from families.values import vector_rows, wrong_sizes
from recorder.bundles import double, doubles, integer, integers, listed, long, tensor, tensor_value, tensors
from recorder.cases import Table, bundle_case, declares, edited_case, resaved_case, spark_case, stage
from recorder.frames import NAN, dense, sparse, vector

# Clusters.

MEANS = spark("k_means_4", "k_means", KMeans, k=4, seed=5)
BISECTING = spark("bisecting_k_means_5", "bisecting_k_means", BisectingKMeans, k=5, seed=5)
CENTRES = {
    "cluster_centers": tensors([0.0, 0.0], [3.0, 4.0], [3.0, 4.0], [1e8, 1e8]),
    "num_features": long(2),
}
POINTS = vector_rows(2, 94) + [
    [dense(1.0, 1.0)],
    [dense(1.5, 2.0)],
    [dense(3.0, 4.0)],
    [dense(1e8, 1e8 + 1)],
    [sparse(2, {0: 1e8})],
    [dense(3.0000000001, 4.0)],
]
PLANE = {"features": vector(2)}
CLUSTER = {"prediction": "prediction"}


def clusters(*nodes):
    keys = ("index", "norm", "values", "numChildren")
    return {
        "tree.json": "".join(
            json.dumps(dict(zip(keys, node)), separators=(",", ":")) + "\n" for node in nodes
        )
    }


CLUSTERS = clusters(
    (-1, 1.5, [1.5, 0.0], 2),
    (0, 1.0, [1.0, 0.0], 0),
    (-2, 3.0, [3.0, 0.0], 2),
    (1, 2.0, [2.0, 0.0], 0),
    (2, 4.0, [4.0, 0.0], 0),
)
CLUSTER_CASES = [
    MEANS,
    BISECTING,
    spark(
        "k_means_cosine_4",
        "k_means",
        KMeans,
        note="cosine distance is not exported",
        k=4,
        seed=5,
        distanceMeasure="cosine",
    ),
    by_hand("k_means_by_hand", "k_means", CENTRES, CLUSTER, POINTS, PLANE),
    by_hand(
        "k_means_no_centres", "k_means", {**CENTRES, "cluster_centers": tensors()}, CLUSTER, POINTS[:2], PLANE
    ),
    by_hand(
        "k_means_uneven_centres",
        "k_means",
        {**CENTRES, "cluster_centers": tensors([0.0, 0.0], [1.0])},
        CLUSTER,
        POINTS[:3],
        PLANE,
    ),
    by_hand(
        "k_means_nan_centre",
        "k_means",
        {**CENTRES, "cluster_centers": tensors([None, 0.0], [1.0, 2.0])},
        CLUSTER,
        POINTS[:8],
        PLANE,
    ),
    by_hand(
        "bisecting_by_hand",
        "bisecting_k_means",
        {},
        CLUSTER,
        POINTS + [[dense(1.5, 0.0)], [dense(3.0, 0.0)]],
        PLANE,
        files=CLUSTERS,
    ),
    by_hand(
        "bisecting_wrong_norm",
        "bisecting_k_means",
        {},
        CLUSTER,
        POINTS,
        PLANE,
        "the stored norm is used",
        clusters((-1, 1.5, [1.5, 0.0], 2), (0, 50.0, [1.0, 0.0], 0), (1, 2.0, [2.0, 0.0], 0)),
    ),
    by_hand(
        "bisecting_positive_inner",
        "bisecting_k_means",
        {},
        CLUSTER,
        POINTS[:2],
        PLANE,
        files=clusters((1, 1.5, [1.5, 0.0], 2), (0, 1.0, [1.0, 0.0], 0), (1, 2.0, [2.0, 0.0], 0)),
    ),
    by_hand(
        "bisecting_negative_leaf",
        "bisecting_k_means",
        {},
        CLUSTER,
        POINTS[:2],
        PLANE,
        files=clusters((-1, 1.5, [1.5, 0.0], 1), (-2, 1.0, [1.0, 0.0], 0)),
    ),
    by_hand(
        "bisecting_one_leaf",
        "bisecting_k_means",
        {},
        CLUSTER,
        POINTS,
        PLANE,
        files=clusters((0, 1.0, [1.0, 0.0], 0)),
    ),
    resaved_case(MEANS),
    resaved_case(BISECTING),
    wrong_sizes(MEANS, "features"),
    wrong_sizes(BISECTING, "features"),
]

# Mixtures and topics.

MIXTURE = spark("gmm_3", "gaussian_mixture", GaussianMixture, k=3, seed=6, maxIter=10)
BOTH = {"prediction": "prediction", "probability": "probability"}


def mixture(name, covariances, size=2, note=""):
    means = tensors(*[[0.5 * i] * size for i in range(len(covariances))])
    model = {
        "means": means,
        "weights": doubles(*[1.0 / len(covariances)] * len(covariances)),
        "covs": listed("tensor", [tensor_value(values, [size, size]) for values in covariances]),
    }
    return by_hand(
        f"gmm_{name}",
        "gaussian_mixture",
        model,
        BOTH,
        vector_rows(size, 95),
        {"features": vector(size)},
        note,
    )


TOPICS = spark(
    "lda_online_3",
    "lda_local_model_op",
    LDA,
    COUNTS,
    COUNT_ROWS,
    k=3,
    seed=9,
    maxIter=4,
    optimizer="online",
    topicDistributionCol="topics",
)
SMALL_TOPICS = {
    "vocabSize": integer(3),
    "docConcentration": doubles(0.5, 0.5),
    "topicConcentration": double(0.5),
    "topicMatrix": tensor([10.0, 1.0, 1.0, 1.0, 1.0, 10.0], [3, 2]),
}
DOCUMENTS = [
    [dense(2.0, 0.0, 1.0)],
    [sparse(3, {0: 2.0, 2: 1.0})],
    [dense(0.0, 0.0, 0.0)],
    [sparse(3, {})],
    [dense(100.0, 1.0, 3.0)],
    [dense(0.1, 0.2, 0.3)],
    [dense(NAN, 0.0, 1.0)],
    [sparse(3, {1: 0.0})],
    [dense(1e6, 0.0, 0.0)],
    [None],
]
DENSITY_CASES = [
    MIXTURE,
    edited_case("gmm_only_prediction", MIXTURE, declares("prediction"), "prediction alone"),
    mixture("by_hand", [[2.0, 0.5, 0.5, 1.0], [1.0, 0.0, 0.0, 3.0]]),
    mixture("singular", [[1.0, 1.0, 1.0, 1.0], [1.0, 0.0, 0.0, 3.0]]),
    mixture("zero", [[0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 3.0]], note="no positive eigenvalue"),
    mixture("negative", [[-1.0, 0.0, 0.0, -2.0], [1.0, 0.0, 0.0, 3.0]], note="not positive definite"),
    mixture("one_dimension", [[1.0], [4.0]], 1),
    mixture("nearly_symmetric", [[2.0, 0.5, 0.5000000000000001, 1.0], [1.0, 0.0, 0.0, 3.0]]),
    resaved_case(MIXTURE),
    wrong_sizes(MIXTURE, "features"),
    TOPICS,
    by_hand("lda_by_hand", "lda_local_model_op", SMALL_TOPICS, {"prediction": "prediction"}, DOCUMENTS),
    by_hand(
        "lda_no_concentration",
        "lda_local_model_op",
        {**SMALL_TOPICS, "docConcentration": doubles()},
        {"prediction": "prediction"},
        DOCUMENTS[:3],
    ),
    resaved_case(TOPICS),
]

# Recommendation.

PAIRS = {"user": "integer", "item": "integer"}
RATINGS = Table(
    {**PAIRS, "rating": "float"},
    [[u, i, float((u * 7 + i * 3) % 5 + 1)] for u in range(8) for i in range(6) if (u + i) % 3],
)
PAIR_ROWS = [[0, 0], [1, 5], [7, 3], [99, 1], [1, 99], [-1, 0], [None, 1], [1, None]]


def factors(*rows):
    return listed("tensor", [tensor_value(row, base="float") for row in rows])


SMALL_FACTORS = {
    "rank": integer(2),
    "users": integers(1, 2, 1),
    "items": integers(5, 6),
    "user_factors": factors([0.1, 0.2], [3.0, -1.0], [0.5, 0.25]),
    "item_factors": factors([0.3, 0.4], [1e30, 1e30]),
}


def recommend(name, columns=PAIRS, rows=None, note="", **changes):
    return bundle_case(
        f"als_{name}",
        "als",
        {**SMALL_FACTORS, **changes},
        {"user": "user", "item": "item"},
        {"prediction": "prediction"},
        columns,
        rows or [[1, 5], [2, 5], [2, 6], [3, 5], [1, 7], [None, 5]],
        note,
    )


RECOMMENDATION = [
    spark_case(
        "als_rank3",
        "als",
        stage(ALS, rank=3, maxIter=3, seed=4, coldStartStrategy="nan"),
        RATINGS,
        PAIRS,
        PAIR_ROWS,
    ),
    spark_case(
        "als_rank9_drop",
        "als",
        stage(ALS, rank=9, maxIter=2, seed=4, coldStartStrategy="drop"),
        RATINGS,
        PAIRS,
        PAIR_ROWS,
        "the cold start strategy is not exported",
    ),
    recommend("by_hand", note="a user twice: the last counts"),
    recommend(
        "from_doubles",
        {"user": "double", "item": "double"},
        [[1.0, 5.0], [1.9, 5.9], [NAN, 5.0], [1e20, 5.0], [-0.5, 5.0]],
    ),
    recommend("from_longs", {"user": "long", "item": "long"}, [[1, 5], [2**32 + 1, 5], [2**31, 5]]),
    recommend(
        "from_text",
        {"user": "string", "item": "string"},
        [["1", "5"], [" 1", "5"], ["", "5"], ["x", "5"], ["1.0", "5"]],
    ),
    recommend("rank_larger", rank=integer(3)),
    recommend("rank_smaller", rank=integer(1)),
    recommend("rank_as_long", rank=long(2), note="reads as 0"),
    recommend("fewer_factors", user_factors=factors([0.1, 0.2])),
    recommend("double_factors", user_factors=tensors([0.1, 0.2], [3.0, -1.0], [0.5, 0.25])),
    resaved_case(recommend("by_hand")),
]

CASES = CLUSTER_CASES + DENSITY_CASES + RECOMMENDATION
