import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { harmfulnessDomain } from '../evaluate/domains/harmfulness-domain.ts'
import { resolveOptions } from './resolve-options.ts'
import type { TrainPatchOptions } from './train-options.ts'
import { trainingDefaults } from './training-defaults.ts'

const model = {} as TrainPatchOptions['model']
const { gated, ungated, ...common } = trainingDefaults
const docs = await readFile(new URL('../../../../docs/how-it-works.md', import.meta.url), 'utf8')
const row = (name: string) => docs.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? ''

it('are what is done where nothing is said, also for a domain of which they are the recipe', () => {
  for (const options of [{ model }, { model, ...harmfulnessDomain().training }]) {
    expect(resolveOptions({ ...options, gate: {} })).toMatchObject({
      ...{ generation: common.generation, prefix: common.prefix, sft: gated.sft, dpo: false },
      ...{ validation: false, maxResponseTokens: gated.maxResponseTokens },
    })
    expect(resolveOptions({ ...options, gate: false, distillation: {} })).toMatchObject({
      ...{ generation: common.generation, prefix: common.prefix, sft: ungated.sft, dpo: ungated.dpo },
      ...{ validation: common.validation, maxResponseTokens: ungated.maxResponseTokens },
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
    '`everyday`': [common.everyday],
  }
  for (const [name, values] of Object.entries(rows)) {
    const cells = row(name)
      .split(' | ')
      .slice(1, 1 + values.length)
    expect(cells, name).toEqual(values.map(String))
  }
})
