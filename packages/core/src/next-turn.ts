/** Resolves in the event loop's next turn, after all that was ready to go on in this one. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    const { setImmediate = setTimeout } = globalThis as { setImmediate?: (then: () => void) => void }
    setImmediate(resolve)
  })
