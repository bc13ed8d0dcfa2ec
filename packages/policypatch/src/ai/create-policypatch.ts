import { type LoadModelOptions, loadModel } from '../load-model.ts'
import { readPatch } from '../patches/read-patch.ts'
import { createProvider, type PolicypatchOptions, type PolicypatchProvider } from './provider.ts'

/**
 * Creates an AI SDK provider for models with patches:
 *
 *     const policypatch = createPolicypatch()
 *     await generateText({ model: policypatch('HuggingFaceTB/SmolLM2-135M-Instruct', { patches: ['harmfulness'] }), prompt })
 *
 * Besides the SDK's own errors, a call throws PatchErrors: those of `loadModel`, `readPatch`, `applyPatch` and the engine
 * (`CONTEXT_EXCEEDED`, `QUEUE_FULL`, `DEADLINE_EXCEEDED`, …), and `UNSUPPORTED` for files and tools.
 */
export const createPolicypatch = (options: PolicypatchOptions<LoadModelOptions> = {}): PolicypatchProvider =>
  createProvider({ loadModel, readPatch }, options)

/** A provider that loads each model on its first call. */
export const policypatch: PolicypatchProvider = createPolicypatch()
