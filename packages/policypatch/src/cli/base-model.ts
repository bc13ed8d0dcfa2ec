import { existsSync } from 'node:fs'
import { excerpt, type Patch, PatchError, parseHubId } from '@policypatch/core'
import type { CommandContext } from './command-context.ts'

/**
 * The model to load: the one that was asked for, else the patch's base, if its manifest gives a Hub id. A path in a manifest
 * is that of whoever made it: nothing on this machine is opened because a patch names it.
 */
export function baseModel(
  { usageError }: Pick<CommandContext, 'usageError'>,
  asked: string | undefined,
  patch: Patch | undefined,
): string {
  if (asked !== undefined) return asked
  if (!patch) return usageError('pass --model or --patch')
  const { id } = patch.manifest.base
  if (isHubId(id) && !existsSync(id)) return id
  return usageError(
    `${excerpt(id, 200)}, the patch's base model, is not a plain Hub id; pass the model with --model`,
  )
}

function isHubId(id: string): boolean {
  try {
    parseHubId(id)
    return true
  } catch (error) {
    if (error instanceof PatchError) return false
    throw error
  }
}
