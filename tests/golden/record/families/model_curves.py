"""Generalised linear, survival and isotonic regression."""

from pyspark.ml.regression import AFTSurvivalRegression, GeneralizedLinearRegression, IsotonicRegression

from families.model_linear import BINARY, FAR, FEATURES, TRAINING, by_hand, spark
from families.values import NUMBERS, vector_rows
from recorder.bundles import boolean, double, doubles, integer, long, string, tensor
from recorder.cases import Table, bundle_case, resaved_case, spark_case, stage
from recorder.frames import dense, sparse, vector

# Generalised linear models.

POSITIVE = Table(TRAINING.columns, [[row[0], abs(row[1]) + 0.5, row[2]] for row in TRAINING.rows])
LINK_ROWS = vector_rows(2, 76, -1.0, 1.0) + [
    [dense(50.0, -50.0)],
    [dense(-50.0, 50.0)],
    [dense(3000.0, 0.0)],
    [dense(-3000.0, 0.0)],
    [dense(-0.2 / 0.3, 0.0)],
]


def glm(family, link, **options):
    train = {"binomial": BINARY, "gaussian": TRAINING}.get(family, POSITIVE)
    label = "label" if family == "binomial" else "target"
    return spark(
        f"glm_{family}_{link}",
        "generalized_linear_regression",
        GeneralizedLinearRegression,
        train,
        family=family,
        link=link,
        labelCol=label,
        linkPredictionCol="link",
        maxIter=5,
        regParam=1.0,
        **options,
    )


def glm_by_hand(family, link=None, outputs=("prediction", "link_prediction"), **changes):
    model = {
        "coefficients": tensor([0.3, -0.1]),
        "intercept": double(0.2),
        "family": string(family),
        **changes,
    }
    if link is not None:
        model["link"] = string(link)
    return by_hand(
        f"glm_hand_{family}_{'default' if link is None else link or 'empty'}",
        "generalized_linear_regression",
        model,
        {port: port for port in outputs},
        rows=LINK_ROWS,
    )


GLM = glm("gaussian", "identity")
GLM_CASES = [
    GLM,
    glm("binomial", "logit"),
    glm("poisson", "log"),
    glm("gamma", "log"),
    *[
        glm_by_hand(family, link)
        for family in ("gaussian", "binomial", "poisson", "gamma")
        for link in ("identity", "logit", "log", "inverse", "probit", "cloglog", "sqrt", None)
    ],
    glm_by_hand("Gaussian"),
    glm_by_hand("gaussian", "Log"),
    glm_by_hand("gaussian", ""),
    resaved_case(GLM),
]

# Survival and isotonic regression.

CENSORED = Table(
    {**FEATURES, "target": "double", "censor": "double"},
    [[row[0], abs(row[1]) + 0.1, float(i % 3 != 0)] for i, row in enumerate(TRAINING.rows)],
)
AFT = spark(
    "aft_no_quantiles",
    "aft_survival_regression",
    AFTSurvivalRegression,
    CENSORED,
    labelCol="target",
    censorCol="censor",
    maxIter=10,
)
AFT_HAND = {
    "coefficients": tensor([-0.5, 0.25]),
    "intercept": double(1.5),
    "scale": double(0.5),
    "quantile_probabilities": doubles(0.1, 0.5, 0.0, 1.0, 1.5),
}
QUANTILES = {"prediction": "prediction", "quantiles": "quantiles"}
STEPS = {
    "boundaries": doubles(0.0, 4.0, 5.0, 7.0, 8.0),
    "predictions": doubles(100.0, 200.0, 300.0, 400.0, 500.0),
    "isotonic": boolean(True),
}
STEP_ROWS = [[x] for x in [*NUMBERS, 4.0, 4.5, 7.2, 8.0, 9.0, 5.0, 0.1]] + [[None]]


def isotonic(name, columns=None, rows=None, note="", **changes):
    model = {key: value for key, value in {**STEPS, **changes}.items() if value is not None}
    return bundle_case(
        f"isotonic_{name}",
        "isotonic_regression",
        model,
        {"features": "x"},
        {"prediction": "prediction"},
        columns or {"x": "double"},
        rows or STEP_ROWS,
        note,
    )


SINGLE = Table(
    {"x": "double", "target": "double"}, [[float(i % 13), float(i * 7 % 20) + i % 13] for i in range(40)]
)
ISOTONIC = spark_case(
    "isotonic_fitted",
    "isotonic_regression",
    stage(IsotonicRegression, featuresCol="x", labelCol="target"),
    SINGLE,
    {"x": "double"},
    STEP_ROWS,
)
CURVE_CASES = [
    AFT,
    by_hand("aft_by_hand", "aft_survival_regression", AFT_HAND, QUANTILES, rows=FAR),
    by_hand("aft_only_prediction", "aft_survival_regression", AFT_HAND, {"prediction": "p"}),
    by_hand("aft_zero_scale", "aft_survival_regression", {**AFT_HAND, "scale": {}}, QUANTILES),
    by_hand(
        "aft_no_probabilities",
        "aft_survival_regression",
        {**AFT_HAND, "quantile_probabilities": doubles()},
        QUANTILES,
    ),
    resaved_case(AFT),
    ISOTONIC,
    spark(
        "isotonic_fitted_vector",
        "isotonic_regression",
        IsotonicRegression,
        labelCol="target",
        featureIndex=2,
        isotonic=False,
    ),
    isotonic("by_hand"),
    isotonic("decreasing", isotonic={}),
    isotonic("no_direction", isotonic=None),
    isotonic("repeated_boundaries", boundaries=doubles(0.0, 4.0, 4.0, 4.0, 8.0)),
    isotonic("one_boundary", boundaries=doubles(4.0), predictions=doubles(7.0)),
    isotonic("no_boundaries", boundaries=doubles(), predictions=doubles()),
    isotonic("fewer_predictions", predictions=doubles(1.0, 2.0)),
    isotonic("vector", {"x": vector(3)}, vector_rows(3, 77) + [[dense(1.0)]], feature_index=long(1)),
    isotonic(
        "vector_first", {"x": vector(3)}, vector_rows(3, 77), feature_index={}, note="present but empty: 0"
    ),
    isotonic("vector_without_index", {"x": vector(1)}, [[dense(4.5)], [sparse(1, {0: 2.0})], [None]]),
    isotonic(
        "index_as_int", {"x": vector(3)}, vector_rows(3, 77)[:3], feature_index=integer(1), note="reads as 0"
    ),
    resaved_case(ISOTONIC),
]

CASES = GLM_CASES + CURVE_CASES
