import type { PreTrainedModel, Tensor } from '@huggingface/transformers'
import { PatchError } from '@policypatch/core'
import { type ModelCache, startCache } from './model-cache.ts'
import type { KeyValues } from './read-key-values.ts'

/** The inputs of `generate` and of a forward pass that matter here. */
interface Inputs {
  readonly inputs?: Tensor
  readonly input_ids?: Tensor
  readonly attention_mask?: Tensor
  readonly past_key_values?: unknown
}

/** The models that this module has patched. */
const patched = new WeakSet<object>()

export const isPatched = (model: PreTrainedModel): boolean => patched.has(model)

/**
 * Wraps a model so that keys and values precede every prompt, in `generate` and in forward passes. Everything else is forwarded
 * to the model, which does not change.
 */
export function patchedModel(
  model: PreTrainedModel,
  cache: ModelCache,
  keyValues: KeyValues,
): PreTrainedModel {
  /** The inputs after the keys and values. The attention mask is m ones, then the prompt's own. */
  const behind = <Given extends Inputs>(given: Given) => {
    checkInputs(given, keyValues.length, model)
    const { dims } = (given.input_ids ?? given.inputs) as Tensor
    const [rows = 0, length = 0] = dims
    const width = keyValues.length + length
    const mask = new BigInt64Array(rows * width).fill(1n)
    for (let row = 0; given.attention_mask && row < rows; row++) {
      const own = given.attention_mask.data.subarray(row * length, (row + 1) * length)
      mask.set(own as BigInt64Array, row * width + keyValues.length)
    }
    const past = startCache(cache, keyValues, rows)
    return { ...given, attention_mask: cache.newTensor('int64', mask, [rows, width]), past_key_values: past }
  }

  const own = {
    async generate(options: Inputs) {
      const inputs = behind(options)
      const output = await model.generate(inputs as never)
      // If the output includes the cache, the caller disposes of it.
      if (!('past_key_values' in output)) await inputs.past_key_values.dispose()
      return output
    },
    forward: (inputs: Inputs) => model.forward(behind(inputs)),
  }
  const made = new Proxy(model, {
    get: (target, key) => (Object.hasOwn(own, key) ? own[key as keyof typeof own] : Reflect.get(target, key)),
    apply: (_target, _this, [inputs]: [Inputs]) => own.forward(inputs),
  })
  patched.add(made)
  return made
}

function checkInputs(
  { inputs, input_ids, attention_mask, past_key_values }: Inputs,
  before: number,
  { config }: PreTrainedModel,
): void {
  const ids = input_ids ?? inputs
  if (past_key_values) {
    throw new PatchError('UNSUPPORTED', {
      expected: 'a prompt from its beginning',
      found: 'past_key_values',
      remedy: 'Pass the whole conversation instead: the cache begins with the patch',
    })
  }
  if (!ids || (attention_mask && attention_mask.dims.join() !== ids.dims.join())) {
    throw new PatchError('SHAPE_MISMATCH', {
      expected: 'input_ids [rows, tokens], and an attention_mask of the same shape or none',
      found: `${ids ? `[${ids.dims.join(', ')}]` : 'none'}, and ${attention_mask ? `[${attention_mask.dims.join(', ')}]` : 'none'}`,
      remedy: 'Pass what the tokenizer gives',
    })
  }
  const most = (config as { max_position_embeddings?: number }).max_position_embeddings
  const length = ids.dims[1] ?? 0
  if (most === undefined || before + length < most) return
  throw new PatchError('CONTEXT_EXCEEDED', {
    expected: `a prompt that leaves room in the context of ${most} tokens`,
    found: `${length} tokens after a prefix of ${before}`,
    remedy: 'Shorten the prompt',
  })
}
