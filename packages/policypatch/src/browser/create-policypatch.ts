import { readPatch } from '@policypatch/core'
import { createProvider, type PolicypatchOptions, type PolicypatchProvider } from '../ai/provider.ts'
import { type LoadModelOptions, loadModel } from './load-model.ts'

/** Creates an AI SDK provider for models with patches. Models are loaded, and patches read, as in a page. */
export const createPolicypatch = (options: PolicypatchOptions<LoadModelOptions> = {}): PolicypatchProvider =>
  createProvider({ loadModel, readPatch }, options)

/** A provider that loads each model on its first call. */
export const policypatch: PolicypatchProvider = createPolicypatch()
