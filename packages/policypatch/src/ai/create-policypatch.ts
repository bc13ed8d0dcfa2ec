import { type LoadModelOptions, loadModel } from '../load-model.ts'
import { readPatch } from '../patches/read-patch.ts'
import { createProvider, type PolicypatchOptions, type PolicypatchProvider } from './provider.ts'

/**
 * A provider of the AI SDK, for models with patches:
 *
 *     const policypatch = createPolicypatch()
 *     await generateText({ model: policypatch('HuggingFaceTB/SmolLM2-135M-Instruct', { patches: ['harmfulness'] }), prompt })
 *
 * What a call throws besides the errors of the SDK are PatchErrors: those of `loadModel`, `readPatch`, `applyPatch` and of the engine
 * (`CONTEXT_EXCEEDED`, `QUEUE_FULL`, `DEADLINE_EXCEEDED`, …), and `UNSUPPORTED` for files and tools.
 */
export const createPolicypatch = (options: PolicypatchOptions<LoadModelOptions> = {}): PolicypatchProvider =>
  createProvider({ loadModel, readPatch }, options)

/** A provider that loads each model when it is first called. */
export const policypatch: PolicypatchProvider = createPolicypatch()
