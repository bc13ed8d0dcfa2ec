import type { RuntimeSession, RuntimeTensor } from '@policypatch/compiler'

/**
 * The same session, with a turn of the event loop after every run. WebAssembly answers without one, so a Worker that
 * generates or trains would not hear that it is to stop until it is through.
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

/** A message to oneself comes behind those that wait already, and sooner than a timer, of which browsers make few. */
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
