/** Our side of generate.ts. */

import { fileStorage } from '@policypatch/backend-node'
import { applyPatch, type LanguageModel, readPatch } from '@policypatch/core'
import { timeStream, withoutEnd } from '../sides/own-stream.ts'
import { loadRealModel } from '../sides/real-model.ts'
import { serveSteps } from '../sides/serve-steps.ts'
import type { GenerateReport, GenerateTask } from './generate-task.ts'

await serveSteps<GenerateTask>(async (task) => {
  const base = await withoutEnd(await loadRealModel(task))
  const model = await patched(base, task)
  const prompts = task.prompts.map((content) =>
    task.format === 'text' ? content : [{ role: 'user', content }],
  )
  const drafts = task.drafts ? new Map<string, readonly number[]>() : undefined
  const options = { maxTokens: task.tokens, batchSize: prompts.length, ...task.sampling }
  const [only] = prompts
  const drafter = task.drafts === 'base' ? base : model
  // A stream shows when its first token arrived but not which one, so the ids come from a separate run that is not timed.
  const generated: number[][] = []
  for await (const { index, tokens } of drafter.generateBatch(prompts, { ...options, drafts }))
    generated[index] = [...tokens]

  return async (): Promise<GenerateReport> => {
    if (only && prompts.length === 1) return { ...(await timeStream(model, only, options)), generated }
    // Answers replace drafts, so each run gets its own copy. Copied answers are verified like those of another model.
    const copy = task.drafts === 'copies' ? (tokens: readonly number[]) => [...tokens] : undefined
    const given = drafts && new Map([...drafts].map(([key, tokens]) => [key, copy?.(tokens) ?? tokens]))
    // Read again, a patch has a gate that has not read the prompts yet.
    const asked = task.drafts === 'own' ? model : await patched(base, task)
    const start = performance.now()
    for await (const { index, tokens } of asked.generateBatch(prompts, { ...options, drafts: given }))
      generated[index] = [...tokens]
    return { seconds: (performance.now() - start) / 1000, first: null, generated }
  }
})

async function patched(base: LanguageModel, { patch }: GenerateTask): Promise<LanguageModel> {
  if (patch === undefined) return base
  return applyPatch(base, await readPatch({ storage: fileStorage(), path: patch }))
}
