import type { EngineEvent } from '@policypatch/core/engine'

/** An event of one of an answer's choices. */
export interface ChoiceEvent {
  readonly index: number
  readonly event: EngineEvent
}

/**
 * The events of several choices as they come. Ending the iteration ends all of them. The first error is thrown, and ends the
 * others.
 */
export async function* mergeEvents(
  choices: readonly AsyncIterable<EngineEvent>[],
): AsyncGenerator<ChoiceEvent, void, undefined> {
  const iterators = choices.map((choice) => choice[Symbol.asyncIterator]())
  const next = (index: number) =>
    (iterators[index] as AsyncIterator<EngineEvent>).next().then((result) => ({ index, result }))
  const pending = new Map(iterators.map((_, index) => [index, next(index)]))
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values())
      if (result.done) pending.delete(index)
      else {
        yield { index, event: result.value }
        pending.set(index, next(index))
      }
    }
  } finally {
    // Reads that nobody awaits any more must not end in unhandled rejections.
    for (const one of pending.values()) one.catch(() => undefined)
    for (const iterator of iterators) iterator.return?.()?.catch(() => undefined)
  }
}
