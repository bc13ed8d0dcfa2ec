/** The AI SDK provider. Each model has one engine, whatever patches its calls use. */

import type { LanguageModelV4, ProviderV4 } from '@ai-sdk/provider'
import { type LanguageModel, PatchError } from '@policypatch/core'
import { createEngine, type Engine, type EngineOptions } from '@policypatch/core/engine'
import type { PatchContents, Trust } from '@policypatch/core/patch'
import { type EngineWithPatches, type PatchedModelSettings, patchedLanguageModel } from './language-model.ts'
import { patchStacks, type ReadNamedPatch } from './patch-stacks.ts'

export interface PolicypatchOptions<LoadOptions> {
  /**
   * The model to use, or an engine for it, available only under the model's own id. If absent, models are loaded on their first
   * call.
   */
  readonly model?: LanguageModel | Engine | undefined
  /** Patches that are already loaded, found by their names. Others are read once, when first named. */
  readonly patches?: readonly PatchContents[] | undefined
  /** Accepts only patches that this trust verifies. If absent, accepts any. */
  readonly trust?: Trust | undefined
  /** Options of the engines that the provider creates. */
  readonly engine?: EngineOptions | undefined
  /** How models are loaded. */
  readonly load?: LoadOptions | undefined
}

/** AI SDK models by id, each with its patches. */
export interface PolicypatchProvider extends ProviderV4 {
  /** @param modelId as for `loadModel` */
  (modelId: string, settings?: PatchedModelSettings): LanguageModelV4
  languageModel(modelId: string, settings?: PatchedModelSettings): LanguageModelV4
  /** Closes the engines that it created, once their started calls are answered, and disposes of the models that it loaded. */
  close(): Promise<void>
}

/** How a platform loads models and reads patches. */
export interface Platform<LoadOptions> {
  loadModel(id: string, options?: LoadOptions): Promise<LanguageModel>
  readPatch(place: string, options: { readonly trust?: Trust | undefined }): Promise<PatchContents>
}

export function createProvider<LoadOptions>(
  platform: Platform<LoadOptions>,
  { model: given, patches = [], trust, engine: engineOptions, load }: PolicypatchOptions<LoadOptions>,
): PolicypatchProvider {
  const atHand = new Map(patches.map((patch) => [patch.manifest.name, Promise.resolve(patch)]))
  const read: ReadNamedPatch = (name) => remember(atHand, name, () => platform.readPatch(name, { trust }))
  const opened = new Map<string, Promise<OpenedEngine>>()

  const openModel = async (id: string): Promise<OpenedEngine> => {
    if (given && 'submit' in given) return { engine: given, close: async () => {}, ...stacksOf(given.model) }
    const model = given ?? (await platform.loadModel(id, load))
    const engine = createEngine(model, engineOptions)
    const close = async () => {
      await engine.close()
      if (!given) await model.dispose()
    }
    return { engine, close, ...stacksOf(model) }
  }
  const stacksOf = (model: LanguageModel) => ({ stacks: patchStacks(model, read, trust) })

  const languageModel = (modelId: string, settings: PatchedModelSettings = {}): LanguageModelV4 => {
    if (given) checkId(modelId, 'submit' in given ? given.model : given)
    return patchedLanguageModel(modelId, () => remember(opened, modelId, () => openModel(modelId)), settings)
  }
  const unsupported = (kind: string) => (): never => {
    throw new PatchError('UNSUPPORTED', {
      expected: 'a language model',
      found: `a request for ${kind}`,
      remedy: 'Use another provider for it',
    })
  }
  return Object.assign(
    (modelId: string, settings?: PatchedModelSettings) => languageModel(modelId, settings),
    {
      specificationVersion: 'v4' as const,
      languageModel,
      embeddingModel: unsupported('an embedding model'),
      imageModel: unsupported('an image model'),
      async close() {
        const engines = await Promise.allSettled(opened.values())
        opened.clear()
        for (const result of engines) if (result.status === 'fulfilled') await result.value.close()
      },
    },
  )
}

interface OpenedEngine extends EngineWithPatches {
  close(): Promise<void>
}

/** Makes the value for a name once. If that fails, the next call tries again. */
function remember<Value>(
  held: Map<string, Promise<Value>>,
  name: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = held.get(name)
  if (known) return known
  const made = make()
  held.set(name, made)
  made.catch(() => held.delete(name))
  return made
}

function checkId(modelId: string, { id }: LanguageModel): void {
  if (modelId === id) return
  throw new PatchError('NOT_FOUND', {
    expected: `the model ${id}, which the provider was created with`,
    found: modelId,
    remedy: 'Use its id, or create a provider without a model, which loads them by their ids',
  })
}
