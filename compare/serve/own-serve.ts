/** Our side of serve.ts. */

import { createEngine, type EngineEvent } from '@policypatch/core/engine'
import { initPrefix } from 'policypatch/train'
import { withoutEnd } from '../sides/own-stream.ts'
import { loadRealModel } from '../sides/real-model.ts'
import { serveSteps } from '../sides/serve-steps.ts'
import type { ServeReport, ServeTask } from './serve-task.ts'

await serveSteps<ServeTask>(async (task) => {
  const model = await withoutEnd(await loadRealModel(task))
  // No prompt cache: every run reads the prompts again.
  const engine = createEngine(model, { batchSize: task.prompts.length, promptCacheBytes: 0 })
  const requests = task.prompts.map((content, seed) => ({
    prompt: [{ role: 'user', content }],
    maxTokens: task.tokens,
    prefix:
      task.prefixLength > 0 ? initPrefix(model, { length: task.prefixLength, init: 'vocab', seed }) : null,
  }))
  return async (): Promise<ServeReport> => {
    const start = performance.now()
    const generated: number[][] = []
    const answer = async (request: (typeof requests)[number], i: number) => {
      generated[i] = await tokensOf(engine.submit(request))
    }
    if (task.inTurn) for (const [i, request] of requests.entries()) await answer(request, i)
    else await Promise.all(requests.map(answer))
    return { seconds: (performance.now() - start) / 1000, generated }
  }
})

async function tokensOf(events: AsyncIterable<EngineEvent>): Promise<number[]> {
  const tokens: number[] = []
  for await (const event of events) if (event.type === 'token') tokens.push(event.token)
  return tokens
}
