import type { Circuit } from "../circuit/circuit.js";
import type { CompileOptions } from "../circuit/compile-options.js";
import { AdditiveClassifier } from "../models/additive/additive-classifier.js";
import { AdditiveRegressor } from "../models/additive/additive-regressor.js";
import { BernoulliNB, CategoricalNB } from "../models/bayes/discrete-nb.js";
import { GaussianNB } from "../models/bayes/gaussian-nb.js";
import { MultinomialNB } from "../models/bayes/multinomial-nb.js";
import { ElasticNet, Lasso } from "../models/linear/elastic-net.js";
import {
  GammaRegressor,
  PoissonRegressor,
  TweedieRegressor,
} from "../models/linear/glm-regressors.js";
import { LinearRegression } from "../models/linear/linear-regression.js";
import { LinearSVC } from "../models/linear/linear-svc.js";
import { LinearSVR } from "../models/linear/linear-svr.js";
import { LogisticRegression } from "../models/linear/logistic-regression.js";
import { Ridge } from "../models/linear/ridge.js";
import { SGDClassifier } from "../models/linear/sgd-classifier.js";
import { SGDRegressor } from "../models/linear/sgd-regressor.js";
import type { PipelineModel } from "../models/pipeline/pipeline-model.js";
import { DecisionTreeClassifier } from "../models/trees/decision-tree-classifier.js";
import { DecisionTreeRegressor } from "../models/trees/decision-tree-regressor.js";
import { ExtraTreesClassifier } from "../models/trees/extra-trees-classifier.js";
import { ExtraTreesRegressor } from "../models/trees/extra-trees-regressor.js";
import { HistGradientBoostingClassifier } from "../models/trees/hist-gradient-boosting-classifier.js";
import { HistGradientBoostingRegressor } from "../models/trees/hist-gradient-boosting-regressor.js";
import { IsolationForest } from "../models/trees/isolation-forest.js";
import { RandomForestClassifier } from "../models/trees/random-forest-classifier.js";
import { RandomForestRegressor } from "../models/trees/random-forest-regressor.js";
import { XGBClassifier } from "../models/trees/xgb-classifier.js";
import { XGBRegressor } from "../models/trees/xgb-regressor.js";
import { XGBRFClassifier } from "../models/trees/xgb-rf-classifier.js";
import { XGBRFRegressor } from "../models/trees/xgb-rf-regressor.js";

/** An estimator of a file; pipelines take it, too. */
export interface OwnModel extends PipelineModel {
  compile(x: number[][], options: Partial<CompileOptions>): Promise<Circuit>;
}

/** What reads the file that `dump` of a class wrote, by the class's name, which the file says. */
export const ownModels: Readonly<Record<string, (file: Uint8Array) => OwnModel>> = {
  AdditiveClassifier: (file) => AdditiveClassifier.load(file),
  AdditiveRegressor: (file) => AdditiveRegressor.load(file),
  BernoulliNB: (file) => BernoulliNB.load(file),
  CategoricalNB: (file) => CategoricalNB.load(file),
  DecisionTreeClassifier: (file) => DecisionTreeClassifier.load(file),
  DecisionTreeRegressor: (file) => DecisionTreeRegressor.load(file),
  ElasticNet: (file) => ElasticNet.load(file),
  ExtraTreesClassifier: (file) => ExtraTreesClassifier.load(file),
  ExtraTreesRegressor: (file) => ExtraTreesRegressor.load(file),
  GammaRegressor: (file) => GammaRegressor.load(file),
  GaussianNB: (file) => GaussianNB.load(file),
  HistGradientBoostingClassifier: (file) => HistGradientBoostingClassifier.load(file),
  HistGradientBoostingRegressor: (file) => HistGradientBoostingRegressor.load(file),
  IsolationForest: (file) => IsolationForest.load(file),
  Lasso: (file) => Lasso.load(file),
  LinearRegression: (file) => LinearRegression.load(file),
  LinearSVC: (file) => LinearSVC.load(file),
  LinearSVR: (file) => LinearSVR.load(file),
  LogisticRegression: (file) => LogisticRegression.load(file),
  MultinomialNB: (file) => MultinomialNB.load(file),
  PoissonRegressor: (file) => PoissonRegressor.load(file),
  RandomForestClassifier: (file) => RandomForestClassifier.load(file),
  RandomForestRegressor: (file) => RandomForestRegressor.load(file),
  Ridge: (file) => Ridge.load(file),
  SGDClassifier: (file) => SGDClassifier.load(file),
  SGDRegressor: (file) => SGDRegressor.load(file),
  TweedieRegressor: (file) => TweedieRegressor.load(file),
  XGBClassifier: (file) => XGBClassifier.load(file),
  XGBRFClassifier: (file) => XGBRFClassifier.load(file),
  XGBRFRegressor: (file) => XGBRFRegressor.load(file),
  XGBRegressor: (file) => XGBRegressor.load(file),
};
