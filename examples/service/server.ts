/**
 * A chat service whose patches are put in, exchanged and taken out while it runs; each request names its own.
 *
 *   npm start -- MODEL [PORT]
 */
import { serve } from '@hono/node-server'
import { loadModel } from 'policypatch'
import { readTrust } from 'policypatch/patch'
import { chatService } from './chat-service.ts'

const [id = 'HuggingFaceTB/SmolLM2-135M-Instruct', port = '8787'] = process.argv.slice(2)
// A trust policy says whose patches are taken; it may ask for the digest of all weights.
const { POLICYPATCH_TRUST: policy } = process.env
const trust = policy ? await readTrust(policy) : undefined
const model = await loadModel(id, {
  weightsDigest: policy !== undefined,
  onNotice: (line) => console.error(line),
})
serve({ fetch: chatService(model, trust).fetch, port: Number(port), hostname: '127.0.0.1' }, (at) => {
  console.log(`${model.id} listens on port ${at.port}`)
})
