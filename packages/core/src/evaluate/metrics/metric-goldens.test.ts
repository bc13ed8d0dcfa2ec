import { beforeAll, describe, expect, it } from 'vitest'
import { cpuBackend } from '../../../test/cpu-backend.ts'
import { goldenJson, goldenModel } from '../../../test/goldens.ts'
import type { Domain } from '../../domains/domain.ts'
import { evaluateDomain } from '../../domains/evaluate-domain.ts'
import { likelihoodJudge } from '../../domains/likelihood-judge.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { klAtPositions } from '../../model/score/kl-at-positions.ts'
import { functionJudge } from '../../pairs/judges/judge.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { crowsPairsMetrics } from './crows-pairs.ts'
import type { DomainMetric } from './domain-metric.ts'
import { perplexityMetrics } from './fluency-metrics.ts'
import { attributeDistributionDistance, genderLogitsDifference } from './gender-metrics.ts'
import { klToReference } from './kl-to-reference.ts'
import { attackSuccessRate, refusalRateMetric } from './refusal-metrics.ts'
import { expectedMaximumToxicity, toxicityProbability } from './toxicity-metrics.ts'

interface Goldens {
  readonly gender: {
    readonly contexts: readonly number[][]
    readonly pairs: readonly [number, number][]
    readonly difference: readonly number[]
    readonly distance: readonly number[]
  }
  readonly crows: {
    readonly pairs: readonly [number[], number[]][]
    readonly preference: number
    readonly difference: number
  }
  readonly perplexity: {
    readonly prompts: readonly number[][]
    readonly responses: readonly number[][][]
    readonly logPerplexity: readonly number[]
    readonly perplexity: number
  }
  readonly divergence: {
    readonly prompts: readonly number[][]
    readonly responses: readonly number[][]
    readonly k: number
    readonly topK: readonly number[][]
    readonly whole: readonly number[][]
  }
  readonly shares: {
    readonly scores: readonly number[][]
    readonly behaviours: readonly number[]
    readonly expectedMaximum: number
    readonly probability: number
    readonly attackSuccess: number
    readonly refusal: number
  }
}

let goldens: Goldens
let base: LanguageModel
let reference: LanguageModel
beforeAll(async () => {
  goldens = await goldenJson<Goldens>('domain-metrics.json')
  base = await goldenModel('qwen2', cpuBackend())
  reference = await goldenModel('llama-tied', cpuBackend())
})

const text = (ids: readonly number[]) => ids.join(' ')
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const unused = functionJudge({ name: 'unused', score: () => 1 })

const domainOf = (metrics: readonly DomainMetric[], rest: Partial<Domain> = {}): Domain => ({
  specificationVersion: 'v1',
  name: 'test',
  format: 'text',
  sampling: { samples: 1, maxTokens: 4, temperature: 1 },
  pairs: { judge: unused, sides: {}, filter: false },
  training: {},
  judges: {},
  metrics,
  ...rest,
})

const expectValues = (measurement: Measurement | undefined, values: readonly number[]) => {
  expect(measurement?.values).toHaveLength(values.length)
  for (const [i, value] of values.entries()) expect(measurement?.values?.[i]).toBeCloseTo(value, 4)
  expect(measurement?.value).toBeCloseTo(mean(values), 4)
}

describe('figures of probabilities are those of transformers', () => {
  it('gender logits difference and attribute distribution distance', async () => {
    const { contexts, pairs: ids, difference, distance } = goldens.gender
    const pairs = ids.map(([male, female]) => [`${male}`, `${female}`] as const)
    const domain = domainOf([genderLogitsDifference({ pairs }), attributeDistributionDistance({ pairs })])
    const prompts = contexts.map((ids) => ({ prompt: text(ids), kind: 'harmful' as const }))
    const { measurements } = await evaluateDomain({
      domain,
      subject: { name: 'base', model: base },
      prompts,
      data: 'd',
    })
    expectValues(measurements[0], difference)
    expectValues(measurements[1], distance)
  })

  it('CrowS-Pairs', async () => {
    const { pairs, preference, difference } = goldens.crows
    const rows = pairs.map(([more, less]) => ({ more: text(more), less: text(less) }))
    const prompts = [{ prompt: '5', kind: 'harmful' as const }]
    const { measurements } = await evaluateDomain({
      domain: domainOf(crowsPairsMetrics(rows)),
      subject: { name: 'base', model: base },
      prompts,
      data: 'd',
    })
    expect(measurements.map(({ data, n }) => [data, n])).toEqual([
      ['CrowS-Pairs, gender', 3],
      ['CrowS-Pairs, gender', 3],
    ])
    expect(measurements[0]?.value).toBeCloseTo(preference, 6)
    expect(measurements[1]?.value).toBeCloseTo(difference, 4)
  })

  it('perplexity of given continuations', async () => {
    const { prompts: ids, responses, logPerplexity, perplexity } = goldens.perplexity
    const domain = domainOf(perplexityMetrics, {
      sampling: { samples: 2, maxTokens: 5, temperature: 1 },
      judges: { fluency: [likelihoodJudge({ model: base, format: 'text' })] },
    })
    const prompts = ids.map((own) => ({ prompt: text(own), kind: 'harmful' as const }))
    // Prompts with one continuation have it twice: their mean is the same.
    const said = responses.map((own) => [text(own[0] as number[]), text((own[1] ?? own[0]) as number[])])
    const { measurements } = await evaluateDomain({
      domain,
      subject: { name: 'x', responses: said },
      prompts,
      data: 'd',
    })
    expectValues(measurements[0], logPerplexity)
    expect(measurements[1]?.value).toBeCloseTo(perplexity, 3)
    expect(measurements[1]?.values).toBeUndefined()
    expect(measurements[1]?.low).toBeLessThan(perplexity)
    expect(measurements[1]?.high).toBeGreaterThan(perplexity)
  })

  it('divergence from the reference over its top tokens, and over all', async () => {
    const { prompts, responses, k, topK, whole } = goldens.divergence
    for (const [kept, expected] of [
      [k, topK],
      [97, whole],
    ] as const) {
      const requests = prompts.map((ids, i) => ({ prompt: text(ids), response: responses[i] as number[] }))
      const teachers = await reference.scoreTop(requests, kept)
      const students = await base.scoreCandidates(
        requests.map((request, i) => ({ ...request, candidates: teachers[i]!.ids })),
      )
      for (const [i, own] of expected.entries()) {
        const found = klAtPositions(teachers[i]!, students[i]!)
        expect(found).toHaveLength(own.length)
        for (const [t, value] of own.entries()) expect(found[t]).toBeCloseTo(value, 4)
      }
    }
  })

  it('divergence over recorded responses, prompt by prompt', async () => {
    const { prompts, responses, k, topK } = goldens.divergence
    const recorded = {
      ...modelReference({ model: reference }),
      async *respond() {
        // The end-of-sequence token is added again.
        for (const [index, ids] of responses.entries()) yield { index, response: text(ids.slice(0, -1)) }
      },
    }
    const options = {
      reference: recorded,
      prompts: prompts.map((ids) => ({ prompt: text(ids), kind: 'harmful' as const })),
      domain: 'test',
      data: 'd',
      format: 'text' as const,
      k,
    }
    const [whole, first] = await klToReference({ subject: { name: 'base', model: base }, ...options })
    expectValues(whole, topK.map(mean))
    expectValues(
      first,
      topK.map(([value]) => value as number),
    )
    expect(whole).toMatchObject({ subject: 'base', judge: 'likelihood', better: 'lower', n: 4 })
    const [same] = await klToReference({ subject: { name: 'reference', model: reference }, ...options })
    expect(same?.value).toBeCloseTo(0, 5)
    const path = { storage: memoryStorage(), path: 'kl.jsonl' }
    const kept = { subject: { name: 'base', model: base }, ...options, path }
    expect((await klToReference(kept))[0]).toEqual(whole)
    const scoreCandidates = async () => {
      throw new Error('was to be read from the journal')
    }
    const silent = { ...base, scoreCandidates }
    expect(await klToReference({ ...kept, subject: { name: 'base', model: silent } })).toEqual([whole, first])
    const prefix = { length: 1, embeddings: new Float32Array(32) }
    const patched = { name: 'base', model: base.withPrefix(prefix) }
    expect((await klToReference({ ...kept, subject: patched }))[0]?.value).not.toBe(whole?.value)
  })

  it('refuses a divergence from what gives outputs alone, and of no prompts', async () => {
    const { scoreTop: _, ...outputs } = modelReference({ model: reference })
    const options = {
      subject: { name: 'base', model: base },
      domain: 'test',
      data: 'd',
      format: 'text' as const,
    }
    const prompts = [{ prompt: '5 6', kind: 'harmful' as const }]
    await expect(klToReference({ ...options, reference: outputs, prompts })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'model:llama-tied, which gives only outputs',
    })
    const nothing = { ...options, reference: modelReference({ model: reference }), prompts: [] }
    await expect(klToReference(nothing)).rejects.toMatchObject({ code: 'EMPTY_DATA' })
  })
})

it('figures of scores are those of NumPy', async () => {
  const { scores, behaviours, expectedMaximum, probability, attackSuccess, refusal } = goldens.shares
  const said = scores.map((own) => own.map((score) => `scored ${score}`))
  const judge = functionJudge({ name: 'reads', score: ({ response }) => Number(response.split(' ')[1]) })
  const domain = domainOf(
    [expectedMaximumToxicity, toxicityProbability, attackSuccessRate, refusalRateMetric],
    {
      sampling: { samples: 5, maxTokens: 5, temperature: 1 },
      judges: { offence: [judge], refusal: [judge] },
    },
  )
  const prompts = behaviours.map((behaviour, i) => ({
    prompt: `prompt ${i}`,
    kind: 'harmful' as const,
    behaviour: `${behaviour}`,
  }))
  const { measurements } = await evaluateDomain({
    domain,
    subject: { name: 'x', responses: said },
    prompts,
    data: 'd',
  })
  expect(measurements.map(({ metric, n }) => [metric, n])).toEqual([
    ['expected maximum toxicity', 12],
    ['toxicity probability', 12],
    ['attack success rate', 5],
    ['refusal rate', 12],
  ])
  const values = measurements.map(({ value }) => value)
  for (const [i, value] of [expectedMaximum, probability, attackSuccess, refusal].entries()) {
    expect(values[i]).toBeCloseTo(value, 12)
  }
  expect(measurements[1]?.interval).toBe('wilson')
})
