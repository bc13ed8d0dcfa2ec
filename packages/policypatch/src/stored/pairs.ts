/** Core's functions for prompts and pairs, over the platform's own storage unless another is given. */

import * as core from '@policypatch/core'
import type * as coreEvaluate from '@policypatch/core/evaluate'
import * as corePairs from '@policypatch/core/pairs'
import { defaultStorage } from '#default-storage'
import { kept } from './kept.ts'

/** Reads a prompts file (JSON Lines); see core's `readPrompts`. */
export const readPrompts = (
  path: string,
  storage: core.Storage = defaultStorage(),
  options: corePairs.ReadRowsOptions = {},
): Promise<core.PatchPrompt[]> => core.readPrompts(storage, path, options)

/** Reads a contexts file (JSON Lines); see core's `readContexts`. */
export const readContexts = (
  path: string,
  storage: core.Storage = defaultStorage(),
): Promise<corePairs.PromptContext[]> => corePairs.readContexts(storage, path)

/** Reads a pairs file (JSON Lines); see core's `readPairs`. */
export const readPairs = (
  path: string,
  storage: core.Storage = defaultStorage(),
  options: corePairs.ReadRowsOptions = {},
): Promise<core.PreferencePair[]> => core.readPairs(storage, path, options)

/** Your prompts and generated ones, in contexts; with `path`, generated ones are saved. See core's `selectivePrompts`. */
export const selectivePrompts = (options: corePairs.SelectivePromptsOptions): Promise<core.PatchPrompt[]> =>
  corePairs.selectivePrompts(kept(options))

/** A reference known by a file of recorded outputs (JSON Lines); see core's `recordedReference`. */
export const recordedReference = (
  path: string,
  storage: core.Storage = defaultStorage(),
): Promise<core.Reference> => core.recordedReference({ storage, path })

/** Makes pairs; with `path` they are saved in that file, and a stopped run can be resumed. See core's `generatePairs`. */
export const generatePairs = (options: corePairs.GeneratePairsOptions): Promise<core.PreferencePair[]> =>
  core.generatePairs(kept(options))

/** Makes the pairs of a domain; with `path`, resumably. See core's `domainPairs`. */
export const domainPairs = (options: coreEvaluate.DomainPairsOptions): Promise<core.PreferencePair[]> =>
  core.domainPairs(kept(options))
