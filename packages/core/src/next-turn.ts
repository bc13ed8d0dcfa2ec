const { setImmediate = setTimeout } = globalThis as { setImmediate?: (then: () => void) => void }

/** Resolves in the event loop's next turn, after all that was ready to go on in this one. */
export const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve))
