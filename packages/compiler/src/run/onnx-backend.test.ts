import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Backend, HostTensor, NamedTensors, Signature, TensorProgram } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { onnxBackend } from './onnx-backend.ts'
import type { OnnxRuntime } from './onnx-runtime.ts'

interface FakeTensor {
  readonly dims: readonly number[]
  readonly data: unknown
}

/** A device that computes nothing, and counts what is open on it. */
function fakeDevice({ failing }: { failing?: 'load' | 'release' } = {}) {
  const sessions = new Set<object>()
  const held = new Set<FakeTensor>()
  const used: FakeTensor[] = []
  const tensor = ({ shape, data }: HostTensor): FakeTensor => ({ dims: shape, data })
  const runtime: OnnxRuntime<FakeTensor> = {
    specificationVersion: 'v1',
    name: 'fake',
    target: 'device',
    async load() {
      if (failing === 'load') throw new Error('no room')
      const session = {
        async run(feeds: Readonly<Record<string, FakeTensor>>, outputs: readonly string[]) {
          used.push(...Object.values(feeds).filter((fed) => held.has(fed)))
          return Object.fromEntries(outputs.map((name) => [name, tensor(vector(0, 0))]))
        },
        async release() {
          sessions.delete(session)
          if (failing === 'release') throw new Error('stuck')
        },
      }
      sessions.add(session)
      return session
    },
    feed: tensor,
    async hold(weight) {
      const made = tensor(weight as HostTensor)
      held.add(made)
      return made
    },
    letGo: (made) => void held.delete(made),
  }
  return { runtime, sessions, held, used }
}

const vector = (...values: number[]): HostTensor => ({
  shape: [values.length],
  data: Float32Array.from(values),
})
const program: TensorProgram = ({ x }: NamedTensors, { w }: NamedTensors) => ({
  y: tf.mul(x as tf.Tensor, w as tf.Tensor),
})
const signature = (w: HostTensor): Signature => ({
  inputs: { x: { shape: [2], dtype: 'float32' } },
  weights: { w },
})
const feeds = { x: vector(1, 2) }

describe('what a backend holds', () => {
  it('is given back by programs, for weights, and by the backend', async () => {
    const { runtime, sessions, held, used } = fakeDevice()
    const backend = onnxBackend(runtime)
    const [w, other] = [vector(1, 2), vector(3, 4)]
    for (let life = 0; life < 500; life++) {
      const [first, second] = [
        await backend.compile(program, signature(w)),
        await backend.compile(program, signature(w)),
      ]
      await first.run(feeds)
      await second.run(feeds, { w: other })
      expect([sessions.size, held.size]).toEqual([2, 2])
      await first.dispose()
      await second.dispose()
      await backend.release?.({ w, other })
      expect([sessions.size, held.size]).toEqual([0, 0])
    }
    expect(used).toHaveLength(1000)
    await backend.dispose()
  })

  it('is held anew by a program that is run after its weights were given back', async () => {
    const { runtime, held, used } = fakeDevice()
    const backend = onnxBackend(runtime)
    const w = vector(1, 2)
    const compiled = await backend.compile(program, signature(w))
    await Promise.all([compiled.run(feeds), backend.release?.({ w }), compiled.run(feeds)])
    expect(used).toHaveLength(2)
    expect(held.size).toBe(1)
  })

  it('is given back where a program cannot be loaded', async () => {
    const { runtime, sessions, held } = fakeDevice({ failing: 'load' })
    const backend = onnxBackend(runtime)
    const w = vector(1, 2)
    for (let i = 0; i < 500; i++) {
      await expect(backend.compile(program, signature(w))).rejects.toThrow('no room')
    }
    await backend.release?.({ w })
    expect([sessions.size, held.size]).toEqual([0, 0])
  })

  it('is given back beside a session that cannot be released', async () => {
    const { runtime, sessions } = fakeDevice({ failing: 'release' })
    let disposed = false
    const backend = onnxBackend({
      ...runtime,
      async dispose() {
        disposed = true
      },
    })
    await backend.compile(program, signature(vector(1, 2)))
    await backend.compile(program, signature(vector(3, 4)))
    await expect(backend.dispose()).rejects.toThrow('stuck')
    expect([sessions.size, disposed]).toEqual([0, true])
  })
})

it('does not keep what was in the scope of a compiled program in memory', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const backend = onnxBackend(fakeDevice().runtime)
  const { compiled, scope } = await compiledInScope(backend)
  await new Promise((resolve) => setTimeout(resolve, 0))
  collectGarbage()
  expect(scope.deref()).toBeUndefined()
  expect(await compiled.run(feeds)).toHaveProperty('y')
})

async function compiledInScope(backend: Backend) {
  const factor = { value: 2 }
  const scaled: TensorProgram = ({ x }) => ({ y: tf.mul(x as tf.Tensor, factor.value) })
  const compiled = await backend.compile(scaled, { ...signature(vector(0, 0)), weights: {} })
  return { compiled, scope: new WeakRef(factor) }
}
