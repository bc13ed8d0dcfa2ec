import { fileStorage } from '@policypatch/backend-node'
import { type PreferencePair, readPatch } from '@policypatch/core'
import { importPeftPromptTuning } from '@policypatch/core/patch'
import { loadRealModel, type RealModel } from '../sides/real-model.ts'

/**
 * −log π of y⁺ per token, in nats, over pairs that nothing was trained on, in float32: first without a patch, then for each
 * folder, which has a patch of ours or PEFT's adapter.
 */
export async function heldOutLosses(
  task: RealModel,
  pairs: readonly PreferencePair[],
  folders: readonly string[],
): Promise<number[]> {
  const model = await loadRealModel({ ...task, precision: 'float32' })
  const requests = pairs.map(({ prompt, chosen }) => ({ prompt, response: chosen }))
  const losses: number[] = []
  try {
    const prefixes = await Promise.all(folders.map(prefixIn))
    for (const prefix of [undefined, ...prefixes]) {
      const scores = await model.withPrefix(prefix).score(requests)
      const each = scores.flatMap(({ logProbabilities }) => [...logProbabilities])
      losses.push(-each.reduce((sum, logProbability) => sum + logProbability, 0) / each.length)
    }
  } finally {
    await model.dispose()
  }
  return losses
}

async function prefixIn(path: string) {
  const storage = fileStorage()
  const isPeft = await storage.exists(`${path}/adapter_config.json`)
  return isPeft ? importPeftPromptTuning({ storage, path }) : (await readPatch({ storage, path })).prefix
}
