import { fileStorage } from '@policypatch/backend-node'
import {
  type LanguageModel,
  modelReference,
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

export interface OpenReferenceOptions {
  /** The target, which answers under a system prompt. */
  readonly model: LanguageModel
  /** Its id or path, to which an adapter belongs. */
  readonly modelId: string
  readonly sampling: ReferenceSampling
  readonly endpoint: EndpointSettings
}

/** Opens what `--reference` names, loading a model where it is one. */
export async function openReference(
  spec: ReferenceSpec,
  context: CommandContext,
  { model, modelId, sampling, endpoint }: OpenReferenceOptions,
): Promise<Reference> {
  if (spec.type !== 'endpoint') refuseSettings('reference', endpoint)
  const storage = fileStorage()
  const batch = { ...sampling, batchSize: 32 }
  switch (spec.type) {
    case 'model':
      return modelReference({ model: await context.loadModel(spec.id), ...batch })
    case 'adapter': {
      const adapted = await context.loadModel(modelId, { adapter: spec.directory })
      // Its folder's name would not tell it from another adapter.
      const digest = await sha256(await storage.read(`${spec.directory}/adapter_model.safetensors`))
      return modelReference({ model: adapted, name: `adapter:${digest}`, ...batch })
    }
    case 'system-prompt': {
      if (spec.file === undefined) return systemPromptReference({ model, ...batch })
      return systemPromptReference({ model, systemPrompt: await readText(spec.file), ...batch })
    }
    case 'recorded':
      return recordedReference({ storage, path: spec.file })
    case 'endpoint': {
      const { keepThinking = false } = endpoint
      const asked = endpointOptions(spec, endpoint, context.progress.line)
      return endpointReference({ ...asked, ...sampling, keepThinking })
    }
  }
}

/** The text of a file, without the space around it. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await fileStorage().read(path)).trim()
}
