/**
 * A chat service whose patches are put in, exchanged and taken out while it runs; each request names its own.
 *
 *   npm start -- MODEL [PORT]
 */
import { serve } from '@hono/node-server'
import { loadModel } from 'policypatch'
import { chatService } from './chat-service.ts'

const [id = 'HuggingFaceTB/SmolLM2-135M-Instruct', port = '8787'] = process.argv.slice(2)
const model = await loadModel(id, { onNotice: (line) => console.error(line) })
serve({ fetch: chatService(model).fetch, port: Number(port), hostname: '127.0.0.1' }, (at) => {
  console.log(`${model.id} listens on port ${at.port}`)
})
