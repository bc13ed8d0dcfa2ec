import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { onTestFinished } from 'vitest'
import type { ModelFiles } from '../src/sources/model-source.ts'
import { resolveModel } from '../src/sources/resolve-model.ts'
import { tfjsNodeBackend } from '../src/tfjs-node-backend.ts'

/** Where a known model is on this machine, or why it cannot be had. */
export interface RealModel {
  readonly files: ModelFiles | undefined
  /** For the name of a suite that is left out: empty, or the reason. */
  readonly reason: string
}

/** Finds the model in the cache, or fetches it from one of the project's own sources. */
export async function realModel(id = 'HuggingFaceTB/SmolLM2-135M-Instruct'): Promise<RealModel> {
  try {
    return { files: await resolveModel(id), reason: '' }
  } catch (error) {
    if (!(error instanceof PatchError && error.code === 'UNREACHABLE')) throw error
    return { files: undefined, reason: ` (left out: ${error.found})` }
  }
}

/** Why the tests of tfjs-node cannot run here; undefined where they can. */
export async function tfjsNodeProblem(): Promise<string | undefined> {
  try {
    await (await tfjsNodeBackend()).dispose()
    return undefined
  } catch (error) {
    // Where CI has built it, it has to work.
    if (process.env.POLICYPATCH_TFJS_NODE) throw error
    return (error as Error).message
  }
}

/** An empty folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'policypatch-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
