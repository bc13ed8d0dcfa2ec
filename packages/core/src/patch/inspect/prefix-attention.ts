import type { NamedHostTensors } from '../../backend/backend.ts'
import { attentionTo, causalBias, decodeLayer, streamOf } from '../../model/decoder/decoder.ts'
import { rotaryTables } from '../../model/decoder/rotary.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { coreOf } from '../../model/language-model/model-core.ts'
import { signatureOf } from '../../model/language-model/program-cache.ts'
import * as tf from '../../tf.ts'
import type { Prompt } from '../../tokenize/tokenizer.ts'

/**
 * How much of their attention the tokens of a prompt give to a prefix, by layer and head, [layers][heads] in [0, 1]: the
 * sum of their attention weights on its virtual tokens, averaged over the tokens. A prefix of parts is taken as one.
 */
export async function prefixAttention(
  model: LanguageModel,
  { length, embeddings }: Pick<Prefix, 'length' | 'embeddings'>,
  prompt: Prompt,
): Promise<number[][]> {
  const core = coreOf(model)
  const { architecture, config } = core
  const ids = model.tokenizer.encodePrompt(prompt)
  const table = (from: number, count: number) => {
    const { cos, sin } = rotaryTables(
      config,
      Int32Array.from({ length: count }, (_, i) => from + i),
    )
    const shape = [count, config.headSize]
    return { cos: { shape, data: cos }, sin: { shape, data: sin } }
  }
  const [front, own] = [table(0, length), table(length, ids.length)]
  const feeds: NamedHostTensors = {
    ids: { shape: [ids.length], data: Int32Array.from(ids) },
    prefix: { shape: [length, config.hiddenSize], data: embeddings },
    ...{ cos: own.cos, sin: own.sin, frontCos: front.cos, frontSin: front.sin },
  }
  const compiled = await core.programs.get(`attention to ${length} of ${ids.length}`, () => ({
    program: (inputs, weights) => {
      const input = (name: string) => inputs[name] as tf.Tensor
      const shared = {
        ...{ batch: 1, length, cos: input('frontCos'), sin: input('frontSin') },
        bias: causalBias(length),
      }
      const block = {
        ...{ batch: 1, length: ids.length, cos: input('cos'), sin: input('sin') },
        bias: causalBias(ids.length),
      }
      const layers = { architecture, config, weights, block, shared }
      const stream = streamOf(layers)
      let x = tf.concat([input('prefix'), architecture.embed(config, weights, input('ids'))])
      const attention: tf.Tensor[] = []
      for (let layer = 0; layer < config.layers; layer++) {
        attention.push(attentionTo(layers, stream, layer, x))
        ;({ x } = decodeLayer(layers, stream, layer, x))
      }
      return { attention: tf.stack(attention) }
    },
    signature: signatureOf(feeds, core),
  }))
  const { attention } = await compiled.run(feeds)
  const values = [...(attention?.data ?? [])]
  return Array.from({ length: config.layers }, (_, layer) =>
    values.slice(layer * config.heads, (layer + 1) * config.heads),
  )
}
