/** Votes of the pairs (0,1), (0,2), ..., (1,2), ...: a score above 0 is one for the first of a pair. `[classes]` */
export function countVotes(scores: Float64Array, classes: number): Float64Array {
  const votes = new Float64Array(classes);
  let pair = 0;
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++) {
      const winner = (scores[pair++] ?? 0) > 0 ? i : j;
      votes[winner] = (votes[winner] ?? 0) + 1;
    }
  return votes;
}

const leastShare = 1e-7;

/**
 * Probabilities of classes from those of the first of each pair (0,1), (0,2), ..., (1,2), ...: the second method of Wu, Lin and Weng,
 * "Probability estimates for multi-class classification by pairwise coupling" (JMLR 5, 2004), section 4, with the steps and the early end
 * of LIBSVM, which ONNX runtimes and scikit-learn share.
 */
export function couplePairs(pairs: Float64Array, classes: number): Float64Array {
  const first = new Float64Array(classes * classes);
  let pair = 0;
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++) {
      const share = Math.min(Math.max(pairs[pair++] ?? 0, leastShare), 1 - leastShare);
      first[i * classes + j] = share;
      first[j * classes + i] = 1 - share;
    }
  const q = new Float64Array(classes * classes);
  for (let t = 0; t < classes; t++)
    for (let j = 0; j < classes; j++) {
      if (j === t) continue;
      const [own = 0, other = 0] = [first[t * classes + j], first[j * classes + t]];
      q[t * classes + t] = (q[t * classes + t] ?? 0) + other * other;
      q[t * classes + j] = -other * own;
    }
  const p = new Float64Array(classes).fill(1 / classes);
  const qp = new Float64Array(classes);
  for (let round = 0; round < Math.max(100, classes); round++) {
    let pqp = 0;
    for (let t = 0; t < classes; t++) {
      let sum = 0;
      for (let j = 0; j < classes; j++) sum += (q[t * classes + j] ?? 0) * (p[j] ?? 0);
      qp[t] = sum;
      pqp += (p[t] ?? 0) * sum;
    }
    const gap = qp.reduce((most, x) => Math.max(most, Math.abs(x - pqp)), 0);
    if (gap < 0.005 / classes) break;
    for (let t = 0; t < classes; t++) {
      const own = q[t * classes + t] ?? 0;
      const step = (pqp - (qp[t] ?? 0)) / own;
      p[t] = (p[t] ?? 0) + step;
      pqp = (pqp + step * (step * own + 2 * (qp[t] ?? 0))) / (1 + step) ** 2;
      for (let j = 0; j < classes; j++) {
        qp[j] = ((qp[j] ?? 0) + step * (q[t * classes + j] ?? 0)) / (1 + step);
        p[j] = (p[j] ?? 0) / (1 + step);
      }
    }
  }
  return p;
}
