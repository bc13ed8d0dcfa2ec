import { fileStorage } from '@policypatch/backend-node'
import type { Patch } from '@policypatch/core'
import { patchStore, readPatch } from '../stored/patches.ts'

/** A patch's name with the version that was asked for. */
export interface PatchSpec {
  readonly name: string
  readonly version: string | undefined
}

/** Parses `NAME` or `NAME@VERSION`. */
export function parsePatchSpec(text: string): PatchSpec {
  const at = text.indexOf('@')
  return at < 0
    ? { name: text, version: undefined }
    : { name: text.slice(0, at), version: text.slice(at + 1) }
}

/** The patch in a folder, or the installed one of that `NAME` or `NAME@VERSION` where no folder holds one. */
export async function findPatch(text: string): Promise<Patch> {
  const isPath = /[/\\]/.test(text) || (await fileStorage().exists(`${text}/patch.json`))
  if (isPath) return readPatch(text)
  const { name, version } = parsePatchSpec(text)
  return patchStore().get(name, version)
}
