"""Writes which parameters (with defaults) and fitted attributes scikit-learn's and XGBoost's estimators have.

Run: pip install scikit-learn==1.9.1 xgboost==3.2.0 && python public_names.py
Writes test/fixtures/sklearn/public-names.json.
"""

import inspect
import json
import math
import warnings
from pathlib import Path

import numpy
import sklearn
import xgboost
from sklearn import ensemble, linear_model, model_selection, naive_bayes, preprocessing, svm, tree
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer

warnings.simplefilter("ignore")
root = Path(__file__).resolve().parents[2]
X = numpy.random.RandomState(5).randint(0, 4, size=(60, 3)).astype(float)
y = (X[:, 0] + X[:, 1] > 3).astype(int)
sizes = 1 + X[:, 0] + X[:, 1] * X[:, 2]

estimators = [
    *(getattr(linear_model, name) for name in (
        "LinearRegression", "Ridge", "Lasso", "ElasticNet", "SGDRegressor", "PoissonRegressor", "GammaRegressor",
        "TweedieRegressor", "LogisticRegression", "SGDClassifier",
    )),
    *(getattr(svm, name) for name in ("LinearSVR", "LinearSVC")),
    *(getattr(naive_bayes, name) for name in ("GaussianNB", "CategoricalNB", "BernoulliNB", "MultinomialNB")),
    *(getattr(tree, name) for name in ("DecisionTreeClassifier", "DecisionTreeRegressor")),
    *(getattr(ensemble, name) for name in (
        "RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor",
        "HistGradientBoostingClassifier", "HistGradientBoostingRegressor", "IsolationForest",
    )),
    *(getattr(xgboost, name) for name in ("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor")),
    *(getattr(preprocessing, name) for name in ("StandardScaler", "MinMaxScaler", "Normalizer", "OneHotEncoder")),
    PCA, SimpleImputer,
]


def plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return {"text": str(value)}
    return value if value is None or isinstance(value, (bool, int, float, str)) else {"text": str(value)}


def attributes(model):
    """Public names with a trailing underscore that a fitted model answers, and XGBoost's without one."""
    names = set(vars(model)) | {
        name for name, value in inspect.getmembers(type(model)) if isinstance(value, property)
    }
    found = []
    for name in sorted(names):
        own = isinstance(model, xgboost.XGBModel) and name in ("best_iteration", "best_score")
        if name.startswith("_") or not (name.endswith("_") or own):
            continue
        try:
            getattr(model, name)
        except AttributeError:
            if not own:
                continue
        found.append(name)
    return found


def effective(model):
    """What XGBoost's trees were grown with where a parameter is None: numbers and names of its own configuration."""
    config = json.loads(model.get_booster().save_config())
    found = {}

    def visit(node):
        for key, value in node.items():
            if isinstance(value, dict):
                visit(value)
            elif isinstance(value, str) and key in model.get_params():
                try:
                    found[key] = float(value)
                except ValueError:
                    pass

    visit(config["learner"])
    return dict(sorted(found.items()))


records = {}
for estimator in estimators:
    name = estimator.__name__
    model = estimator()
    # Out-of-bag results are there only where they are asked for.
    if "oob_score" in model.get_params():
        model.set_params(oob_score=True, bootstrap=True)
    target = y if "Classifier" in name or name in ("LogisticRegression", "LinearSVC") or name.endswith("NB") else sizes
    fitted = model.fit(X, target) if hasattr(model, "predict") else model.fit(X)
    records[name] = {
        "params": {key: plain(value) for key, value in sorted(estimator().get_params().items())},
        "attributes": attributes(fitted),
        **({"effective": effective(fitted)} if isinstance(fitted, xgboost.XGBModel) else {}),
    }

search = model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [1, 2]}).fit(X, sizes)
records["GridSearchCV"] = {
    "params": {
        key: plain(value)
        for key, value in sorted(search.get_params(deep=False).items())
        if key not in ("estimator", "param_grid")
    },
    "attributes": attributes(search),
}

# Numbers of attributes that no other recording has.
bayes = naive_bayes.CategoricalNB().fit(X, y)
forest = {"n_estimators": 12, "oob_score": True, "random_state": 0}
classifier = ensemble.RandomForestClassifier(**forest).fit(X, y)
regressor = ensemble.RandomForestRegressor(**forest).fit(X, sizes)
components = PCA(n_components=1).fit(X)
values = {
    "X": X.tolist(),
    "y": y.tolist(),
    "sizes": sizes.tolist(),
    "StandardScaler var": preprocessing.StandardScaler().fit(X).var_.tolist(),
    "MinMaxScaler dataMax": preprocessing.MinMaxScaler().fit(X).data_max_.tolist(),
    "MinMaxScaler dataRange": preprocessing.MinMaxScaler().fit(X).data_range_.tolist(),
    "PCA noiseVariance": [float(components.noise_variance_)],
    "GaussianNB epsilon": [float(naive_bayes.GaussianNB().fit(X, y).epsilon_)],
    # By class, then by feature.
    "CategoricalNB categoryCount": [
        count.tolist() for k in range(2) for count in (own[k] for own in bayes.category_count_)
    ],
    "SimpleImputer statistics": SimpleImputer(missing_values=0.0).fit(X).statistics_.tolist(),
    "SimpleImputer transform": SimpleImputer(missing_values=0.0, strategy="median").fit_transform(X)[:9].tolist(),
    "OneHotEncoder transform": preprocessing.OneHotEncoder(categories=[[0, 1, 2, 3, 9]] * 3, drop="first")
    .fit_transform(X)[:9].toarray().tolist(),
    "RandomForestClassifier oobDecisionFunction": classifier.oob_decision_function_.tolist(),
    "RandomForestRegressor oobPrediction": regressor.oob_prediction_.tolist(),
}

versions = {"scikit-learn": sklearn.__version__, "xgboost": xgboost.__version__, "numpy": numpy.__version__}
out = root / "test/fixtures/sklearn/public-names.json"
out.write_text(json.dumps({"versions": versions, "estimators": records, "values": values}, indent=None, allow_nan=False) + "\n")
