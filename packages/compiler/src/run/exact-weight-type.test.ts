import { expect, it } from 'vitest'
import { exactWeightType } from './exact-weight-type.ts'
import { onnxBackend } from './onnx-backend.ts'
import type { OnnxRuntime, RuntimeTensor } from './onnx-runtime.ts'

const exact = 64 * 127 * 127

/** A runtime whose product has these values, or fails. */
function fakeRuntime(product: readonly number[] | Error) {
  let open = 0
  const runtime: OnnxRuntime<RuntimeTensor> = {
    specificationVersion: 'v1',
    name: 'fake',
    target: 'processor',
    async load() {
      open++
      return {
        async run() {
          if (product instanceof Error) throw product
          return { 'output.y': { dims: [product.length], data: Float32Array.from(product) } }
        },
        async release() {
          open--
        },
      }
    },
    feed: ({ shape, data }) => ({ dims: shape, data }),
  }
  return { runtime, open: () => open }
}

it('is int8 where that product is exact, else uint8', async () => {
  expect(await exactWeightType(fakeRuntime([exact, exact]).runtime)).toBe('int8')
  expect(await exactWeightType(fakeRuntime([exact, exact - 1]).runtime)).toBe('uint8')
})

it('leaves no session open', async () => {
  for (const product of [[exact], new Error('no room')]) {
    const { runtime, open } = fakeRuntime(product)
    await exactWeightType(runtime).catch((error) => expect(error.message).toBe('no room'))
    expect(open()).toBe(0)
  }
})

it('tells which precision is fastest for many rows', async () => {
  const fastest = (changes: Partial<OnnxRuntime<RuntimeTensor>>, product = [exact]) =>
    onnxBackend({ ...fakeRuntime(product).runtime, ...changes }).fastestPrecision?.()
  expect(await fastest({})).toBe('int8')
  expect(await fastest({}, [exact - 1])).toBe('float32')
  expect(await fastest({ target: 'device' })).toBe('float32')
})
