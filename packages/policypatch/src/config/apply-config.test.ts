import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { afterAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { createProgram } from '../cli/run-cli.ts'
import { commands } from '../commands.ts'
import {
  defineConfig,
  type EvalConfig,
  type PairsConfig,
  type ProjectConfig,
  type TrainConfig,
} from '../options/project-config.ts'
import { applyConfig, configured, namesOf } from './apply-config.ts'

const before = process.cwd()
beforeEach(async () => process.chdir(await temporaryFolder()))
afterAll(() => process.chdir(before))

const config = (fields: string, name = 'policypatch.config.mjs') =>
  writeFile(name, `export default ${fields}`)

/** The options of a command line with those of the configuration, and where each of these is from. */
async function optionsOf(line: string) {
  const program = createProgram(commands())
  const [name = '', ...args] = line.split(' ')
  const command = program.commands.find((one) => one.name() === name) as Command
  let path: string | undefined
  command.action(async () => {
    path = await applyConfig(command)
  })
  await program.parseAsync([name, ...args], { from: 'user' })
  const own = namesOf(command).filter((option) => command.getOptionValueSource(option) === 'config')
  return { path, options: command.opts(), fromConfig: own.sort() }
}

type Everything<T> = { readonly [Key in keyof Required<T>]: true }

const model = { model: true, device: true, precision: true, queue: true, store: true } as const
const goal = {
  domain: true,
  judge: true,
  judgeKeyEnv: true,
  judgeBody: true,
  judgeCriteria: true,
  format: true,
  kind: true,
} as const
const reference = { reference: true, referenceKeyEnv: true, referenceBody: true, keepThinking: true } as const
const data = {
  prompts: true,
  everyday: true,
  contexts: true,
  maxTokens: true,
  temperature: true,
  seed: true,
} as const

const fields = {
  pairs: {
    ...model,
    ...goal,
    ...reference,
    ...data,
    out: true,
    batchSize: true,
  } satisfies Everything<PairsConfig>,
  train: {
    ...{
      ...model,
      ...goal,
      ...reference,
      ...data,
      out: true,
      batchSize: true,
      pairs: true,
      run: true,
      name: true,
    },
    ...{
      version: true,
      license: true,
      preset: true,
      length: true,
      init: true,
      initText: true,
      sftSteps: true,
      sftLr: true,
    },
    ...{
      dpoSteps: true,
      dpoLr: true,
      dpoReference: true,
      beta: true,
      lossType: true,
      sftWeight: true,
      distill: true,
    },
    ...{
      microBatchSize: true,
      harmlessShare: true,
      maxResponseTokens: true,
      margin: true,
      winner: true,
      filter: true,
      minReferenceShare: true,
    },
    ...{ eval: true, validation: true, gate: true },
  } satisfies Everything<TrainConfig>,
  eval: {
    ...{
      ...model,
      ...goal,
      ...reference,
      prompts: true,
      contexts: true,
      samples: true,
      ability: true,
      patch: true,
    },
    ...{ systemPrompt: true, out: true, record: true, maxTokens: true, batchSize: true, trust: true },
  } satisfies Everything<EvalConfig>,
}

test.each(configured)('the fields of %s are its options', (name) => {
  const command = createProgram(commands()).commands.find((one) => one.name() === name) as Command
  expect(Object.keys(fields[name]).sort()).toEqual(namesOf(command).sort())
})

test('defineConfig knows its fields', () => {
  expect(defineConfig({ seed: 1 })).toEqual({ seed: 1 })
  expectTypeOf<keyof ProjectConfig>().toEqualTypeOf<
    | keyof typeof model
    | keyof typeof goal
    | keyof typeof reference
    | keyof typeof data
    | 'pairs'
    | 'train'
    | 'eval'
  >()
})

describe('options of a configuration', () => {
  test('are read as if they had been typed, of a command before those at the top', async () => {
    await config(`{
      model: 'm', prompts: 'a.jsonl', reference: 'recorded:r.jsonl', judge: 'regex:/^a/i', seed: 3,
      train: { out: 'patch', prompts: ['b.jsonl', 'c.jsonl'], sftSteps: 7, filter: false, gate: true, preset: 'fast', seed: undefined },
      eval: { patch: 'patch', ability: true, record: false },
    }`)
    const train = await optionsOf('train')
    expect(train.path).toBe('policypatch.config.mjs')
    expect(train.options).toMatchObject({
      ...{
        model: 'm',
        out: 'patch',
        prompts: ['b.jsonl', 'c.jsonl'],
        sftSteps: 7,
        filter: false,
        gate: true,
        seed: 3,
      },
      reference: { type: 'recorded', file: 'r.jsonl' },
      judge: { type: 'regex', pattern: '^a', flags: 'i' },
    })
    const evaluated = await optionsOf('eval')
    expect(evaluated.options).toMatchObject({ model: 'm', patch: ['patch'], ability: true })
    // What training takes at the top is not what is measured on.
    expect(evaluated.fromConfig).toEqual(['ability', 'judge', 'model', 'patch'])
    expect((await optionsOf('pairs')).options).toMatchObject({ prompts: ['a.jsonl'], seed: 3 })
  })

  test('give way to flags, and to what flags put in their place', async () => {
    await config(
      `{ model: 'm', prompts: 'a.jsonl', everyday: 4, judge: 'endpoint:http://h/v1#m', judgeCriteria: 'x', seed: 3, train: { gate: false } }`,
    )
    expect((await optionsOf('train --seed 5 --model n')).options).toMatchObject({
      seed: 5,
      model: 'n',
      gate: false,
    })
    expect((await optionsOf('train --pairs p.jsonl')).fromConfig).toEqual([
      'gate',
      'judge',
      'judgeCriteria',
      'model',
      'seed',
    ])
    expect((await optionsOf('train --domain gender')).fromConfig).toEqual([
      'everyday',
      'gate',
      'model',
      'prompts',
      'seed',
    ])
    expect((await optionsOf('train --judge json')).fromConfig).not.toContain('judgeCriteria')
  })

  test('are those of --config, or none with --no-config', async () => {
    await config(`{ seed: 1 }`)
    await config(`{ seed: 2 }`, 'other.mjs')
    expect((await optionsOf('train --config other.mjs')).options).toMatchObject({ seed: 2 })
    expect(await optionsOf('train --no-config')).toMatchObject({ path: undefined, options: { seed: 0 } })
  })

  test('may be TypeScript, and are not read by other commands', async () => {
    await config(`{ seed: 1 as number } satisfies object`, 'policypatch.config.ts')
    expect((await optionsOf('pairs')).options).toMatchObject({ seed: 1 })
    expect(await optionsOf('list')).toMatchObject({ path: undefined })
  })
})

test('without a file nothing is set', async () => {
  expect(await optionsOf('train')).toMatchObject({ path: undefined, fromConfig: [] })
})

describe('are refused, by the name of the file', () => {
  test.each([
    ['a field that there is not', `{ stepz: 1 }`, /policypatch\.config\.mjs; found stepz: unknown field/],
    [
      'one of a section',
      `{ train: { sftStep: 1, lr: 2 } }`,
      /found train\.sftStep: unknown field; train\.lr: unknown field/,
    ],
    [
      'one of a section for another command',
      `{ eval: { sftSteps: 1 } }`,
      /found eval\.sftSteps: unknown field/,
    ],
    ['one of a call', `{ train: { fresh: true } }`, /found train\.fresh: unknown field/],
    ['what belongs to one command, at the top', `{ out: 'x' }`, /found out: unknown field/],
    ['a section that is none', `{ train: 4 }`, /train, which is 4/],
    [
      'wrong values, all of them',
      `{ seed: -1, train: { init: 'zero', gate: 'no', sftSteps: NaN } }`,
      /train\.init: "zero".*train\.gate: "no" is not true or false; train\.sftSteps: .*; seed: -1: It must be a number of at least 0\. /,
    ],
    ['a list that is none', `{ prompts: [] }`, /prompts: .* is not a text or a list/],
    ['no object', `[1]`, /an object as the default export of policypatch\.config\.mjs; found an array/],
    ['a reference of no kind', `{ reference: 'recorded:' }`, /reference: "recorded:".*recorded:FILE/],
  ])('%s', async (_, fields, message) => {
    await config(fields)
    await expect(optionsOf('train')).rejects.toThrow(message)
  })

  test('several files', async () => {
    await config('{}')
    await config('{}', 'policypatch.config.js')
    await expect(optionsOf('train')).rejects.toThrow(/policypatch\.config\.js and policypatch\.config\.mjs/)
  })
})
