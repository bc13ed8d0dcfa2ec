/** Our side of overhead.ts: alternates the model without a prefix and with one. */
import type { LanguageModel } from '@policypatch/core'
import { initPrefix } from '@policypatch/core/train'
import { timeStream, withoutEnd } from '../sides/own-stream.ts'
import { loadRealModel } from '../sides/real-model.ts'
import { serveSteps } from '../sides/serve-steps.ts'
import type { OverheadReport, OverheadTask, TokenTimes } from './overhead-task.ts'

await serveSteps<OverheadTask>(async (task) => {
  const plain = await withoutEnd(await loadRealModel(task))
  const models = [plain, plain.withPrefix(initPrefix(plain, { length: 50 }))]
  let round = 0

  return async (): Promise<OverheadReport> => {
    const times: TokenTimes[] = []
    const prompt = [{ role: 'user', content: task.prompts[round % task.prompts.length] as string }]
    // Each model goes first equally often on every prompt.
    const start = Math.floor(round++ / task.prompts.length)
    for (let turn = 0; turn < models.length; turn++) {
      const index = (start + turn) % models.length
      const options = { maxTokens: task.tokens }
      const { first, seconds } = await timeStream(models[index] as LanguageModel, prompt, options)
      times[index] = { first, further: (seconds - first) / (task.tokens - 1) }
    }
    return times
  }
})
