import { describe, expect, test } from 'vitest'
import { PatchError } from '../errors.ts'
import { bodyWithin, joined } from './body-within.ts'

const tooMany = () =>
  new PatchError('UNSUPPORTED', { expected: 'at most 4 bytes', found: 'more', remedy: 'Send less' })

/** A response whose body sends some bytes and then nothing more, unless it is to end. */
const response = (bytes: readonly number[], ends = true) =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(Uint8Array.from(bytes))
        if (ends) controller.close()
      },
    }),
  )

describe('bodyWithin', () => {
  test('reads a body that is short enough', async () => {
    expect(joined(await bodyWithin(response([1, 2, 3, 4]), 4, tooMany))).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(await bodyWithin(new Response(null), 4, tooMany)).toEqual([])
  })

  test('rejects a longer one', async () => {
    await expect(bodyWithin(response([1, 2, 3, 4, 5], false), 4, tooMany)).rejects.toThrow('at most 4 bytes')
  })

  test('does not take a body that was cut off for a complete one', async () => {
    const controller = new AbortController()
    const reading = bodyWithin(response([1, 2], false), 4, tooMany, controller.signal)
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await expect(bodyWithin(response([1, 2], false), 4, tooMany, controller.signal)).rejects.toThrow('enough')
  })
})
