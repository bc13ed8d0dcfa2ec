/** Our side of generate.ts. */

import { timeStream, withoutEnd } from '../sides/own-stream.ts'
import { loadRealModel } from '../sides/real-model.ts'
import { serveSteps } from '../sides/serve-steps.ts'
import type { GenerateReport, GenerateTask } from './generate-task.ts'

await serveSteps<GenerateTask>(async (task) => {
  const model = await withoutEnd(await loadRealModel(task))
  const prompts = task.prompts.map((content) =>
    task.format === 'text' ? content : [{ role: 'user', content }],
  )
  const drafts = task.drafts ? new Map<string, readonly number[]>() : undefined
  const options = { maxTokens: task.tokens, batchSize: prompts.length, ...task.sampling, drafts }
  const [only] = prompts
  // A stream shows when its first token arrived but not which one, so the ids come from a separate run that is not timed.
  const generated: number[][] = []
  for await (const { index, tokens } of model.generateBatch(prompts, options)) generated[index] = [...tokens]

  return async (): Promise<GenerateReport> => {
    if (only && prompts.length === 1) return { ...(await timeStream(model, only, options)), generated }
    const start = performance.now()
    for await (const _ of model.generateBatch(prompts, options));
    return { seconds: (performance.now() - start) / 1000, first: null, generated }
  }
})
