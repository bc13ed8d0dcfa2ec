import { memoryStorage, type StoredPlace } from '@policypatch/core/platform'

type Json = Readonly<Record<string, unknown>>

/** TinyLlama's shape: 1.1 billion parameters. */
export const billionConfig: Json = {
  model_type: 'llama',
  ...{ hidden_size: 2048, intermediate_size: 5632, num_hidden_layers: 22, vocab_size: 32000 },
  ...{ num_attention_heads: 32, num_key_value_heads: 4, max_position_embeddings: 2048 },
  ...{ hidden_act: 'silu', rms_norm_eps: 1e-5, tie_word_embeddings: false },
}

/**
 * A model folder of a Llama-like model whose bfloat16 weights, with magnitudes of 0.016 to 0.03 and both signs, are generated on
 * reading: a file of gigabytes that takes no disk space.
 */
export async function syntheticFiles(config: Json): Promise<StoredPlace> {
  const storage = memoryStorage()
  const path = 'synthetic'
  const write = (name: string, value: unknown) =>
    storage.write(`${path}/${name}`, new TextEncoder().encode(JSON.stringify(value)))
  await write('config.json', config)
  await write('tokenizer.json', tokenizerOf(config.vocab_size as number))
  await write('tokenizer_config.json', { bos_token: '<s>', eos_token: '</s>' })
  const weights = virtualSafetensors(tensorsOf(config))
  // An empty file, so that the folder lists it.
  await storage.write(`${path}/model.safetensors`, new Uint8Array())
  return {
    path,
    storage: {
      ...storage,
      open: async (file, options) =>
        file.endsWith('.safetensors') ? { name: file, ...weights } : storage.open(file, options),
    },
  }
}

function tensorsOf(config: Json): Record<string, readonly number[]> {
  const number = (name: string) => config[name] as number
  const [d, f, vocab] = [number('hidden_size'), number('intermediate_size'), number('vocab_size')]
  const keys = (d / number('num_attention_heads')) * number('num_key_value_heads')
  const layer: Readonly<Record<string, readonly number[]>> = {
    ...{ input_layernorm: [d], post_attention_layernorm: [d] },
    ...{ 'self_attn.q_proj': [d, d], 'self_attn.k_proj': [keys, d], 'self_attn.v_proj': [keys, d] },
    ...{
      'self_attn.o_proj': [d, d],
      'mlp.gate_proj': [f, d],
      'mlp.up_proj': [f, d],
      'mlp.down_proj': [d, f],
    },
  }
  const layers = Array.from({ length: number('num_hidden_layers') }, (_, i) =>
    Object.entries(layer).map(([name, shape]) => [`model.layers.${i}.${name}.weight`, shape] as const),
  )
  return Object.fromEntries([
    ['model.embed_tokens.weight', [vocab, d]],
    ...layers.flat(),
    ['model.norm.weight', [d]],
    ['lm_head.weight', [vocab, d]],
  ])
}

function virtualSafetensors(shapes: Readonly<Record<string, readonly number[]>>) {
  let at = 0
  const header = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const start = at
      at += 2 * shape.reduce((product, n) => product * n, 1)
      return [name, { dtype: 'BF16', shape, data_offsets: [start, at] }]
    }),
  )
  const json = JSON.stringify(header)
  const head = new TextEncoder().encode(json.padEnd(8 * Math.ceil(json.length / 8)))
  const start = 8 + head.length
  const front = new Uint8Array(start)
  new DataView(front.buffer).setBigUint64(0, BigInt(head.length), true)
  front.set(head, 8)
  return {
    size: start + at,
    async read(from: number, to: number): Promise<Uint8Array> {
      if (to <= start) return front.slice(from, to)
      const bytes = new Uint8Array(to - from)
      for (let i = 0; i < bytes.length; i += pattern.length) {
        bytes.set(pattern.subarray(0, Math.min(pattern.length, bytes.length - i)), i)
      }
      if (from < start) bytes.set(front.subarray(from), 0)
      return bytes
    },
    async close() {},
  }
}

/** Numbers of typical size in bfloat16: a hashed sign, an exponent of 2⁻⁶ and seven hashed bits. The length is a prime number. */
const pattern = new Uint8Array(
  Uint16Array.from({ length: 65_521 }, (_, i) => {
    const bits = Math.imul(i + 1, 0x9e3779b1) >>> 16
    return ((bits & 1) << 15) | 0x3c80 | ((bits >>> 3) & 0x7f)
  }).buffer,
)

/** One token per printable ASCII character. The remaining ids stand for no text. */
function tokenizerOf(size: number): Json {
  const special = ['<unk>', '<s>', '</s>']
  const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  const named = [...special, ...characters]
  const tokens = Array.from({ length: size }, (_, id) => named[id] ?? `<unused ${id}>`)
  return {
    version: '1.0',
    added_tokens: special.map((content, id) => ({ id, content, special: true })),
    ...{ normalizer: null, pre_tokenizer: null, post_processor: null, decoder: { type: 'Fuse' } },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  }
}
