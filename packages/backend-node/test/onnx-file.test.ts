import type { LanguageModel } from '@policypatch/core'
import { parallelPrefix, patchedDecoder } from '@policypatch/core/patch'
import type { Prefix } from '@policypatch/core/platform'
import { initPrefix } from '@policypatch/core/train'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { beforeAll, describe, expect, it } from 'vitest'
import { cpuBackend } from '../../core/test/cpu-backend.ts'
import { goldenModel } from '../../core/test/goldens.ts'
import { centred, logitsAfter } from '../../core/test/logits-after.ts'
import { onnxFile } from '../src/onnxruntime/onnx-file.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
})

const ids = [80, 25, 9, 71, 8, 33]

/** Runs the file on pieces of the ids, the cache of one given to the next. */
async function logitsOf(file: Uint8Array, pieces: readonly (readonly number[])[]): Promise<number[]> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3 })
  const { layers, keyValueHeads, headSize } = model.config
  const names = Array.from({ length: layers }, (_, i) => [`${i}.key`, `${i}.value`]).flat()
  let cache: Record<string, Tensor> = Object.fromEntries(
    names.map((name) => [
      `past_key_values.${name}`,
      new Tensor('float32', new Float32Array(0), [1, keyValueHeads, 0, headSize]),
    ]),
  )
  let [last, start]: [number[], number] = [[], 0]
  for (const piece of pieces) {
    const int64 = (values: readonly number[]) =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length])
    const outputs = await session.run({
      input_ids: int64(piece),
      position_ids: int64(piece.map((_, i) => start + i)),
      ...cache,
    })
    start += piece.length
    const { data, dims } = outputs.logits as Tensor
    expect(dims).toEqual([1, piece.length, model.config.vocabSize])
    last = [...(data as Float32Array).slice(-model.config.vocabSize)]
    cache = Object.fromEntries(
      names.map((name) => {
        const present = outputs[`present.${name}`] as Tensor
        expect(present.dims).toEqual([1, keyValueHeads, start, headSize])
        return [`past_key_values.${name}`, present]
      }),
    )
  }
  await session.release()
  return last
}

function expectAlike(found: readonly number[], wanted: readonly number[]): void {
  for (const [i, value] of centred(found).entries()) {
    expect(Math.abs(value - (wanted[i] as number))).toBeLessThan(1e-4)
  }
}

describe('onnxFile', () => {
  const prefixes = (): Record<string, Prefix | undefined> => {
    const [one, two] = [4, 7].map((length, seed) => initPrefix(model, { length, init: 'random', seed })) as [
      Prefix,
      Prefix,
    ]
    return {
      'no patch': undefined,
      'a patch': one,
      'patches side by side': parallelPrefix([
        { prefix: one, weight: 1 },
        { prefix: two, weight: 0.5 },
      ]),
    }
  }

  it.each(['no patch', 'a patch', 'patches side by side'])('holds the model with %s', async (name) => {
    const own = model.withPrefix(prefixes()[name])
    const file = onnxFile(await patchedDecoder(own))
    const [wanted = []] = await logitsAfter(own, [ids], own.prefix ?? null)
    expectAlike(await logitsOf(file, [ids]), wanted)
    expectAlike(await logitsOf(file, [ids.slice(0, 3), ids.slice(3, 5), ids.slice(5)]), wanted)
    expectAlike(
      await logitsOf(
        file,
        ids.map((id) => [id]),
      ),
      wanted,
    )
  })
})
