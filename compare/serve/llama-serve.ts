/** node-llama-cpp's side of serve.ts: one context with a sequence per chat, evaluated together. */

import { serveSteps } from '../sides/serve-steps.ts'
import { importNodeLlamaCpp } from '../speed/node-llama-cpp.ts'
import type { ServeReport, ServeTask } from './serve-task.ts'

await serveSteps<ServeTask>(async ({ path, threads, ids, tokens }) => {
  const { getLlama } = await importNodeLlamaCpp()
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: threads })
  const model = await llama.loadModel({ modelPath: path })
  const longest = Math.max(...ids.map((prompt) => prompt.length))
  const context = await model.createContext({
    contextSize: longest + tokens,
    sequences: ids.length,
    threads,
  })
  const sequences = ids.map(() => context.getSequence())

  return async (): Promise<ServeReport> => {
    await Promise.all(sequences.map((sequence) => sequence.clearHistory()))
    const start = performance.now()
    const generated = await Promise.all(
      ids.map(async (prompt, i) => {
        const own: number[] = []
        const sequence = sequences[i] as (typeof sequences)[number]
        for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
          own.push(token)
          if (own.length === tokens) break
        }
        return own
      }),
    )
    return { seconds: (performance.now() - start) / 1000, generated }
  }
})
