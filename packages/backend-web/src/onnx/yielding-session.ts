import type { RuntimeSession, RuntimeTensor } from '@policypatch/compiler'

/**
 * The same session, but every run ends with a turn of the event loop. WebAssembly returns without one, so a Worker that generates
 * or trains would not hear a request to stop until it is done.
 */
export function yieldingSession<Tensor extends RuntimeTensor>(
  session: RuntimeSession<Tensor>,
): RuntimeSession<Tensor> {
  return {
    async run(feeds, outputs) {
      const results = await session.run(feeds, outputs)
      await turn()
      return results
    },
    release: () => session.release(),
  }
}

/** A message to itself arrives after those already queued, and sooner than a timer, which browsers throttle. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
