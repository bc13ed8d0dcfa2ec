import type { Backend } from 'policypatch'

/**
 * The same backend, with a turn of the event loop after every run. WebAssembly answers without one, so a Worker that
 * generates or trains would not hear that it is to stop until it is through.
 */
export function yieldingBackend(backend: Backend): Backend {
  return {
    ...backend,
    async compile(program, signature) {
      const compiled = await backend.compile(program, signature)
      return {
        ...compiled,
        async run(...args) {
          const outputs = await compiled.run(...args)
          await turn()
          return outputs
        },
      }
    },
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
