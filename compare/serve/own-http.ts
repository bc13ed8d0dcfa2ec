/** For serve.ts: one stream, directly from the engine in its process and over HTTP with curl. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
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
  // Greedy, like the engine by default.
  const asked = { model: engine.model.id, messages, max_tokens: tokens, temperature: 0, stream: true }
  const body = JSON.stringify(asked)

  const direct = async () => {
    const start = performance.now()
    let count = 0
    for await (const event of engine.submit({ prompt: messages, maxTokens: tokens })) {
      if (event.type === 'token') count++
    }
    if (count !== tokens) throw new Error(`${count} tokens came, not ${tokens}`)
    return (performance.now() - start) / 1000
  }
  const http = async () => {
    const request = ['--json', body, `${url}/v1/chat/completions`]
    // curl's own time, from when it connects, so that its startup does not count.
    const { stdout } = await promisify(execFile)('curl', ['-sNf', '-w', '\n%{time_total}', ...request])
    const [text = '', seconds] = stdout.split(/\n(?=[\d.]+$)/)
    if (!text.trimEnd().endsWith('data: [DONE]')) throw new Error(`the stream ended in ${text.slice(-80)}`)
    return Number(seconds)
  }
  return async (): Promise<HttpReport> => ({ direct: await direct(), http: await http() })
})
