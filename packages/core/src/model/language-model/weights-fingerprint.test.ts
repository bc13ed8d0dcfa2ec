import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { weightsFingerprint } from './weights-fingerprint.ts'

const golden = JSON.parse(
  readFileSync(new URL('../../../test/goldens/peft/expected.json', import.meta.url), 'utf8'),
).fingerprint

test('rounds to bfloat16 and hashes as PyTorch and hashlib do', async () => {
  const weights = Object.entries<number[]>(golden.float32_bits).map(
    ([name, bits]) => [name, new Float32Array(Int32Array.from(bits).buffer)] as const,
  )
  expect(await weightsFingerprint(weights)).toBe(golden.sha256)
})

test('is the same for weights and for their bfloat16 copy, and another for other weights', async () => {
  const exact = Float32Array.of(1.2345678, -0.3333333)
  const rounded = Float32Array.of(1.234375, -0.333984375)
  const of = (name: string, values: Float32Array) => weightsFingerprint([[name, values]])
  expect(await of('norm', exact)).toBe(await of('norm', rounded))
  expect(await of('norm', exact)).not.toBe(await of('norm', Float32Array.of(1.2421875, -0.3333333)))
  expect(await of('norm', exact)).not.toBe(await of('other', exact))
})
