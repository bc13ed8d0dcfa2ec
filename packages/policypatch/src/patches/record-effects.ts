import { PatchError, readPatch } from '@policypatch/core'
import type { ReportEffect } from '@policypatch/core/evaluate'
import { withEffects } from '@policypatch/core/patch'

/**
 * Writes measured effects into the manifest and model card of the patch in a folder. They replace earlier effects with the same
 * metric, judge and data.
 *
 * @throws `PATCH_MISMATCH` for a patch of another base model; `EMPTY_DATA` without effects.
 */
export async function recordEffects(
  folder: string,
  effects: readonly ReportEffect[],
  base: string,
): Promise<void> {
  const patch = await readPatch(folder)
  const { manifest } = patch
  if (manifest.base.id !== base) {
    throw new PatchError('PATCH_MISMATCH', {
      expected: `a patch for ${base}, the measured model`,
      found: `${manifest.name} ${manifest.version} for ${manifest.base.id}`,
      remedy: 'Pass the patch that the report measured',
    })
  }
  if (effects.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'figures for both the base model and a patched model',
      found: 'no metric with both',
      remedy: 'Use --subject to name the subject that was measured with the patch',
    })
  }
  const key = ({ metric, judge, data }: ReportEffect) => JSON.stringify([metric, judge, data])
  const now = new Set(effects.map(key))
  const kept = manifest.effects.filter((effect) => !now.has(key(effect)))
  await (await withEffects(patch, [...kept, ...effects])).save(folder)
}
