import { fileStorage } from '@policypatch/backend-node'
import {
  type LanguageModel,
  modelReference,
  PatchError,
  type Reference,
  recordedReference,
  systemPromptReference,
} from '@policypatch/core'
import type { PromptFormat } from '@policypatch/core/pairs'
import { sha256, type Tokenizer } from '@policypatch/core/platform'
import type { CommandContext } from '../cli/command-context.ts'
import { endpointReference } from '../endpoints.ts'
import { type EndpointSettings, endpointOptions, refuseSettings } from './endpoint-spec.ts'
import type { ReferenceSpec } from './reference-spec.ts'

/** How a generating reference samples. */
export interface ReferenceSampling {
  readonly maxTokens: number
  readonly temperature: number
  readonly seed: number
  readonly format: PromptFormat
  /** Default 1: no limit. */
  readonly topP?: number | undefined
  /** Default 0: no limit. */
  readonly topK?: number | undefined
  /** Default 32. */
  readonly batchSize?: number | undefined
}

export interface FindReferenceOptions {
  readonly sampling: ReferenceSampling
  readonly endpoint: EndpointSettings
}

/** The model to patch. A system-prompt reference runs it, and an adapter belongs to it. */
export interface ReferenceTarget {
  readonly model: LanguageModel
  /** Its id or path. */
  readonly modelId: string
}

/** A reference whose sampling can be chosen. */
export interface ReferenceSource {
  /** Undefined if it has only one answer per prompt, whatever the settings. */
  readonly draws: true | undefined
  /** The tokenizer behind its probabilities, if it gives any. */
  readonly tokenizer: Tokenizer | undefined
  at(sampling: ReferenceSampling): Reference
}

/** Opens a reference that was found, loading its model if it has one. */
export type OpenReference<Opened = Reference> = (target: ReferenceTarget) => Promise<Opened>

/** Finds the reference that `--reference` names before the target is loaded, so that errors in it show up early. */
export async function findReference(
  spec: ReferenceSpec,
  context: CommandContext,
  { sampling, endpoint }: FindReferenceOptions,
): Promise<OpenReference> {
  const open = await findReferenceSource(spec, context, endpoint)
  return async (target) => (await open(target)).at(sampling)
}

/** Like {@link findReference}, for a reference that is called with several settings. */
export async function findReferenceSource(
  spec: ReferenceSpec,
  context: CommandContext,
  endpoint: EndpointSettings,
): Promise<OpenReference<ReferenceSource>> {
  if (spec.type !== 'endpoint') refuseSettings('reference', endpoint)
  const storage = fileStorage()
  const ofModel = (model: LanguageModel, name?: string): ReferenceSource => ({
    draws: true,
    tokenizer: model.tokenizer,
    at: (sampling) => modelReference({ model, name, ...sampling, batchSize: sampling.batchSize ?? 32 }),
  })
  switch (spec.type) {
    case 'model':
      await context.findModel(spec.id)
      return async () => ofModel(await context.loadModel(spec.id))
    case 'adapter': {
      const { directory } = spec
      await storage.read(`${directory}/adapter_config.json`)
      // The folder's name may be the same for another adapter.
      const digest = await sha256(await storage.read(`${directory}/adapter_model.safetensors`))
      return async ({ modelId }) =>
        ofModel(await context.loadModel(modelId, { adapter: directory }), `adapter:${digest}`)
    }
    case 'system-prompt': {
      const prompt = spec.file === undefined ? {} : { systemPrompt: await readText(spec.file) }
      return async ({ model }) => ({
        draws: true,
        tokenizer: model.tokenizer,
        at: (sampling) =>
          systemPromptReference({ model, ...prompt, ...sampling, batchSize: sampling.batchSize ?? 32 }),
      })
    }
    case 'recorded': {
      const reference = await recordedReference({ storage, path: spec.file })
      return async () => ({ draws: undefined, tokenizer: undefined, at: () => reference })
    }
    case 'endpoint': {
      const { keepThinking = false } = endpoint
      const asked = endpointOptions(spec, endpoint, context.progress.line)
      const at = ({ maxTokens, temperature, seed, format }: ReferenceSampling) =>
        endpointReference({ ...asked, maxTokens, temperature, seed, format, keepThinking })
      at({ maxTokens: 1, temperature: 0, seed: 0, format: 'chat' })
      return async () => ({ draws: true, tokenizer: undefined, at })
    }
  }
}

/** Reads a file's text, trimmed. Throws `EMPTY_DATA` if nothing is left. */
export async function readText(path: string): Promise<string> {
  const text = new TextDecoder().decode(await fileStorage().read(path)).trim()
  if (text !== '') return text
  throw new PatchError('EMPTY_DATA', {
    expected: `a text in ${path}`,
    found: 'none',
    remedy: 'Write the text into the file, or pass another file',
  })
}
