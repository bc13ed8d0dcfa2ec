import { describe, expect, it } from 'vitest'
import { model, prompts, shouting, shoutingDomain } from '../../test/shouting-domain.ts'
import type { EvaluationSubject } from '../evaluate/evaluation-subject.ts'
import type { DomainPrompt } from '../evaluate/metrics/domain-metric.ts'
import { functionJudge } from '../pairs/judges/judge.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import type { TrainPatchOptions } from '../train/train-options.ts'
import { type EvaluateDomainOptions, evaluateDomain } from './evaluate-domain.ts'
import { genderDomain } from './gender-domain.ts'
import { harmfulnessDomain } from './harmfulness-domain.ts'
import { toxicityDomain } from './toxicity-domain.ts'

const data = 'own (test)'

const measure = (subject: EvaluationSubject, options: Partial<EvaluateDomainOptions> = {}) =>
  evaluateDomain({ domain: shoutingDomain, subject, prompts, data, ...options })

describe('evaluateDomain', () => {
  it('measures a domain of the user, its parts apart, with every judge', async () => {
    const whisper = functionJudge({ name: 'silence', score: () => 0 })
    const domain = { ...shoutingDomain, judges: { loudness: [shouting, whisper] } }
    const subject = { name: 'patched', seed: 2, model: model() }
    const { measurements, responses, skipped } = await evaluateDomain({ domain, subject, prompts, data })
    expect(skipped).toEqual([])
    const shown = measurements.map(({ metric, judge, data, n, interval }) => [
      metric,
      judge,
      data,
      n,
      interval,
    ])
    expect(shown).toEqual([
      ['loudest', 'capitals', 'own (test)', 6, 'bootstrap'],
      ['loudest', 'silence', 'own (test)', 6, 'wilson'],
      ['loudest', 'capitals', 'own (test), late', 4, 'bootstrap'],
      ['loudest', 'silence', 'own (test), late', 4, 'wilson'],
      ['exclamation marks', 'count', 'own (test)', 3, 'wilson'],
      ['exclamation marks', 'count', 'own (test), late', 2, 'wilson'],
      ['probability of an exclamation mark', 'likelihood', 'own (test)', 6, 'bootstrap'],
      ['probability of an exclamation mark', 'likelihood', 'own (test), late', 4, 'bootstrap'],
    ])
    expect(measurements[4]).toMatchObject({
      domain: 'shouting',
      subject: 'patched',
      seed: 2,
      value: 2 / 3,
      values: [1, 0, 1],
      better: 'lower',
    })
    for (const { low, value, high } of measurements) {
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
    }
    expect(responses.map(({ prompt }) => prompt)).toEqual(prompts.map(({ prompt }) => prompt))
    expect(new Set(responses[0]?.samples.map(({ response }) => response)).size).toBe(3)
    expect(responses[0]?.samples[0]?.scores.map(({ role, judge }) => [role, judge])).toEqual([
      ['loudness', 'capitals'],
      ['loudness', 'silence'],
    ])
  })

  it('gives the same from a reference, and from responses at hand', async () => {
    const first = await measure({ name: 'x', model: model() })
    const reference = {
      name: 'x',
      reference: (settings: object) => modelReference({ model: model(), ...settings }),
    }
    const second = await measure(reference)
    expect(second.responses).toEqual(first.responses)
    expect(second.skipped).toEqual([
      { metric: 'probability of an exclamation mark', reason: 'no tokenizer was given for x' },
    ])
    const responses = first.responses.map(({ samples }) => samples.map(({ response }) => response))
    const third = await measure({ name: 'x', responses })
    expect(third.measurements).toEqual(second.measurements)
    expect(third.skipped[0]?.reason).toBe('x has only stored responses')
  })

  it('goes on after an interruption to the same result, asks nothing twice, and reports how far it is', async () => {
    const run = { name: 'base', model: model() }
    const whole = await measure(run, { seed: 5 })
    const path = { storage: memoryStorage(), path: 'evaluation.jsonl' }
    const controller = new AbortController()
    const first = model()
    const seen: string[] = []
    const stopped = measure(
      { name: 'base', model: first },
      {
        seed: 5,
        path,
        signal: controller.signal,
        onProgress: ({ stage, done, total }) => {
          seen.push(`${stage} ${total}`)
          if (stage === 'sample' && done === 17) controller.abort()
        },
      },
    )
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    expect(new Set(seen)).toEqual(new Set(['sample 30']))
    const second = model()
    const options = { data, seed: 5, path }
    const late: string[] = []
    const onProgress = ({ stage, done, total }: { stage: string; done: number; total: number }) => {
      late.push(`${stage} ${done}/${total}`)
    }
    const resumed = { name: 'base', model: second }
    expect(await measure(resumed, { ...options, onProgress })).toEqual(whole)
    expect(first.asked.length + second.asked.length).toBe(30)
    expect(late).toContain('sample 30/30')
    expect(late).toContain('capitals 30/30')
    expect(late).toContain('probability of an exclamation mark 10/10')
    const third = model()
    const values = async () => {
      throw new Error('was to be read from the journal')
    }
    const kept = shoutingDomain.metrics.map((metric) =>
      metric.reads === 'probabilities' ? { ...metric, values } : metric,
    )
    const again = { ...shoutingDomain, metrics: kept }
    expect(
      await evaluateDomain({ domain: again, subject: { name: 'base', model: third }, prompts, ...options }),
    ).toEqual(whole)
    expect(third.asked).toEqual([])
  })

  it('takes more samples and another judge without drawing again, and no other run', async () => {
    const path = { storage: memoryStorage(), path: 'evaluation.jsonl' }
    const options = { data, path }
    const few = { ...options, sampling: { samples: 2 } }
    await measure({ name: 'base', model: model() }, few)
    const second = model()
    const judge = functionJudge({ name: 'another', score: () => 1 })
    const domain = { ...shoutingDomain, judges: { loudness: [shouting, judge] } }
    const { measurements } = await evaluateDomain({
      domain,
      subject: { name: 'base', model: second },
      prompts,
      ...options,
    })
    expect(second.asked).toHaveLength(10)
    expect(measurements.map(({ judge }) => judge)).toContain('another')
    for (const [subject, change] of [
      [{ name: 'patched', model: model() }, {}],
      [{ name: 'base', model: model() }, { sampling: { temperature: 0.5 } }],
      [{ name: 'base', model: model() }, { seed: 1 }],
    ] as const) {
      await expect(measure(subject, { ...options, ...change })).rejects.toMatchObject({
        code: 'RESUME_MISMATCH',
      })
    }
  })

  it('samples nothing where all is in probabilities', async () => {
    const own = model()
    const metrics = shoutingDomain.metrics.filter(({ reads }) => reads === 'probabilities')
    await evaluateDomain({
      domain: { ...shoutingDomain, metrics },
      subject: { name: 'x', model: own },
      prompts,
      data,
    })
    expect(own.asked).toEqual([])
  })

  it('shows judges the request that a prompt wraps', async () => {
    const seen: unknown[] = []
    const judge = functionJudge({
      name: 'sees',
      score: ({ prompt }) => {
        seen.push(prompt)
        return 1
      },
    })
    const wrapped: DomainPrompt[] = [{ prompt: 'aG93', kind: 'harmful', request: 'how' }]
    const domain = { ...shoutingDomain, judges: { loudness: [judge] } }
    await evaluateDomain({
      domain,
      subject: { name: 'x', responses: [['a', 'b', 'c']] },
      prompts: wrapped,
      data,
    })
    expect(seen).toEqual(['how', 'how', 'how'])
  })

  it('refuses what cannot be carried out, naming all of it', async () => {
    const subject = { name: 'x', model: model() }
    await expect(measure(subject, { prompts: [] })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
    const wrong = { ...shoutingDomain, judges: {} }
    await expect(
      evaluateDomain({ domain: wrong, subject, prompts, data, sampling: { temperature: 0 } }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: expect.stringMatching(/3 samples at temperature 0.*loudest, which needs judges for loudness/),
    })
    await expect(measure({ name: 'x', responses: [['a', 'b', 'c']] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    const short = prompts.map(() => ['only one'])
    await expect(measure({ name: 'x', responses: short })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'no response 2 to prompt 0',
    })
  })
})

it("a domain's training goes into trainPatch as it is", () => {
  const scorer = { specificationVersion: 'v1', name: 's', score: async () => [] } as const
  const domains = [harmfulnessDomain(), toxicityDomain({ scorers: [scorer] }), genderDomain(), shoutingDomain]
  const options = domains.map(
    (domain): Partial<TrainPatchOptions> => ({
      ...domain.training,
      format: domain.format,
      judge: domain.pairs.judge,
      filter: domain.pairs.filter,
    }),
  )
  expect(options.map(({ format }) => format)).toEqual(['chat', 'text', 'text', 'chat'])
})
