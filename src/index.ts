// The public surface of the package `velum`; `velum/client` and `velum/runtime` are the small entries for one side alone.
export { VelumError } from "./base/error.js";
export type { NestedArray, Shape, Tensor } from "./base/tensor.js";
export { Circuit } from "./circuit/circuit.js";
export type { CompileOptions } from "./circuit/compile-options.js";
export type { Compiler } from "./circuit/compiler.js";
export type { Wire } from "./circuit/composition.js";
export { fhe } from "./circuit/fhe.js";
export type { Module, ModuleCompiler, ModuleOptions } from "./circuit/module.js";
export type { ModuleFunction } from "./circuit/module-function.js";
export { ClassifierClient } from "./client/classifier-client.js";
export { Client } from "./client/client.js";
export { ModuleClient } from "./client/module-client.js";
export { RegressorClient } from "./client/regressor-client.js";
export { TreeClient } from "./client/tree-client.js";
export { importLightgbm } from "./import/boosters/lightgbm.js";
export { importXgboost } from "./import/boosters/xgboost.js";
export { ImportedClient } from "./import/client/imported-client.js";
export { ImportedModel } from "./import/model/imported-model.js";
export { importOnnx } from "./import/onnx/import-onnx.js";
export { AdditiveClassifier } from "./models/additive/additive-classifier.js";
export { AdditiveRegressor } from "./models/additive/additive-regressor.js";
export { BernoulliNB, CategoricalNB } from "./models/bayes/discrete-nb.js";
export { GaussianNB } from "./models/bayes/gaussian-nb.js";
export { MultinomialNB } from "./models/bayes/multinomial-nb.js";
export { ElasticNet, Lasso } from "./models/linear/elastic-net.js";
export {
  GammaRegressor,
  PoissonRegressor,
  TweedieRegressor,
} from "./models/linear/glm-regressors.js";
export { LinearRegression } from "./models/linear/linear-regression.js";
export { LinearSVC } from "./models/linear/linear-svc.js";
export { LinearSVR } from "./models/linear/linear-svr.js";
export { LogisticRegression } from "./models/linear/logistic-regression.js";
export { Ridge } from "./models/linear/ridge.js";
export { SGDClassifier } from "./models/linear/sgd-classifier.js";
export { SGDRegressor } from "./models/linear/sgd-regressor.js";
export { accuracyScore } from "./models/metrics/accuracy.js";
export {
  balancedAccuracyScore,
  confusionMatrix,
  f1Score,
  logLoss,
  precisionScore,
  recallScore,
  rocAucScore,
} from "./models/metrics/classification.js";
export {
  d2TweedieScore,
  meanAbsoluteError,
  meanGammaDeviance,
  meanPoissonDeviance,
  meanSquaredError,
  meanTweedieDeviance,
  r2Score,
  rootMeanSquaredError,
} from "./models/metrics/regression.js";
export { Pipeline } from "./models/pipeline/pipeline.js";
export { ColumnTransformer } from "./models/preprocessing/column-transformer.js";
export { LabelEncoder } from "./models/preprocessing/label-encoder.js";
export { MinMaxScaler } from "./models/preprocessing/min-max-scaler.js";
export { Normalizer } from "./models/preprocessing/normalizer.js";
export { OneHotEncoder } from "./models/preprocessing/one-hot-encoder.js";
export { PCA } from "./models/preprocessing/pca.js";
export { SimpleImputer } from "./models/preprocessing/simple-imputer.js";
export { StandardScaler } from "./models/preprocessing/standard-scaler.js";
export { crossValidate, crossValScore } from "./models/selection/cross-validate.js";
export { KFold, StratifiedKFold } from "./models/selection/folds.js";
export { GridSearchCV } from "./models/selection/grid-search.js";
export { trainTestSplit } from "./models/selection/train-test-split.js";
export type { EvalSet } from "./models/trees/boosting/evaluation.js";
export { DecisionTreeClassifier } from "./models/trees/decision-tree-classifier.js";
export { DecisionTreeRegressor } from "./models/trees/decision-tree-regressor.js";
export { ExtraTreesClassifier } from "./models/trees/extra-trees-classifier.js";
export { ExtraTreesRegressor } from "./models/trees/extra-trees-regressor.js";
export { HistGradientBoostingClassifier } from "./models/trees/hist-gradient-boosting-classifier.js";
export { HistGradientBoostingRegressor } from "./models/trees/hist-gradient-boosting-regressor.js";
export { IsolationForest } from "./models/trees/isolation-forest.js";
export { RandomForestClassifier } from "./models/trees/random-forest-classifier.js";
export { RandomForestRegressor } from "./models/trees/random-forest-regressor.js";
export type { TreeResult } from "./models/trees/tree-result.js";
export { XGBClassifier } from "./models/trees/xgb-classifier.js";
export { XGBRegressor } from "./models/trees/xgb-regressor.js";
export { XGBRFClassifier } from "./models/trees/xgb-rf-classifier.js";
export { XGBRFRegressor } from "./models/trees/xgb-rf-regressor.js";
export type { ComposedRequest, RunInput } from "./runtime/composed-input.js";
export type { RunOptions } from "./runtime/run-options.js";
export type { LoadedKeys } from "./runtime/server-circuit.js";
export { ServerCircuit } from "./runtime/server-circuit.js";
export { ServerModule } from "./runtime/server-module.js";
export type { Encryption } from "./trace/encryption.js";
export type { Tracer } from "./trace/tracer.js";
