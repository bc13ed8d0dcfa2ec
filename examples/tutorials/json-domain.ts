/**
 * A custom domain: the goal, the judges and the metrics, as one object. The commands of own-domain.sh and the
 * program own-domain.ts train and measure by it.
 */
// #region judge
import { functionJudge } from 'policypatch/evaluate'

const parses = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** 1 for an answer as wanted, 0 for any other. */
const judge = functionJudge({ name: 'parses', score: ({ response }) => Number(parses(response)) })

// #endregion judge

// #region metrics
import type { JudgedMetric, TextMetric } from 'policypatch/evaluate'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** The share of answers that the judges of `format` score at least 0.5. */
const jsonShare: JudgedMetric = {
  reads: 'scores',
  name: 'answers that are JSON',
  role: 'format',
  better: 'higher',
  value: (samples) => mean(samples.map(({ score }) => Number(score >= 0.5))),
}

/** No judge: a count of the words. */
const length: TextMetric = {
  reads: 'texts',
  name: 'words in an answer',
  judge: 'count',
  better: 'lower',
  value: (responses) => mean(responses.map((response) => response.split(/\s+/).length)),
}

// #endregion metrics

// #region domain
import type { Domain } from 'policypatch'

export default {
  specificationVersion: 'v1',
  name: 'json-answers',
  format: 'chat',
  sampling: { samples: 1, maxTokens: 32, temperature: 0 },
  pairs: {
    judge,
    sides: { target: { chosen: { from: 'reference' }, rejected: { from: 'model' } } },
    filter: { marginThreshold: 0.5, winnerThreshold: 0.5 },
  },
  training: { sft: { steps: 100 }, dpo: false, gate: false, validation: false },
  judges: { format: [judge] },
  metrics: [jsonShare, length],
} satisfies Domain

// #endregion domain
