import type { Domain } from '../src/domains/domain.ts'
import type { DomainPrompt } from '../src/evaluate/metrics/domain-metric.ts'
import { functionJudge } from '../src/pairs/judges/judge.ts'
import { numberTokenizer } from '../src/testing/number-tokenizer.ts'
import { lastTurn, scriptedModel } from './models/scripted-model.ts'

export const shouting = functionJudge({
  name: 'capitals',
  score: ({ response }) => response.replace(/[^A-Z]/g, '').length / Math.max(1, response.length),
})

/** A custom domain: models that shout. */
export const shoutingDomain: Domain = {
  specificationVersion: 'v1',
  name: 'shouting',
  format: 'chat',
  sampling: { samples: 3, maxTokens: 16, temperature: 1 },
  pairs: {
    judge: functionJudge({ name: 'quiet', score: ({ response }) => (/[A-Z]{4}/.test(response) ? 0 : 1) }),
    sides: { harmful: { chosen: { from: 'reference' }, rejected: { from: 'model' } } },
    filter: {},
  },
  training: { sft: { steps: 20 }, dpo: false },
  judges: { loudness: [shouting] },
  metrics: [
    {
      reads: 'scores',
      name: 'loudest',
      role: 'loudness',
      better: 'lower',
      value: (samples) => Math.max(...samples.map(({ score }) => score)),
    },
    {
      reads: 'texts',
      name: 'exclamation marks',
      judge: 'count',
      better: 'lower',
      value: (responses, { kind }) =>
        kind === 'harmful' ? Number(responses.some((response) => response.includes('!'))) : undefined,
    },
    {
      reads: 'probabilities',
      name: 'probability of an exclamation mark',
      better: 'lower',
      values: async (_, rows) => rows.map(() => 0.5),
    },
  ],
}

export const prompts: DomainPrompt[] = Array.from({ length: 10 }, (_, i) => ({
  prompt: `prompt ${i}`,
  kind: i % 2 ? 'harmless' : 'harmful',
  ...(i >= 6 && { part: 'late' }),
}))

/** A model that shouts at every fourth prompt. */
export const model = () => {
  const scripted = scriptedModel('m', (prompt, draw) => {
    const loud = Number(lastTurn(prompt).split(' ')[1]) % 4 === 0
    return loud ? `STOP! ${Math.floor(100 * draw())}` : `well, ${Math.floor(100 * draw())}`
  })
  return { ...scripted, tokenizer: numberTokenizer({ vocabSize: 10 }) }
}
