import { readPatch } from '@policypatch/core'
import { createProvider, type PolicypatchOptions, type PolicypatchProvider } from '../ai/provider.ts'
import { type LoadModelOptions, loadModel } from './load-model.ts'

/** A provider of the AI SDK, for models with patches. Models are loaded, and patches read, as in a page. */
export const createPolicypatch = (options: PolicypatchOptions<LoadModelOptions> = {}): PolicypatchProvider =>
  createProvider({ loadModel, readPatch }, options)

/** A provider that loads each model when it is first called. */
export const policypatch: PolicypatchProvider = createPolicypatch()
