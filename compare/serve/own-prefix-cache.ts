/**
 * For serve.ts: measures the seconds to the first token for chats with a system prompt of about 1,000 tokens: the first chat with
 * it, and a second one with another question.
 */

import { createEngine } from '@policypatch/core/engine'
import { loadRealModel, type RealModel } from '../sides/real-model.ts'
import { serveSteps } from '../sides/serve-steps.ts'

export interface PrefixCacheReport {
  readonly first: number
  readonly again: number
  readonly promptTokens: number
  readonly cachedTokens: number
}

await serveSteps<RealModel>(async (task) => {
  const model = await loadRealModel(task)
  const engine = createEngine(model)
  let run = 0

  /** Seconds to the first token, and the number of cached tokens. */
  const ask = async (system: string, question: string) => {
    const prompt = [
      { role: 'system', content: system },
      { role: 'user', content: question },
    ]
    const start = performance.now()
    let seconds = 0
    let [promptTokens, cachedTokens] = [0, 0]
    for await (const event of engine.submit({ prompt, maxTokens: 2 })) {
      if (event.type === 'token') seconds ||= (performance.now() - start) / 1000
      else ({ promptTokens, cachedTokens } = event)
    }
    return { seconds, promptTokens, cachedTokens }
  }

  return async (): Promise<PrefixCacheReport> => {
    run++
    const rules = Array.from(
      { length: 62 },
      (_, i) => `Rule ${i + 1} of handbook ${run}: answer politely, briefly and in English.`,
    )
    const system = rules.join(' ')
    const first = await ask(system, 'What is the capital of France?')
    const { seconds, ...again } = await ask(system, 'How do I boil an egg for breakfast?')
    return { first: first.seconds, again: seconds, ...again }
  }
})
