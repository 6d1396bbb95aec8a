"""Fits scikit-learn's naive Bayes models and writes what they found, with values of its metrics and transformers.

Run: pip install scikit-learn==1.9.1 && python naive_bayes.py
Writes test/fixtures/sklearn/naive-bayes.json. The versions used are recorded in the file.
"""

import json
import platform
from pathlib import Path

import numpy
import sklearn
from sklearn import metrics
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, GaussianNB, MultinomialNB
from sklearn.preprocessing import MinMaxScaler, Normalizer, OneHotEncoder

root = Path(__file__).resolve().parents[2]
rng = numpy.random.default_rng(5)
iris = load_iris()
X = iris.data
y = iris.target
groups = rng.integers(0, 3, 120)
cats = numpy.column_stack([(groups + rng.integers(0, 2, 120)) % 4, rng.integers(0, 3, 120) * 5, groups * (rng.random(120) < 0.7)])
words = rng.poisson(1 + 2 * (numpy.arange(5)[None, :] % 3 == groups[:, None])).astype(float)
weights = rng.uniform(0.2, 2, 120).round(2)


def floats(array):
    return [float(value) for value in numpy.asarray(array, dtype=float).ravel()]


def rows(array):
    return [floats(row) for row in array]


gauss = GaussianNB().fit(X, y)
gauss_weighted = GaussianNB(var_smoothing=1e-3, priors=[0.5, 0.25, 0.25]).fit(X[:120], (y[:120] + groups) % 3, weights)
categorical = CategoricalNB(alpha=0.5).fit(cats, groups)
bernoulli = BernoulliNB(binarize=1.5).fit(words, groups, weights)
multinomial = MultinomialNB(alpha=2).fit(words, groups)
two = MultinomialNB().fit(words, groups > 0)

several = CategoricalNB(min_categories=[6, 1, 1], class_prior=[0.2, 0.3, 0.5]).fit(cats, groups, weights)
even = BernoulliNB(fit_prior=False).fit(words, groups, weights)
even_words = MultinomialNB(fit_prior=False).fit(words, groups > 0, weights)

truth = groups > 0
guess = (groups + (rng.random(120) < 0.3)) % 3 > 0
shares = numpy.clip(truth * 0.4 + rng.random(120) * 0.6, 0.01, 0.99).round(2)
many = (groups + (rng.random(120) < 0.3)) % 3
three = rng.dirichlet([1, 1, 1], 120).round(4) + 0.0001
three /= three.sum(axis=1, keepdims=True)
amount = rng.gamma(2, 2, 120).round(3) + 0.1
hope = (amount * rng.uniform(0.5, 1.5, 120)).round(3) + 0.05
count = rng.poisson(hope).astype(float)

holes = X[:12].copy()
holes[1, 2] = numpy.nan
holes[4, 0] = numpy.nan
pca = PCA(n_components=2).fit(X)
onehot = OneHotEncoder(sparse_output=False, drop="first").fit(cats)

out = root / "test/fixtures/sklearn/naive-bayes.json"
out.write_text(json.dumps({
    "madeBy": "oracles/sklearn/naive_bayes.py",
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
    "groups": floats(groups), "cats": rows(cats), "words": rows(words), "weights": floats(weights),
    "gaussPrior": floats(gauss.class_prior_),
    "gauss": {"theta": rows(gauss.theta_), "var": rows(gauss.var_), "proba": rows(gauss.predict_proba(X[::10])),
              "score": float(gauss.score(X, y))},
    "gaussWeighted": {"theta": rows(gauss_weighted.theta_), "var": rows(gauss_weighted.var_),
                      "proba": rows(gauss_weighted.predict_proba(X[:5]))},
    "categorical": {"featureLogProb": [rows(one) for one in categorical.feature_log_prob_],
                    "proba": rows(categorical.predict_proba(cats[:8])), "score": float(categorical.score(cats, groups))},
    "bernoulli": {"featureLogProb": rows(bernoulli.feature_log_prob_), "proba": rows(bernoulli.predict_proba(words[:8]))},
    "multinomial": {"featureLogProb": rows(multinomial.feature_log_prob_), "proba": rows(multinomial.predict_proba(words[:8]))},
    "several": {"featureLogProb": [rows(one) for one in several.feature_log_prob_], "proba": rows(several.predict_proba(cats[:8])),
                "nCategories": floats(several.n_categories_), "classLogPrior": floats(several.class_log_prior_)},
    "even": {"proba": rows(even.predict_proba(words[:8])), "featureCount": rows(even.feature_count_),
             "classCount": floats(even.class_count_), "classLogPrior": floats(even.class_log_prior_)},
    "evenWords": {"proba": rows(even_words.predict_proba(words[:8])), "featureCount": rows(even_words.feature_count_),
                  "classCount": floats(even_words.class_count_), "classLogPrior": floats(even_words.class_log_prior_),
                  "featureLogProb": rows(even_words.feature_log_prob_)},
    "multinomialTwo": {"proba": rows(two.predict_proba(words[:8]))},
    "metrics": {
        "truth": floats(truth), "guess": floats(guess), "shares": floats(shares), "many": floats(many), "three": rows(three),
        "amount": floats(amount), "hope": floats(hope), "count": floats(count),
        "precision": metrics.precision_score(truth, guess), "recall": metrics.recall_score(truth, guess),
        "f1": metrics.f1_score(truth, guess),
        "macro": [metrics.precision_score(groups, many, average="macro"), metrics.recall_score(groups, many, average="macro"),
                  metrics.f1_score(groups, many, average="macro")],
        "weighted": metrics.f1_score(groups, many, average="weighted"),
        "confusion": rows(metrics.confusion_matrix(groups, many)),
        "rocAuc": metrics.roc_auc_score(truth, shares), "rocAucWeighted": metrics.roc_auc_score(truth, shares, sample_weight=weights),
        "rocAucMany": metrics.roc_auc_score(groups, three, multi_class="ovr"),
        "accuracyWeighted": metrics.accuracy_score(groups, many, sample_weight=weights),
        "balancedAccuracy": metrics.balanced_accuracy_score(groups, many),
        "rmse": metrics.root_mean_squared_error(amount, hope, sample_weight=weights),
        "rmseMany": metrics.root_mean_squared_error(numpy.c_[amount, hope], numpy.c_[hope, 3 * amount]),
        "logLoss": metrics.log_loss(truth, shares), "logLossMany": metrics.log_loss(groups, three),
        "mse": metrics.mean_squared_error(amount, hope, sample_weight=weights), "mae": metrics.mean_absolute_error(amount, hope),
        "r2": metrics.r2_score(amount, hope), "r2Weighted": metrics.r2_score(amount, hope, sample_weight=weights),
        "poisson": metrics.mean_poisson_deviance(count, hope, sample_weight=weights),
        "gamma": metrics.mean_gamma_deviance(amount, hope), "tweedie": metrics.mean_tweedie_deviance(count, hope, power=1.5),
        "d2": metrics.d2_tweedie_score(count, hope, power=1),
    },
    "transforms": {
        "minMax": rows(MinMaxScaler(feature_range=(-1, 2)).fit(X).transform(X[:6])),
        "normL1": rows(Normalizer("l1").transform(X[:6])), "normL2": rows(Normalizer().transform(X[:6])),
        "normMax": rows(Normalizer("max").transform(X[:6])),
        "mean": rows(SimpleImputer().fit_transform(holes)), "median": rows(SimpleImputer(strategy="median").fit_transform(holes)),
        "frequent": rows(SimpleImputer(strategy="most_frequent").fit_transform(holes)),
        "pca": rows(pca.transform(X[:6])), "pcaComponents": rows(pca.components_),
        "pcaVariance": floats(pca.explained_variance_), "pcaRatio": floats(pca.explained_variance_ratio_),
        "pcaWhite": rows(PCA(n_components=2, whiten=True).fit(X).transform(X[:6])),
        "oneHot": rows(onehot.transform(cats[:10])), "oneHotAll": rows(OneHotEncoder(sparse_output=False).fit_transform(cats)[:10]),
    },
}, separators=(",", ":")) + "\n")
print(out, out.stat().st_size)
