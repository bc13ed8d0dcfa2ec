import { expect, it } from 'vitest'
import { mapConcurrently } from './map-concurrently.ts'

/** A task that ends only by its signal, and notes that it did. */
function hanging(ended: number[]) {
  return (item: number, signal: AbortSignal) =>
    new Promise<number>((_, fail) => {
      const end = () => {
        ended.push(item)
        fail(new Error('stopped'))
      }
      if (signal.aborted) end()
      else signal.addEventListener('abort', end)
    })
}

it('stops and awaits the others where one fails', async () => {
  const ended: number[] = []
  const hang = hanging(ended)
  const run = async () => {
    const task = (item: number, signal: AbortSignal) =>
      item === 2 ? Promise.reject(new Error('no')) : hang(item, signal)
    for await (const _ of mapConcurrently([0, 1, 2, 3, 4], 3, task)) expect.unreachable()
  }
  await expect(run()).rejects.toThrow('no')
  expect(ended.toSorted()).toEqual([0, 1])
})

it('stops them where the consumer does, and where the signal has fired', async () => {
  const ended: number[] = []
  const hang = hanging(ended)
  const task = (item: number, signal: AbortSignal) => (item === 1 ? Promise.resolve(7) : hang(item, signal))
  for await (const { index, result } of mapConcurrently([0, 1, 2], 3, task)) {
    expect([index, result]).toEqual([1, 7])
    break
  }
  expect(ended.toSorted()).toEqual([0, 2])
  const aborted = async () => {
    for await (const _ of mapConcurrently([5], 1, hang, AbortSignal.abort())) expect.unreachable()
  }
  await expect(aborted()).rejects.toThrow('stopped')
})
