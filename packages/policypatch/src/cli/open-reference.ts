import { fileStorage } from '@policypatch/backend-node'
import {
  type LanguageModel,
  modelReference,
  PatchError,
  type PromptFormat,
  type Reference,
  recordedReference,
  sha256,
  systemPromptReference,
} from '@policypatch/core'
import { endpointReference } from '../endpoints.ts'
import type { CommandContext } from './command-context.ts'
import { type EndpointSettings, endpointOptions, refuseSettings } from './endpoint-spec.ts'
import type { ReferenceSpec } from './reference-spec.ts'

/** How a reference that generates does so. */
export interface ReferenceSampling {
  readonly maxTokens: number
  readonly temperature: number
  readonly seed: number
  readonly format: PromptFormat
}

export interface FindReferenceOptions {
  readonly sampling: ReferenceSampling
  readonly endpoint: EndpointSettings
}

/** The target: it answers under a system prompt, and an adapter belongs to it. */
export interface ReferenceTarget {
  readonly model: LanguageModel
  /** Its id or path. */
  readonly modelId: string
}

/** Opens a reference that was found, loading a model where it is one. */
export type OpenReference = (target: ReferenceTarget) => Promise<Reference>

/** Finds what `--reference` names, so that what is wrong with it is known before the target is loaded. */
export async function findReference(
  spec: ReferenceSpec,
  context: CommandContext,
  { sampling, endpoint }: FindReferenceOptions,
): Promise<OpenReference> {
  if (spec.type !== 'endpoint') refuseSettings('reference', endpoint)
  const storage = fileStorage()
  const batch = { ...sampling, batchSize: 32 }
  switch (spec.type) {
    case 'model':
      await context.findModel(spec.id)
      return async () => modelReference({ model: await context.loadModel(spec.id), ...batch })
    case 'adapter': {
      const { directory } = spec
      await storage.read(`${directory}/adapter_config.json`)
      // Its folder's name would not tell it from another adapter.
      const digest = await sha256(await storage.read(`${directory}/adapter_model.safetensors`))
      return async ({ modelId }) => {
        const model = await context.loadModel(modelId, { adapter: directory })
        return modelReference({ model, name: `adapter:${digest}`, ...batch })
      }
    }
    case 'system-prompt': {
      const prompt = spec.file === undefined ? {} : { systemPrompt: await readText(spec.file) }
      return async ({ model }) => systemPromptReference({ model, ...prompt, ...batch })
    }
    case 'recorded': {
      const reference = await recordedReference({ storage, path: spec.file })
      return async () => reference
    }
    case 'endpoint': {
      const { keepThinking = false } = endpoint
      const asked = endpointOptions(spec, endpoint, context.progress.line)
      const reference = endpointReference({ ...asked, ...sampling, keepThinking })
      return async () => reference
    }
  }
}

/** The text of a file, without the space around it. `EMPTY_DATA` where nothing is left. */
export async function readText(path: string): Promise<string> {
  const text = new TextDecoder().decode(await fileStorage().read(path)).trim()
  if (text !== '') return text
  throw new PatchError('EMPTY_DATA', {
    expected: `a text in ${path}`,
    found: 'none',
    remedy: 'Write it into the file, or name another one',
  })
}
