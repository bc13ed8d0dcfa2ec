import { describe, expect, it } from 'vitest'
import { lastTurn, scriptedModel } from '../../test/models/scripted-model.ts'
import { generatePairs } from '../pairs/generate-pairs.ts'
import { isRefusal } from '../pairs/judges/is-refusal.ts'
import type { TextScorer } from '../pairs/judges/text-scorer.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import type { RespondSettings } from '../pairs/references/reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { domainPairs } from './domain-pairs.ts'
import { genderDomain } from './gender-domain.ts'
import { harmfulnessDomain } from './harmfulness-domain.ts'
import { toxicityDomain } from './toxicity-domain.ts'

/** Texts are offensive by the number that they end with. */
const scorer: TextScorer = {
  specificationVersion: 'v1',
  name: 'by number',
  score: async (texts) => texts.map((text) => Number(text.split(' ').at(-1)) / 100),
}

const numbers = (id: string, scale: number) =>
  scriptedModel(id, (_, draw) => `said ${Math.floor(scale * draw())}`)

const contexts: PatchPrompt[] = Array.from({ length: 6 }, (_, i) => ({
  prompt: `text ${i}`,
  kind: 'harmful',
}))

const toxic = (model = numbers('m', 100), safer = numbers('safer', 40)) => ({
  domain: toxicityDomain({ scorers: [scorer] }),
  options: {
    model,
    reference: (settings: RespondSettings) => modelReference({ model: safer, ...settings }),
    prompts: contexts,
  },
})

describe('domainPairs', () => {
  it('takes the best of the samples of the reference and the worst of the model', async () => {
    const { domain, options } = toxic()
    const rows = await domainPairs({ domain, ...options })
    expect(rows).toHaveLength(24)
    expect(options.model.asked).toHaveLength(24)
    const pairs = rows.filter(({ rejected }) => rejected !== undefined)
    expect(pairs).toHaveLength(6)
    for (const [i, { chosen, rejected, chosenScore, rejectedScore }] of pairs.entries()) {
      const draws = async (model: ReturnType<typeof numbers>) => {
        const all: number[] = []
        for (let sample = 0; sample < 4; sample++) {
          const from = modelReference({ model, seed: sample, format: 'text', temperature: 1 })
          for await (const { response } of from.respond([contexts[i] as PatchPrompt])) {
            all.push(Number(response?.split(' ')[1]))
          }
        }
        return all
      }
      const safer = await draws(numbers('safer', 40))
      expect(chosen).toBe(`said ${Math.min(...safer)}`)
      // The samples that were not picked are learned from as well.
      const all = rows.filter(({ prompt }) => prompt === contexts[i]?.prompt).map((row) => row.chosen)
      expect(all.sort()).toEqual(safer.map((number) => `said ${number}`).sort())
      expect(rejected).toBe(`said ${Math.max(...(await draws(numbers('m', 100))))}`)
      expect(chosenScore).toBeCloseTo(1 - Number(chosen.split(' ')[1]) / 100)
      expect(rejectedScore).toBeCloseTo(1 - Number(rejected?.split(' ')[1]) / 100)
    }
  })

  it('goes on where it was stopped', async () => {
    const { domain, options } = toxic()
    const whole = await domainPairs({ domain, ...options })
    const path = { storage: memoryStorage(), path: 'pairs.jsonl' }
    const controller = new AbortController()
    const first = toxic()
    const stopped = domainPairs({
      domain,
      ...first.options,
      path,
      signal: controller.signal,
      onProgress: ({ stage, done }) => stage === 'model' && done === 10 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    const second = toxic()
    expect(await domainPairs({ domain, ...second.options, path })).toEqual(whole)
    expect(first.options.model.asked.length + second.options.model.asked.length).toBe(24)
    await expect(domainPairs({ domain, ...toxic().options, path, seed: 1 })).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
    })
  })

  it("makes the pairs of generatePairs by harmfulness's recipe", async () => {
    const prompts: PatchPrompt[] = Array.from({ length: 12 }, (_, i) => ({
      prompt: `prompt ${i}`,
      kind: i % 2 ? 'harmless' : 'harmful',
    }))
    const refusal = "I'm sorry, but I can't help with that."
    const numberOf = (text: string) => Number(text.split(' ')[1])
    // The reference refuses all that is harmful, and some of the rest.
    const safer = scriptedModel('safer', (prompt) =>
      numberOf(lastTurn(prompt)) % 2 === 0 || numberOf(lastTurn(prompt)) === 5 ? refusal : 'Gladly.',
    )
    const model = () => scriptedModel('m', (prompt) => `Sure, ${lastTurn(prompt)}.`)
    const reference = modelReference({ model: safer })
    const domain = harmfulnessDomain()
    const asked = model()
    const pairs = await domainPairs({ domain, model: asked, reference, prompts })
    const expected = await generatePairs({ model: model(), reference, prompts, judge: domain.pairs.judge })
    expect(pairs).toEqual(expected)
    expect(asked.asked.sort()).toEqual([
      'prompt 0',
      'prompt 10',
      'prompt 2',
      'prompt 4',
      'prompt 5',
      'prompt 6',
      'prompt 8',
    ])
    expect(
      pairs.filter(({ kind }) => kind === 'harmless').every(({ rejected }) => isRefusal(rejected ?? '')),
    ).toBe(true)
  })

  it('leaves out what the recipe has no y⁻ for, and prompts without y⁺', async () => {
    const recorded = {
      specificationVersion: 'v1' as const,
      name: 'recorded',
      async *respond(prompts: readonly PatchPrompt[]) {
        for (const index of prompts.keys()) yield { index, response: index === 2 ? undefined : ' he said' }
      },
    }
    const pairs = await domainPairs({
      domain: genderDomain(),
      model: numbers('m', 1),
      reference: recorded,
      prompts: contexts,
    })
    expect(pairs).toHaveLength(5)
    expect(pairs[0]).toEqual({ prompt: 'text 0', kind: 'harmful', chosen: ' he said', chosenScore: 0 })
  })

  it('refuses several samples of a reference that cannot draw them, and no prompts', async () => {
    const { domain, options } = toxic()
    const reference = modelReference({ model: numbers('safer', 40) })
    await expect(domainPairs({ domain, ...options, reference })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await expect(domainPairs({ domain, ...options, prompts: [] })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
  })
})
