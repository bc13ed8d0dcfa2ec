import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import * as coreEvaluate from '@policypatch/core/evaluate'
import type { Place } from '@policypatch/core/platform'

/**
 * Reads ability data: the files of a folder, as core's `readAbilityData` reads them, or by default the built-in data: samples of
 * BLiMP and CommonsenseQA, texts and instructions.
 */
export function readAbilityData(folder?: Place): Promise<coreEvaluate.AbilityData> {
  if (folder !== undefined) return coreEvaluate.readAbilityData(folder)
  const root = dirname(createRequire(import.meta.url).resolve('policypatch/package.json'))
  return coreEvaluate.readAbilityData(
    { storage: fileStorage(root), path: 'ability' },
    {
      minimalPairs: 'BLiMP (sample)',
      questions: 'CommonsenseQA (sample)',
      texts: 'policypatch texts',
      instructions: 'policypatch instructions',
    },
  )
}
