import { expect, it } from 'vitest'
import { cpuBackend, packed } from '../../../test/cpu-backend.ts'
import { goldenModel } from '../../../test/goldens.ts'
import type { Backend, Precision } from '../../backend/backend.ts'
import { pairLogps } from '../examples/pair-logps.ts'
import { weightBytes } from './memory-plan.ts'
import { initPrefix } from './prefix-init.ts'
import { PrefixTrainer } from './prefix-trainer.ts'
import { trainingPrecision } from './training-precision.ts'

/** A backend that multiplies fastest in a precision, and the precisions of the programs that it was given. */
function backendOf(fastest: Precision | undefined) {
  const own = cpuBackend()
  const compiled: (Precision | undefined)[] = []
  const backend: Backend = {
    ...own,
    compile(program, signature) {
      compiled.push(signature.precision)
      return own.compile(program, signature)
    },
    ...(fastest && { fastestPrecision: async () => fastest }),
  }
  return { backend, compiled }
}

async function modelOn(backend: Backend, precision: Precision) {
  const model = await goldenModel('llama', backend)
  return { ...model, precision, weights: packed(model.weights) }
}

it.each<[Precision, Precision | undefined, Precision]>([
  ['int8', 'float32', 'float32'],
  ['int8', 'int8', 'int8'],
  ['int8', undefined, 'int8'],
  ['float32', 'int8', 'float32'],
])('of a model in %s on a backend that is fastest in %s is %s', async (own, fastest, expected) => {
  expect(await trainingPrecision(await modelOn(backendOf(fastest).backend, own))).toBe(expected)
})

it('stays int8 if the weights do not fit in float32', async () => {
  const model = await modelOn(backendOf('float32').backend, 'int8')
  const bytes = weightBytes({ ...model, precision: 'float32' })
  expect(await trainingPrecision(model, bytes)).toBe('float32')
  expect(await trainingPrecision(model, bytes - 1)).toBe('int8')
})

it('is that of the steps, and of the log-probabilities that DPO compares with', async () => {
  const { backend, compiled } = backendOf('float32')
  const model = await modelOn(backend, 'int8')
  const examples = [{ prompt: [5, 17], chosen: [9, 2], rejected: [44, 2], kind: 'harmful' as const }]
  await pairLogps(model, examples, undefined)
  const trainer = new PrefixTrainer({
    ...{ model, examples, prefix: initPrefix(model, { length: 2, init: 'vocab' }) },
    ...{ objective: { type: 'sft' }, batchSize: 1, steps: 1, learningRate: 1e-2 },
  })
  await trainer.step()
  await trainer.dispose()
  expect(new Set(compiled)).toEqual(new Set(['float32']))
})
