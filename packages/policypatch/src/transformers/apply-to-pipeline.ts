/**
 * Patches for transformers.js: the cache of each generation starts with the keys and values of the virtual tokens. The model's
 * ONNX files stay as they are.
 */

import type { PreTrainedModel, PreTrainedTokenizer, TextGenerationPipeline } from '@huggingface/transformers'
import { PatchError } from '@policypatch/core'
import { cacheOf, checkCacheFits } from './model-cache.ts'
import { isPatched, patchedModel } from './patched-model.ts'
import { type KeyValueSource, readKeyValues } from './read-key-values.ts'

/** Model types whose positions transformers.js counts from 1. Exported keys are at positions 0 to m − 1. */
const countsFromOne = new Set(['gemma3', 'gemma3_text', 'paligemma'])

/**
 * Adds a patch to a `text-generation` pipeline. Returns a new pipeline on the same model: the given one still answers without the
 * patch, and disposing of one disposes of both.
 *
 *     const generator = await pipeline('text-generation', 'onnx-community/SmolLM2-135M-Instruct-ONNX')
 *     const patched = await applyToPipeline(generator, 'harmfulness.safetensors')
 *     await patched(messages, { max_new_tokens: 64 })
 *
 * @param patch its keys and values: from `exportKeyValues`, or a file written by `policypatch export --to key-values`, or its
 *   bytes. They must come from the weights that the ONNX files were made from. A gate is not included: the patch takes effect on
 *   every prompt.
 * @throws PatchError `INVALID_ARGUMENT` for another kind of pipeline, or one that already has a patch; `UNSUPPORTED` for a model
 *   that cannot have one; `PATCH_MISMATCH` for keys and values of other shapes; the errors of reading a file. A generation throws
 *   `UNSUPPORTED` if the caller passes `past_key_values`, and `CONTEXT_EXCEEDED`.
 */
export async function applyToPipeline<Pipeline extends TextGenerationPipeline>(
  generator: Pipeline,
  patch: KeyValueSource,
): Promise<Pipeline> {
  const { task, model, tokenizer } = generator
  if (task !== 'text-generation') {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: "a pipeline of transformers.js for 'text-generation'",
      found: `one for '${task}'`,
      remedy: 'Pass what pipeline() gave for this task',
    })
  }
  const PipelineOfCopy = generator.constructor as new (
    parts: Pick<Pipeline, 'task' | 'model' | 'tokenizer'>,
  ) => Pipeline
  return new PipelineOfCopy({ task, tokenizer, model: await applyToModel(model, tokenizer, patch) })
}

/**
 * Adds a patch to a transformers.js decoder, in `generate` and in forward passes; see {@link applyToPipeline}.
 *
 * @param tokenizer the model's
 */
export async function applyToModel<Model extends PreTrainedModel>(
  model: Model,
  tokenizer: PreTrainedTokenizer,
  patch: KeyValueSource,
): Promise<Model> {
  checkModel(model)
  const keyValues = await readKeyValues(patch)
  const cache = await cacheOf(model, tokenizer)
  checkCacheFits(cache, keyValues)
  return patchedModel(model, cache, keyValues) as Model
}

function checkModel(model: PreTrainedModel): void {
  if (isPatched(model)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a model without a patch',
      found: 'one that has a patch',
      remedy:
        'Apply it to the first pipeline; several patches become one with composePatches and method concat, or compressPatches',
    })
  }
  const { model_type: type, is_encoder_decoder: encoder } = model.config as {
    model_type?: string
    is_encoder_decoder?: boolean
  }
  const counted = countsFromOne.has(type ?? '')
  if (!encoder && !counted) return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a decoder whose positions are counted from 0',
    found: `a model of type ${type}${counted ? ', whose positions transformers.js counts from 1' : ', which has an encoder'}`,
    remedy: 'Use policypatch itself to run this model',
  })
}
