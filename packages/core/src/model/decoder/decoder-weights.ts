import type { WeightSpec } from './architectures/architecture.ts'
import type { ModelConfig } from './config/model-config.ts'

/** Canonical name of a part of a layer. */
export const layerName = (layer: number, part: string) => `model.layers.${layer}.${part}`

/** The tensors of a Llama-shaped decoder. */
export function decoderWeights(config: ModelConfig, fromGguf?: WeightSpec['fromGguf']): WeightSpec[] {
  const { hiddenSize: d, intermediateSize: f, heads, keyValueHeads, headSize } = config
  const specs: WeightSpec[] = [
    {
      name: 'model.embed_tokens.weight',
      gguf: 'token_embd.weight',
      shape: [config.vocabSize, d],
      kind: 'embedding',
    },
  ]
  const widths = { q: heads * headSize, k: keyValueHeads * headSize, v: keyValueHeads * headSize }
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `blk.${layer}`
    const add = (
      part: string,
      gguf: string,
      shape: number[],
      kind: WeightSpec['kind'],
      turn?: WeightSpec['fromGguf'],
    ) =>
      specs.push({
        name: layerName(layer, part),
        gguf: `${block}.${gguf}`,
        shape,
        kind,
        ...(turn && { fromGguf: turn }),
      })
    add('input_layernorm.weight', 'attn_norm.weight', [d], 'norm')
    for (const part of ['q', 'k', 'v'] as const) {
      const turn = part === 'v' ? undefined : fromGguf
      add(`self_attn.${part}_proj.weight`, `attn_${part}.weight`, [widths[part], d], 'matrix', turn)
      if (config.attentionBias) {
        add(`self_attn.${part}_proj.bias`, `attn_${part}.bias`, [widths[part]], 'bias', turn)
      }
    }
    add('self_attn.o_proj.weight', 'attn_output.weight', [d, widths.q], 'matrix')
    if (config.outputBias) add('self_attn.o_proj.bias', 'attn_output.bias', [d], 'bias')
    add('post_attention_layernorm.weight', 'ffn_norm.weight', [d], 'norm')
    const parts = [
      ['gate', f, d],
      ['up', f, d],
      ['down', d, f],
    ] as const
    for (const [part, out, width] of parts) {
      add(`mlp.${part}_proj.weight`, `ffn_${part}.weight`, [out, width], 'matrix')
      if (config.feedForwardBias) add(`mlp.${part}_proj.bias`, `ffn_${part}.bias`, [out], 'bias')
    }
  }
  specs.push({ name: 'model.norm.weight', gguf: 'output_norm.weight', shape: [d], kind: 'norm' })
  if (!config.tiedEmbeddings) {
    specs.push({
      name: 'lm_head.weight',
      gguf: 'output.weight',
      shape: [config.vocabSize, d],
      kind: 'matrix',
    })
  }
  return specs
}

/**
 * llama.cpp stores Llama's query and key rows with RoPE's pairs side by side; checkpoints have them half a
 * head apart. Turns the former into the latter, in place.
 */
export function interleavedToHalves({ headSize }: ModelConfig) {
  const half = headSize / 2
  return (values: Float32Array, rows: number): void => {
    const width = values.length / rows
    const head = new Float32Array(headSize * width)
    for (let start = 0; start < values.length; start += head.length) {
      head.set(values.subarray(start, start + head.length))
      for (let i = 0; i < half; i++) {
        values.set(head.subarray(2 * i * width, (2 * i + 1) * width), start + i * width)
        values.set(head.subarray((2 * i + 1) * width, (2 * i + 2) * width), start + (half + i) * width)
      }
    }
  }
}
