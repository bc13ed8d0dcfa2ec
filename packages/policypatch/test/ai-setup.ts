import { type LanguageModel, loadModel, type Patch } from 'policypatch'
import { patchOf } from '../../../examples/patched-transformers-js.ts'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder } from './fixtures.ts'

// What calls are warned of is looked at in the tests, and not logged.
;(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false

/** A tiny model in `folder`/tiny, and two patches for it, `example` and `other`. */
export async function tinyModelWithPatches(): Promise<{
  readonly folder: string
  readonly model: LanguageModel
  readonly patch: Patch
  readonly other: Patch
}> {
  const folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  const model = await loadModel(`${folder}/tiny`)
  return { folder, model, patch: await patchOf(model, 6), other: await patchOf(model, 3, 'other') }
}

export const maxOutputTokens = 12
export const prompt = 'How are you?'
const messages = [{ role: 'user', content: prompt }]

/** What a model answers without the SDK. */
export const direct = async (own: LanguageModel, options: object = {}) =>
  (await own.generate(messages, { maxTokens: maxOutputTokens, ...options })).text

export const chunks = async <Part>(stream: AsyncIterable<Part>) => {
  const parts: Part[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
