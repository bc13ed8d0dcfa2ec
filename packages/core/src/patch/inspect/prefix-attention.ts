import { forward } from '../../model/decoder/forward.ts'
import { placeFeeds } from '../../model/decoder/places.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { coreOf } from '../../model/language-model/model-core.ts'
import { programFor } from '../../model/language-model/program-cache.ts'
import * as tf from '../../tf.ts'
import type { Prompt } from '../../tokenize/tokenizer.ts'

/**
 * The share of their attention that a prompt's tokens give to a prefix, by layer and head, [layers][heads] in [0, 1]: the sum of
 * their attention weights on its virtual tokens, averaged over the tokens. A prefix with parts counts as one.
 */
export async function prefixAttention(
  model: LanguageModel,
  { length, embeddings }: Pick<Prefix, 'length' | 'embeddings'>,
  prompt: Prompt,
): Promise<number[][]> {
  const core = coreOf(model)
  const { architecture, config } = core
  const ids = model.tokenizer.encodePrompt(prompt)
  const from = (start: number, count: number) => Int32Array.from({ length: count }, (_, i) => start + i)
  const feeds = {
    ids: { shape: [ids.length], data: Int32Array.from(ids) },
    prefix: { shape: [length, config.hiddenSize], data: embeddings },
    ...placeFeeds(config, { positions: from(length, ids.length), shared: { positions: from(0, length) } }),
  }
  const compiled = await core.programs.get(`attention to ${length} of ${ids.length}`, () =>
    programFor(feeds, core, (inputs, weights) => {
      const attention: tf.Tensor[] = []
      forward({
        ...{ architecture, config, weights, batch: 1, places: inputs },
        ...{ tokens: inputs.ids, prefix: inputs.prefix },
        toShared: (own) => attention.push(own),
      })
      return { attention: tf.stack(attention) }
    }),
  )
  const { attention } = await compiled.run(feeds)
  const values = [...(attention?.data ?? [])]
  return Array.from({ length: config.layers }, (_, layer) =>
    values.slice(layer * config.heads, (layer + 1) * config.heads),
  )
}
