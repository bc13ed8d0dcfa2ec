/** node-llama-cpp's side of generate.ts, for one prompt. */

import { serveSteps } from '../sides/serve-steps.ts'
import type { GenerateReport, GenerateTask } from './generate-task.ts'
import { importNodeLlamaCpp } from './node-llama-cpp.ts'

await serveSteps<GenerateTask>(async ({ path, threads, ids: [prompt = []], tokens }) => {
  const { getLlama } = await importNodeLlamaCpp()
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: threads })
  const model = await llama.loadModel({ modelPath: path })
  const context = await model.createContext({ contextSize: prompt.length + tokens, threads })
  const sequence = context.getSequence()

  return async (): Promise<GenerateReport> => {
    await sequence.clearHistory()
    const generated: number[] = []
    const start = performance.now()
    let first: number | undefined
    // End tokens count like any other token here.
    for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
      first ??= performance.now() - start
      generated.push(token)
      if (generated.length === tokens) break
    }
    const seconds = (performance.now() - start) / 1000
    return { seconds, first: (first ?? 0) / 1000, generated: [generated] }
  }
})
