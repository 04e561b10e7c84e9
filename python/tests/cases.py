"""The estimators of scikit-learn whose answers are compared with Pillion's."""

from __future__ import annotations

from typing import Any

from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_selection import SelectFromModel, SelectKBest, VarianceThreshold, f_classif
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import (
    BayesianRidge,
    ElasticNet,
    GammaRegressor,
    HuberRegressor,
    Lasso,
    LassoLarsCV,
    LinearRegression,
    LogisticRegression,
    OrthogonalMatchingPursuit,
    Perceptron,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDRegressor,
    TheilSenRegressor,
    TweedieRegressor,
)
from sklearn.naive_bayes import BernoulliNB, MultinomialNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import LinearSVC, LinearSVR
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

from parity import NAMES, Case


def _mixed(**text: Any) -> ColumnTransformer:
    """Numbers scaled, text encoded, whole numbers encoded."""
    hot = OneHotEncoder(handle_unknown="ignore", **text)
    filled = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NAMES),
            ("text", hot, ["g"]),
            ("filled", filled, ["h"]),
            ("whole", OneHotEncoder(drop="first"), ["i"]),
        ]
    )


def _ordinal() -> ColumnTransformer:
    known = {"handle_unknown": "use_encoded_value"}
    return ColumnTransformer(
        [
            ("g", OrdinalEncoder(unknown_value=-1, **known), ["g"]),
            ("h", OrdinalEncoder(unknown_value=9, encoded_missing_value=-5, **known), ["h"]),
            ("i", OrdinalEncoder(), ["i"]),
            ("d", OrdinalEncoder(unknown_value=float("nan"), **known), ["d"]),
        ],
        remainder="passthrough",
    )


def _rare(options: dict[str, Any]) -> ColumnTransformer:
    """Encoders that put rare categories together, and drop some."""
    return ColumnTransformer(
        [
            ("g", OneHotEncoder(drop="if_binary", **options), ["g", "h"]),
            ("d", OneHotEncoder(max_categories=4, handle_unknown="ignore"), ["d"]),
            ("i", OneHotEncoder(drop=[2], handle_unknown="ignore"), ["i"]),
        ]
    )


def _sparse() -> Pipeline:
    """A sparse matrix, which scikit-learn multiplies where it divides a dense one."""
    hot = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(
        ColumnTransformer([("hot", hot, ["g", "h", "i"])]), StandardScaler(with_mean=False)
    )


def transformers() -> list[Case]:
    rare = {"min_frequency": 0.16, "handle_unknown": "infrequent_if_exist"}
    return [
        Case("StandardScaler", StandardScaler(), ""),
        Case("StandardScaler, NaN", StandardScaler(), "", frame="missing"),
        Case("StandardScaler(with_mean=False)", StandardScaler(with_mean=False), ""),
        Case("StandardScaler(with_std=False)", StandardScaler(with_std=False), ""),
        Case("RobustScaler", RobustScaler(), ""),
        Case("MaxAbsScaler", MaxAbsScaler(), ""),
        Case("MinMaxScaler", MinMaxScaler((-3, 7)), ""),
        Case("MinMaxScaler(clip=True)", MinMaxScaler(clip=True), ""),
        Case("Binarizer", Binarizer(threshold=-0.5), ""),
        Case("Normalizer(l2)", Normalizer(), "", within=4),
        Case("Normalizer(l1)", Normalizer("l1"), "", within=4),
        Case("SimpleImputer", SimpleImputer(add_indicator=True), "", frame="missing"),
        Case("SimpleImputer(median)", SimpleImputer(strategy="median"), "", frame="missing"),
        Case("SimpleImputer(missing_values=-1)", SimpleImputer(missing_values=-1), ""),
        Case("PolynomialFeatures(2)", PolynomialFeatures(2), ""),
        Case("PolynomialFeatures(4)", PolynomialFeatures(4, include_bias=False), ""),
        Case("PolynomialFeatures(interactions)", PolynomialFeatures(3, interaction_only=True), ""),
        Case("KBinsDiscretizer(onehot)", KBinsDiscretizer(4, quantile_method="linear"), ""),
        Case(
            "KBinsDiscretizer(ordinal)",
            KBinsDiscretizer(6, encode="ordinal", strategy="uniform"),
            "",
        ),
        Case("OrdinalEncoder", _ordinal(), "", frame="mixed"),
        Case("OneHotEncoder, numbers and text", _mixed(), "", frame="mixed"),
        Case("OneHotEncoder(min_frequency)", _rare(rare), "", frame="mixed"),
        Case("StandardScaler of a sparse matrix", _sparse(), "", frame="mixed"),
        Case("PCA", PCA(3), "", within=16),
        Case("PCA(whiten)", make_pipeline(StandardScaler(), PCA(4, whiten=True)), "", within=16),
        Case("TruncatedSVD", TruncatedSVD(3, random_state=0), "", within=16),
        Case("SelectKBest", SelectKBest(f_classif, k=3), "three"),
        Case("VarianceThreshold", make_pipeline(MinMaxScaler(), VarianceThreshold(0.02)), ""),
        Case("SelectFromModel", SelectFromModel(Ridge(), threshold=0.01), "regression"),
        Case("MissingIndicator", MissingIndicator(), "", frame="missing"),
        Case("FeatureUnion", FeatureUnion([("s", StandardScaler()), ("m", MinMaxScaler())]), ""),
    ]


def linear_models() -> list[Case]:
    """Sums of products: within last bits of the largest answer."""
    within = 16
    return [
        Case("LinearRegression", LinearRegression(), "regression", within),
        Case("Ridge", Ridge(), "regression", within),
        Case("Lasso", make_pipeline(StandardScaler(), Lasso(0.01)), "regression", within),
        Case("ElasticNet", make_pipeline(StandardScaler(), ElasticNet(0.01)), "regression", within),
        Case("LinearSVR", make_pipeline(RobustScaler(), LinearSVR()), "regression", within),
        Case(
            "PoissonRegressor",
            make_pipeline(StandardScaler(), KBinsDiscretizer(5), PoissonRegressor()),
            "positive",
            within,
        ),
        *(
            Case(type(model).__name__, _scaled(model), "regression", within)
            for model in (
                SGDRegressor(random_state=0),
                BayesianRidge(),
                HuberRegressor(),
                QuantileRegressor(),
                LassoLarsCV(),
                OrthogonalMatchingPursuit(),
                TheilSenRegressor(random_state=0),
            )
        ),
        Case(
            "GammaRegressor",
            make_pipeline(StandardScaler(), KBinsDiscretizer(5), GammaRegressor()),
            "positive",
            within,
        ),
        Case(
            "TweedieRegressor(identity)",
            _scaled(TweedieRegressor(power=0, link="identity")),
            "positive",
            within,
        ),
        Case("Perceptron", _scaled(Perceptron(random_state=0)), "three", within),
        Case("LogisticRegression(2)", _scaled(LogisticRegression()), "binary", within),
        Case("LogisticRegression(3)", _scaled(LogisticRegression()), "three", within),
        Case("LogisticRegression(text)", _scaled(LogisticRegression()), "text", within),
        Case("LinearSVC(2)", _scaled(LinearSVC()), "signs", within),
        Case("LinearSVC(3)", _scaled(LinearSVC()), "three", within),
        Case("SGDClassifier(hinge)", _scaled(SGDClassifier(random_state=0)), "three", within),
        Case(
            "SGDClassifier(log_loss)",
            _scaled(SGDClassifier(loss="log_loss", random_state=0)),
            "binary",
            within,
        ),
        Case("RidgeClassifier", _scaled(RidgeClassifier()), "three", within),
        Case("LinearDiscriminantAnalysis", _scaled(LinearDiscriminantAnalysis()), "three", within),
        Case(
            "LogisticRegression of mixed columns",
            make_pipeline(_mixed(), LogisticRegression(max_iter=1000)),
            "three",
            within,
            frame="mixed",
        ),
    ]


def _scaled(estimator: Any) -> Pipeline:
    return make_pipeline(StandardScaler(), estimator)


def tree_models() -> list[Case]:
    """Trees and sums of trees: the same doubles. Only what takes exp may differ."""
    few = {"n_estimators": 25, "random_state": 0}
    return [
        Case("DecisionTreeRegressor", DecisionTreeRegressor(max_depth=9), "regression"),
        Case("DecisionTreeClassifier(3)", DecisionTreeClassifier(max_depth=5), "three"),
        Case("DecisionTreeClassifier(text)", DecisionTreeClassifier(max_depth=3), "text"),
        Case(
            "DecisionTreeClassifier, NaN",
            DecisionTreeClassifier(max_depth=8),
            "three",
            0,
            "missing",
        ),
        Case("ExtraTreeRegressor", ExtraTreeRegressor(random_state=0), "regression"),
        Case("ExtraTreeClassifier", ExtraTreeClassifier(random_state=0), "signs"),
        Case("RandomForestRegressor", RandomForestRegressor(**few), "regression"),
        Case(
            "RandomForestRegressor, NaN", RandomForestRegressor(**few), "regression", 0, "missing"
        ),
        Case("RandomForestClassifier(2)", RandomForestClassifier(**few), "signs"),
        Case("RandomForestClassifier(3)", RandomForestClassifier(**few, max_depth=4), "three"),
        Case(
            "RandomForestClassifier(class_weight)",
            RandomForestClassifier(**few, max_depth=4, class_weight="balanced"),
            "text",
        ),
        Case("ExtraTreesRegressor", ExtraTreesRegressor(**few), "regression"),
        Case("ExtraTreesClassifier", ExtraTreesClassifier(**few, max_depth=6), "three"),
        Case("GradientBoostingRegressor", GradientBoostingRegressor(**few), "regression"),
        Case(
            "GradientBoostingRegressor(huber)",
            GradientBoostingRegressor(**few, loss="huber"),
            "regression",
        ),
        Case("GradientBoostingClassifier(2)", GradientBoostingClassifier(**few), "binary", 2),
        Case("GradientBoostingClassifier(3)", GradientBoostingClassifier(**few), "three", 4),
        Case(
            "GradientBoostingClassifier(exponential)",
            GradientBoostingClassifier(**few, loss="exponential"),
            "binary",
            2,
        ),
        Case(
            "HistGradientBoostingRegressor",
            HistGradientBoostingRegressor(max_iter=25),
            "regression",
            0,
            "missing",
            infinite=True,
        ),
        Case(
            "HistGradientBoostingRegressor(poisson)",
            HistGradientBoostingRegressor(max_iter=25, loss="poisson"),
            "positive",
            2,
        ),
        Case(
            "HistGradientBoostingRegressor(categories)",
            HistGradientBoostingRegressor(max_iter=25, categorical_features=["g", "h", "i", "d"]),
            "regression",
            0,
            "mixed",
        ),
        Case(
            "HistGradientBoostingClassifier(2)",
            HistGradientBoostingClassifier(max_iter=25),
            "text2",
            2,
            "missing",
        ),
        Case(
            "HistGradientBoostingClassifier(3)",
            HistGradientBoostingClassifier(max_iter=25),
            "three",
            4,
            "missing",
        ),
        Case(
            "RandomForestClassifier of mixed columns",
            make_pipeline(_mixed(), RandomForestClassifier(**few, max_depth=8)),
            "text",
            0,
            "mixed",
        ),
        Case(
            "GradientBoostingRegressor of mixed columns",
            make_pipeline(_ordinal_without_nan(), GradientBoostingRegressor(**few)),
            "regression",
            0,
            "mixed",
        ),
    ]


def _ordinal_without_nan() -> ColumnTransformer:
    known = {
        "handle_unknown": "use_encoded_value",
        "unknown_value": -1,
        "encoded_missing_value": -2,
    }
    return ColumnTransformer(
        [("text", OrdinalEncoder(**known), ["g", "h"]), ("a", SimpleImputer(), ["a"])],
        remainder="passthrough",
    )


def other_models() -> list[Case]:
    small = {"hidden_layer_sizes": (5, 4), "activation": "logistic", "max_iter": 300}
    return [
        Case("MultinomialNB", MultinomialNB(), "three", 64, "counts"),
        Case("BernoulliNB", BernoulliNB(), "three", 64),
        Case("KMeans", _scaled(KMeans(4, random_state=0)), "", 1),
        Case("MiniBatchKMeans", _scaled(MiniBatchKMeans(3, random_state=0)), "", 1),
        Case("MLPClassifier(2)", _scaled(MLPClassifier(**small, random_state=0)), "binary", 64),
        Case("MLPClassifier(3)", _scaled(MLPClassifier(**small, random_state=0)), "text", 64),
        Case("MLPRegressor", _scaled(MLPRegressor(**small, random_state=0)), "regression", 64),
    ]


def all_cases() -> list[Case]:
    return transformers() + linear_models() + tree_models() + other_models()
