import type { NamedHostTensors } from '../backend.ts'
import type * as tf from '../tf.ts'
import { causalBias, decode } from './decoder.ts'
import { namedKeyValues } from './extend.ts'
import type { BlockKeyValues } from './key-value-cache.ts'
import type { Prefix } from './language-model.ts'
import { rotaryTables } from './layers/rotary.ts'
import type { ModelCore } from './model-core.ts'
import { signatureOf } from './signature-of.ts'

/** Keys and values of a prefix without parts at positions 0 … m−1, [kvHeads, 1, m, D] per layer; kept by the model. */
export const partKeyValues = (core: ModelCore, prefix: Prefix): Promise<BlockKeyValues> =>
  core.prefixes.get(prefix, () => compute(core, prefix))

async function compute(core: ModelCore, { length, embeddings }: Prefix): Promise<BlockKeyValues> {
  const { architecture, config } = core
  const positions = Int32Array.from({ length }, (_, i) => i)
  const { cos, sin } = rotaryTables(config, positions)
  const feeds: NamedHostTensors = {
    prefix: { shape: [length, config.hiddenSize], data: embeddings },
    cos: { shape: [length, config.headSize], data: cos },
    sin: { shape: [length, config.headSize], data: sin },
  }
  const compiled = await core.programs.get(`prefix ${length}`, () => ({
    program: (inputs, weights) => {
      const input = inputs as Record<'prefix' | 'cos' | 'sin', tf.Tensor>
      const block = {
        x: input.prefix,
        batch: 1,
        length,
        cos: input.cos,
        sin: input.sin,
        bias: causalBias(length),
      }
      return namedKeyValues(decode({ architecture, config, weights, block }).keyValues)
    },
    signature: signatureOf(feeds, core),
  }))
  return compiled.run(feeds)
}
