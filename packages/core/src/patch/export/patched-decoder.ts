import type { HostTensor, NamedTensors, Signature, TensorProgram, TensorSpec } from '../../backend/backend.ts'
import { PatchError } from '../../errors.ts'
import type { ModelConfig } from '../../model/decoder/config/model-config.ts'
import { forward, outputLogits } from '../../model/decoder/forward.ts'
import type { KeyValues } from '../../model/decoder/layers/attention.ts'
import { placesAt, rotaryWeights } from '../../model/decoder/places.ts'
import { partKeyValues } from '../../model/extend/shared-context.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { coreOf } from '../../model/language-model/model-core.ts'
import { logWeights, partsOf, spanOf } from '../../model/language-model/prefix.ts'
import * as tf from '../../tf.ts'

/** A decoder as one tensor program, for a compiler to write as a file. */
export interface DecoderProgram {
  readonly program: TensorProgram
  readonly signature: Signature
  /** Names used by decoders exported to ONNX, by the program's names of inputs and outputs. */
  readonly names: Readonly<Record<string, string>>
}

/**
 * The model with its prefix built in: ids [1, T] in, logits [1, T, V] out, with a cache for tokens only. Keys and values of the
 * prefix are constants, and the positions fed count tokens from 0, so that callers need not know about the prefix. One row at a
 * time; its lengths T and P (of the cache, initially 0) are free.
 */
export async function patchedDecoder(model: LanguageModel): Promise<DecoderProgram> {
  const core = coreOf(model)
  const { prefix } = model
  const { architecture, config } = core
  checkExportable(config)
  const { layers, keyValueHeads, headSize, maxPositions } = config
  const before: Record<string, HostTensor> = {}
  for (const [part, { prefix: own }] of (prefix ? partsOf(prefix) : []).entries()) {
    const block = await partKeyValues(core, own)
    for (const [name, tensor] of Object.entries(block)) before[`prefix.${part}.${name}`] = tensor
  }
  const span = spanOf(prefix)
  const past = {
    shape: [1, keyValueHeads, 1, headSize],
    dtype: 'float32',
    free: { 2: 'past_sequence' },
  } as const
  const tokens = { shape: [1, 1], dtype: 'int32', free: { 1: 'sequence' } } as const
  const cache = Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat()

  const program: TensorProgram = (inputs, weights) => {
    const input = (name: string) => inputs[name] as tf.Tensor
    const positions = tf.reshape(input('positions'), [-1])
    const length = positions.shape[0] as number
    // [1, kvHeads, P, D] outside, [kvHeads, 1, P, D] inside.
    const swap = (x: tf.Tensor) => tf.transpose(x, [1, 0, 2, 3])
    const held = Array.from({ length: layers }, (_, layer) => ({
      keys: swap(input(`key.${layer}`)),
      values: swap(input(`value.${layer}`)),
    }))
    const sources = held.map((own, layer) => [...prefixSources(model, weights, layer), own])
    const { hidden, keyValues } = forward({
      ...{ architecture, config, weights, batch: 1, past: sources },
      tokens: tf.reshape(input('ids'), [-1]),
      places: placesAt(config, weights, positions, span),
    })
    const logits = outputLogits(core, weights, hidden)
    const present: Record<string, tf.Tensor> = {}
    for (const [layer, { keys, values }] of keyValues.entries()) {
      // These must go straight to the output: a compiler cannot track the length P + T.
      present[`key.${layer}`] = tf.concat([input(`key.${layer}`), swap(keys)], 2)
      present[`value.${layer}`] = tf.concat([input(`value.${layer}`), swap(values)], 2)
    }
    return { logits: tf.reshape(logits, [1, length, config.vocabSize]), ...present }
  }
  const inputs: Record<string, TensorSpec> = { ids: tokens, positions: tokens }
  for (const name of cache) inputs[name] = past
  return {
    program,
    signature: {
      inputs,
      weights: { ...model.weights, ...before, ...rotaryWeights(config, maxPositions) },
    },
    names: {
      ...{ 'input.ids': 'input_ids', 'input.positions': 'position_ids', 'output.logits': 'logits' },
      ...Object.fromEntries(
        cache.flatMap((name) => {
          const [kind, layer] = name.split('.')
          return [
            [`input.${name}`, `past_key_values.${layer}.${kind}`],
            [`output.${name}`, `present.${layer}.${kind}`],
          ]
        }),
      ),
    },
  }
}

/** A program with free lengths cannot know the positions of the cached tokens, which windows need. */
function checkExportable({ architecture, layerTypes }: ModelConfig): void {
  const windowed = layerTypes.filter(({ window }) => window !== undefined)
  if (windowed.length === 0) return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a model whose layers see the whole context',
    found: `${architecture} with a sliding window in ${windowed.length} of ${layerTypes.length} layers`,
    remedy: 'Apply the patch with policypatch, or export it for PEFT',
  })
}

/** The prefix's parts as attention sources, each with its log w. */
function prefixSources({ prefix }: LanguageModel, weights: NamedTensors, layer: number): KeyValues[] {
  if (!prefix) return []
  const added = logWeights(prefix)
  let start = 0
  return partsOf(prefix).map(({ prefix: { length }, weight }, part) => {
    start += length
    return {
      keys: weights[`prefix.${part}.key.${layer}`] as tf.Tensor,
      values: weights[`prefix.${part}.value.${layer}`] as tf.Tensor,
      ...(weight !== 1 && { mask: tf.tensor(added.slice(start - length, start), [1, 1, length]) }),
    }
  })
}
