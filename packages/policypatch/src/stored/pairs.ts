/** Core's functions that make pairs; with `path` they are kept in the platform's own storage unless another is given. */

import * as core from '@policypatch/core'
import type * as coreEvaluate from '@policypatch/core/evaluate'
import * as corePairs from '@policypatch/core/pairs'
import { kept } from './kept.ts'

/** Your prompts and generated ones, in contexts; with `path`, generated ones are saved. See core's `selectivePrompts`. */
export const selectivePrompts = (options: corePairs.SelectivePromptsOptions): Promise<core.PatchPrompt[]> =>
  corePairs.selectivePrompts(kept(options))

/** Makes pairs; with `path` they are saved in that file, and a stopped run can be resumed. See core's `generatePairs`. */
export const generatePairs = (options: corePairs.GeneratePairsOptions): Promise<core.PreferencePair[]> =>
  core.generatePairs(kept(options))

/** Makes the pairs of a domain; with `path`, resumably. See core's `domainPairs`. */
export const domainPairs = (options: coreEvaluate.DomainPairsOptions): Promise<core.PreferencePair[]> =>
  core.domainPairs(kept(options))
