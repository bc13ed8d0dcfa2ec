import { onTestFinished } from 'vitest'
import { modelCache } from '../src/download/model-cache.ts'
import { temporaryFolder } from './fixtures.ts'
import { type HubServerOptions, hubServer } from './hub-server.ts'

export const weights = Buffer.alloc(200_000, 'weights')
/** A repository in safetensors. */
export const files = {
  'README.md': Buffer.from('# tiny'),
  'config.json': Buffer.from('{"model_type":"llama"}'),
  'tokenizer.json': Buffer.alloc(500, ' '),
  'model-00001-of-00002.safetensors': weights,
  'model-00002-of-00002.safetensors': weights.subarray(1),
  'model.safetensors.index.json': Buffer.from('{}'),
  'consolidated.safetensors': weights,
  'pytorch_model.bin': weights,
}
/** One in GGUF. */
export const gguf = { 'tiny.Q8_0.gguf': weights, 'tiny.F16.gguf': weights.subarray(7) }
const patience = { retryDelay: 1, retries: 2, token: '' }

/** A Hub that holds `owner/tiny`, an empty cache, and what `hubSource` takes to fetch the one to the other. */
export async function tinyHub(options: Partial<HubServerOptions> = {}) {
  const server = await hubServer({ files, ...options })
  onTestFinished(server.close)
  const cache = modelCache(await temporaryFolder())
  return { server, cache, options: { repo: 'owner/tiny', hubUrl: server.url, ...patience } }
}
