/** Of serve.ts: one stream, asked of the engine and, in the same process, over HTTP. */

import { createEngine } from '@policypatch/core/engine'
import { serve, serveConfig } from '@policypatch/serve'
import { withoutEnd } from '../sides/own-stream.ts'
import { loadRealModel, type RealModel } from '../sides/real-model.ts'
import { serveSteps } from '../sides/serve-steps.ts'

export interface HttpTask extends RealModel {
  readonly prompt: string
  readonly tokens: number
}

/** Seconds for all tokens. */
export interface HttpReport {
  readonly direct: number
  readonly http: number
}

await serveSteps<HttpTask>(async ({ prompt: content, tokens, ...task }) => {
  const engine = createEngine(await withoutEnd(await loadRealModel(task)))
  const config = serveConfig({ port: 0, log: { level: 'warn' } })
  const { url } = await serve({ engine, config })
  const messages = [{ role: 'user', content }]
  const body = JSON.stringify({ model: engine.model.id, messages, max_tokens: tokens, stream: true })

  const direct = async () => {
    let count = 0
    for await (const event of engine.submit({ prompt: messages, maxTokens: tokens })) {
      if (event.type === 'token') count++
    }
    return count
  }
  const http = async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(await response.text())
    const text = await response.text()
    if (!text.trimEnd().endsWith('data: [DONE]')) throw new Error(`the stream ended in ${text.slice(-80)}`)
    return tokens
  }
  const timed = async (answer: () => Promise<number>) => {
    const start = performance.now()
    const count = await answer()
    if (count !== tokens) throw new Error(`${count} tokens came, not ${tokens}`)
    return (performance.now() - start) / 1000
  }
  return async (): Promise<HttpReport> => ({ direct: await timed(direct), http: await timed(http) })
})
