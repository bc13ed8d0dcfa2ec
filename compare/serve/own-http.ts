/** Of serve.ts: one stream, asked of the engine in its process and, from another process, over HTTP. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createEngine } from '@policypatch/core/engine'
import { serve, serveConfig } from '@policypatch/serve'
import { withoutEnd } from '../sides/own-stream.ts'
import { loadRealModel, type RealModel } from '../sides/real-model.ts'
import { serveSteps } from '../sides/serve-steps.ts'
import type { HttpAnswer, HttpQuestion } from './http-client.ts'

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

  const client = fork(new URL('./http-client.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  // Together with this process.
  client.channel?.unref()
  client.unref()

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
    const question: HttpQuestion = { url: `${url}/v1/chat/completions`, body }
    const answered = once(client, 'message')
    client.send(question)
    const [answer] = (await answered) as [HttpAnswer]
    if ('error' in answer) throw new Error(answer.error)
    return answer.seconds
  }
  return async (): Promise<HttpReport> => ({ direct: await direct(), http: await http() })
})
