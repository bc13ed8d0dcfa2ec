import { writeFile } from 'node:fs/promises'
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  type PreTrainedTokenizer,
  pipeline,
  type Tensor,
  type TextGenerationPipeline,
  TextStreamer,
} from '@huggingface/transformers'
import { applyPatch, type LanguageModel, loadModel } from 'policypatch'
import { exportKeyValues, type PatchKeyValues } from 'policypatch/patch'
import { writeSafetensors } from 'policypatch/platform'
import { applyToModel, applyToPipeline, readKeyValues } from 'policypatch/transformers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patchOf } from '../../../examples/patched-transformers-js.ts'
import { writeTinyOnnxModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder } from './fixtures.ts'

// A stock export of Optimum, in transformers.js and, of the same weights, here.
let folder: string
let base: LanguageModel
let patched: LanguageModel
let keyValues: PatchKeyValues
let generator: TextGenerationPipeline
let patchedGenerator: TextGenerationPipeline

beforeAll(async () => {
  folder = await temporaryFolder()
  await writeTinyOnnxModel(folder)
  base = await loadModel(folder, { precision: 'float32' })
  const patch = await patchOf(base, 3)
  patched = applyPatch(base, patch)
  keyValues = await exportKeyValues(base, patch)
  generator = await pipeline('text-generation', folder, { dtype: 'fp32' })
  patchedGenerator = await applyToPipeline(generator, keyValues)
})
afterAll(async () => {
  await base.dispose()
  await generator.dispose()
})

const chats = ['How are you?', 'Tell me of tea, and of how it is made.', 'Hi'].map((content) => [
  { role: 'user', content },
])
const [chat = []] = chats
const options = { max_new_tokens: 10 }
const answerOf = async (own: LanguageModel, messages = chat) =>
  (await own.generate(messages, { maxTokens: 10 })).text
const lastOf = (answers: { generated_text: { content: unknown }[] }[]) =>
  answers.map(({ generated_text }) => generated_text.at(-1)?.content)

test('a pipeline answers with the patch as the patched model does, and the one without it as before', async () => {
  const answer = lastOf(await patchedGenerator(chat, options))
  expect(answer).toEqual([await answerOf(patched)])
  expect(lastOf(await generator(chat, options))).toEqual([await answerOf(base)])
  expect(answer).not.toEqual([await answerOf(base)])
  expect(lastOf(await patchedGenerator(chat, options))).toEqual(answer)
})

test('a batch of chats of different lengths, padded on the left', async () => {
  const answers = await patchedGenerator(chats, options)
  const expected = await Promise.all(chats.map((messages) => answerOf(patched, messages)))
  expect(answers.map((each) => lastOf(each)[0])).toEqual(expected)
})

test('texts, and the options of generation: full text, streamer, sampling, stops', async () => {
  const text = 'Once upon a time'
  const { text: expected } = await patched.generate(text, { maxTokens: 10 })
  const ask = async (more: object = {}) => {
    const [answer] = await patchedGenerator(text, { ...options, ...more })
    return answer?.generated_text
  }
  expect(await ask()).toBe(text + expected)
  expect(await ask({ return_full_text: false })).toBe(expected)
  let streamed = ''
  const streamer = new TextStreamer(patchedGenerator.tokenizer, {
    ...{ skip_prompt: true, skip_special_tokens: true },
    callback_function: (piece: string) => {
      streamed += piece
    },
  })
  await ask({ streamer })
  expect(streamed).toBe(expected)
  expect(await ask({ do_sample: true, temperature: 5 })).not.toBe(text + expected)
  const [stop = 0] = patchedGenerator.tokenizer.encode(expected[3] ?? '')
  expect(await ask({ return_full_text: false, eos_token_id: stop })).toBe(
    expected.slice(0, expected.indexOf(expected[3] ?? '') + 1),
  )
})

test('a file of `policypatch export`, and its bytes', async () => {
  const path = `${folder}/patch.safetensors`
  await writeFile(path, keyValues.file)
  for (const source of [path, keyValues.file]) {
    const own = await applyToPipeline(generator, source)
    expect(lastOf(await own(chat, options))).toEqual([await answerOf(patched)])
  }
  expect(await readKeyValues(path)).toEqual({ length: 3, tensors: keyValues.tensors })
})

describe('a model', () => {
  let tokenizer: PreTrainedTokenizer
  beforeAll(async () => {
    tokenizer = await AutoTokenizer.from_pretrained(folder)
  })

  test('generates and scores behind the patch', async () => {
    const model = await AutoModelForCausalLM.from_pretrained(folder, { dtype: 'fp32' })
    const own = await applyToModel(model, tokenizer, keyValues)
    const { input_ids, attention_mask } = tokenizer('Once upon a time') as Record<string, Tensor>
    const output = await own.generate({ inputs: input_ids, ...options } as never)
    const ids = [...(output as Tensor).data].slice(input_ids?.dims[1]).map(Number)
    expect(ids).toEqual((await patched.generate('Once upon a time', { maxTokens: 10 })).tokens)
    const logits = async (one: typeof model) => {
      const { logits } = (await one({ input_ids, attention_mask })) as { logits: Tensor }
      return logits.data as Float32Array
    }
    const top = (values: Float32Array) => values.slice(-97).indexOf(Math.max(...values.slice(-97)))
    expect(top(await logits(own))).toBe(ids[0])
    expect(await logits(own)).not.toEqual(await logits(model))
    await model.dispose()
  })

  test('gives its cache to who asks for it, and takes none', async () => {
    const { input_ids } = tokenizer('Hello') as { input_ids: Tensor }
    const output = await patchedGenerator.model.generate({
      ...{ inputs: input_ids, ...options, return_dict_in_generate: true },
    } as never)
    const { past_key_values } = output as unknown as { past_key_values: { get_seq_length(): number } }
    expect(past_key_values.get_seq_length()).toBe(3 + 5 + 9)
    await expect(
      patchedGenerator.model.generate({ inputs: input_ids, past_key_values } as never),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

describe('is refused', () => {
  const withTensors = (change: (tensors: Record<string, PatchKeyValues['tensors'][string]>) => void) => {
    const tensors = { ...keyValues.tensors }
    change(tensors)
    return writeSafetensors(tensors)
  }
  const name = 'past_key_values.1.value'
  const first = () => keyValues.tensors[name] as PatchKeyValues['tensors'][string]

  test.each([
    ['a file that is cut short', () => keyValues.file.slice(0, -3), 'TRUNCATED'],
    ['one of another kind', () => writeSafetensors({ prompt_embeddings: first() }), 'MALFORMED'],
    ['one without a tensor', () => withTensors((all) => delete all[name]), 'MALFORMED'],
    [
      'one with a tensor of another length',
      () =>
        withTensors((all) => {
          all[name] = { shape: [1, 2, 6, 2], data: first().data }
        }),
      'MALFORMED',
    ],
    [
      'one with what is no number',
      () =>
        withTensors((all) => {
          all[name] = { shape: first().shape, data: new Float32Array(first().data.length).fill(Number.NaN) }
        }),
      'NOT_FINITE',
    ],
    [
      'that of a model with fewer layers',
      () =>
        withTensors((all) => {
          delete all[name]
          delete all['past_key_values.1.key']
        }),
      'PATCH_MISMATCH',
    ],
  ] as const)('%s', async (_, source, code) => {
    await expect(applyToPipeline(generator, source())).rejects.toMatchObject({ code })
  })

  test('a pipeline that has a patch, and one for another task', async () => {
    await expect(applyToPipeline(patchedGenerator, keyValues)).rejects.toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', found: 'one that has a patch' },
    })
    const other = { task: 'text-classification' } as unknown as TextGenerationPipeline
    await expect(applyToPipeline(other, keyValues)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test.each([
    { model_type: 'gemma3_text', is_encoder_decoder: false },
    { model_type: 't5', is_encoder_decoder: true },
  ])('a model of type $model_type', async (config) => {
    const other = { config } as unknown as TextGenerationPipeline['model']
    await expect(applyToModel(other, generator.tokenizer, keyValues)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
  })

  test('a prompt that leaves no room', async () => {
    await expect(patchedGenerator('a'.repeat(125), options)).rejects.toMatchObject({
      code: 'CONTEXT_EXCEEDED',
    })
  })
})
