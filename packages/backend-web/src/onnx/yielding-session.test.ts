import { expect, test } from 'vitest'
import { yieldingSession } from './yielding-session.ts'

test('between two runs, what waits for the event loop has its turn', async () => {
  const seen: string[] = []
  const session = yieldingSession({
    async run() {
      seen.push('run')
      return { y: { dims: [1], data: new Float32Array([seen.length]) } }
    },
    async release() {
      seen.push('release')
    },
  })
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    seen.push('message')
    port1.close()
  }
  port2.postMessage('stop')
  expect(await session.run({}, ['y'])).toEqual({ y: { dims: [1], data: new Float32Array([1]) } })
  await session.run({}, ['y'])
  await session.release()
  expect(seen.indexOf('message')).toBeLessThan(seen.lastIndexOf('run'))
  expect(seen.at(-1)).toBe('release')
})
