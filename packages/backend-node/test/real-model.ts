import { PatchError } from '@policypatch/core'
import type { ModelFiles } from '../src/sources/model-source.ts'
import { resolveModel } from '../src/sources/resolve-model.ts'

/** Where SmolLM2-135M-Instruct is on this machine, or why it cannot be had. */
export interface RealModel {
  readonly files: ModelFiles | undefined
  /** For the name of a suite that is left out: empty, or the reason. */
  readonly reason: string
}

/** Finds the model in the cache, or fetches it from one of the project's own sources. */
export async function realModel(): Promise<RealModel> {
  try {
    return { files: await resolveModel('HuggingFaceTB/SmolLM2-135M-Instruct'), reason: '' }
  } catch (error) {
    if (!(error instanceof PatchError && error.code === 'UNREACHABLE')) throw error
    return { files: undefined, reason: ` (left out: ${error.found})` }
  }
}
