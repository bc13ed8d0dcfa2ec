/**
 * A domain of one's own: what is wanted, who judges it and what is counted, as one object.
 *
 *   cd examples/tutorials && node --import ../../scripts/source.mjs own-domain.ts [MODEL]
 */
// #region judge
import { functionJudge } from 'policypatch'

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
import type { JudgedMetric, TextMetric } from 'policypatch'

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

const domain: Domain = {
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
}

// #endregion domain

// #region train
import { domainPairs, loadModel, readPrompts, recordedReference, trainPatch } from 'policypatch'

const model = await loadModel(process.argv[2] ?? 'HuggingFaceTB/SmolLM2-135M-Instruct')
const reference = await recordedReference('json-answers.jsonl')
const prompts = await readPrompts('json-answers.jsonl')
const pairs = await domainPairs(domain, { model, reference, prompts })
const patch = await trainPatch({
  ...domain.training,
  model,
  pairs,
  judge: domain.pairs.judge,
  filter: domain.pairs.filter,
  format: domain.format,
  manifest: { name: 'json-answers', domain: domain.name },
})

// #endregion train

// #region measure
import { applyPatch, evaluateDomain } from 'policypatch'

const unseen = await readPrompts('json-questions.jsonl')
const subjects = [
  { name: 'base', model },
  { name: 'patched', model: applyPatch(model, patch) },
]
for (const subject of subjects) {
  const { measurements } = await evaluateDomain(domain, subject, unseen, { data: 'unseen questions' })
  for (const { metric, value, low, high, n } of measurements) {
    console.log(
      `${subject.name}: ${metric} ${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] n=${n}`,
    )
  }
}
await model.dispose()
// #endregion measure
