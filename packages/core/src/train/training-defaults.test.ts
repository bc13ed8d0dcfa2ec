import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { harmfulnessDomain } from '../domains/harmfulness-domain.ts'
import { resolveRun } from './resolve-run.ts'
import type { TrainingPreset, TrainPatchOptions } from './train-options.ts'
import { trainingDefaults } from './training-defaults.ts'

const model = {} as TrainPatchOptions['model']
const { gated, ungated, presets, ...common } = trainingDefaults
const docs = await readFile(new URL('../../../../docs/how-it-works.md', import.meta.url), 'utf8')
const row = (name: string) => docs.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? ''

it('are what is done where nothing is said, also for a domain of which they are the recipe', () => {
  for (const options of [{ model }, { model, ...harmfulnessDomain().training }]) {
    expect(resolveRun({ ...options, gate: {} }).settings).toMatchObject({
      ...{ generation: common.generation, prefix: common.prefix, sft: gated.sft, dpo: false },
      ...{ validation: false, maxResponseTokens: gated.maxResponseTokens },
    })
    expect(resolveRun({ ...options, gate: false, distillation: {} }).settings).toMatchObject({
      ...{ generation: common.generation, prefix: common.prefix, sft: ungated.sft, dpo: ungated.dpo },
      ...{
        validation: { ...common.validation, limit: presets.balanced.limit },
        maxResponseTokens: ungated.maxResponseTokens,
      },
      distillation: common.distillation,
    })
  }
})

it('are those of the table', () => {
  const stage = ({
    steps,
    learningRate,
    warmupSteps,
  }: Record<'steps' | 'learningRate' | 'warmupSteps', number>) =>
    `${steps}, ${learningRate.toExponential()}, ${warmupSteps}`
  const rows: Record<string, readonly unknown[]> = {
    'SFT: steps, learning rate, warm-up': [stage(gated.sft), stage(ungated.sft)],
    'SFT: `harmlessShare`': [gated.sft.harmlessShare],
    'DPO: steps, learning rate, warm-up': ['left out', stage(ungated.dpo)],
    'DPO: β, reference': ['–', `${ungated.dpo.beta}, \`${ungated.dpo.reference}\``],
    '`maxResponseTokens`': [gated.maxResponseTokens, ungated.maxResponseTokens],
    '`generation.maxTokens`': [common.generation.maxTokens],
    prefix: [`${common.prefix.length}, \`${common.prefix.init}\``],
    '`everyday`': [presets.balanced.everyday],
  }
  for (const [name, values] of Object.entries(rows)) {
    const cells = row(name)
      .split(' | ')
      .slice(1, 1 + values.length)
    expect(cells, name).toEqual(values.map(String))
  }
})

describe('a preset', () => {
  const prompts = ['a', 'b'].map((prompt) => ({ prompt, kind: 'target' as const }))
  const resolved = (options: Partial<TrainPatchOptions>) =>
    resolveRun({ model, prompts, ...options }).settings

  it.each(['fast', 'balanced', 'thorough'] as const)(
    '%s changes what the table says, and nothing else',
    (preset) => {
      const { steps, everyday, limit } = presets[preset]
      const [own, usual] = [
        resolved({ preset, gate: false, validation: {} }),
        resolved({ gate: false, validation: {} }),
      ]
      expect(own).toEqual({
        ...usual,
        everyday,
        sft: { ...ungated.sft, steps: ungated.sft.steps * steps },
        dpo: { ...ungated.dpo, steps: ungated.dpo.steps * steps },
        validation: { ...(usual.validation || undefined), limit },
        check: { ...(usual.check || undefined), limit },
      })
      expect(row(`\`${preset}\``)).toBe(`| \`${preset}\` | × ${steps} | ${everyday} | ${limit} |`)
    },
  )

  it('gives way to what is said', () => {
    expect(
      resolved({
        ...{ preset: 'fast', everyday: 7, gate: false, sft: { steps: 9 }, dpo: { steps: 8 } },
        ...{ validation: { limit: 5 }, check: { limit: 6 } },
      }),
    ).toMatchObject({
      everyday: 7,
      sft: { steps: 9 },
      dpo: { steps: 8 },
      validation: { limit: 5 },
      check: { limit: 6 },
    })
  })

  it.each(['slow', 'constructor', null])('%s is refused', (preset) => {
    expect(() => resolved({ preset: preset as TrainingPreset })).toThrow(/fast, balanced, thorough; found/)
  })
})
