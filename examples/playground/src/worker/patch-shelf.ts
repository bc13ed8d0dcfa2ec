import { type LanguageModel, type Patch, PatchError, readPatch, type Storage } from 'policypatch'
import { checkFit, type PatchManifest } from 'policypatch/patch'
import { filesStorage, type NamedBlob, patchFolders, zipStorage } from 'policypatch/platform'
import { type Fault, faultOf } from './outcome.ts'

/** Whether a patch comes with the page, or is the user's own, which the browser keeps. */
export type PatchOrigin = 'page' | 'own'

/** A patch as the page shows it. */
export interface PatchView {
  readonly id: string
  readonly origin: PatchOrigin
  readonly manifest: PatchManifest
  readonly bytes: number
  readonly parameters: number
  /** Why it cannot be applied to the open model. */
  readonly misfit?: Fault
}

export interface PatchShelf {
  /** Puts a patch on the shelf, in place of one of its name; the page's own do not take the place of the user's. */
  put(patch: Patch, origin: PatchOrigin): PatchView
  remove(id: string): void
  get(id: string): Patch
  views(): PatchView[]
}

/** The patches at hand, by name. */
export function patchShelf(model: () => LanguageModel | undefined): PatchShelf {
  const shelved = new Map<string, Shelved>()
  return {
    put(patch, origin) {
      const { name } = patch.manifest
      const there = shelved.get(name)
      const next = there && there.origin !== 'page' && origin === 'page' ? there : { patch, origin }
      shelved.set(name, next)
      return viewOf(next, model())
    },
    remove: (id) => shelved.delete(id),
    get: (id) => shelved.get(id)?.patch ?? unknownPatch(id),
    views: () => [...shelved.values()].map((each) => viewOf(each, model())),
  }
}

/** All patches that dropped files hold: folders, the files of one, or zip archives. */
export async function patchesOf(files: readonly NamedBlob[]): Promise<Patch[]> {
  const patches: Patch[] = []
  for (const storage of await storagesOf(files)) {
    for (const folder of await patchFolders({ storage, path: '' })) patches.push(await readPatch(folder))
  }
  if (patches.length === 0) throw noPatch(files)
  return patches
}

interface Shelved {
  readonly patch: Patch
  readonly origin: PatchOrigin
}

function viewOf({ patch, origin }: Shelved, model: LanguageModel | undefined): PatchView {
  const { manifest, bytes, parameters } = patch
  const view = { id: manifest.name, origin, manifest, bytes, parameters }
  try {
    if (model) checkFit(model, patch)
    return view
  } catch (error) {
    return { ...view, misfit: faultOf(error) }
  }
}

/** Each archive by itself, and the loose files together. */
async function storagesOf(files: readonly NamedBlob[]): Promise<Storage[]> {
  const isArchive = ({ path }: NamedBlob) => /\.zip$/i.test(path)
  const loose = files.filter((file) => !isArchive(file))
  const archives = await Promise.all(files.filter(isArchive).map(({ blob }) => zipStorage(blob)))
  return loose.length > 0 ? [...archives, filesStorage(loose)] : archives
}

function noPatch(files: readonly NamedBlob[]): PatchError {
  const names = files.map(({ path }) => path)
  return new PatchError('NOT_FOUND', {
    expected: 'a patch: a folder with patch.json and its prefix, or a .zip of one',
    found:
      names.length > 4
        ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`
        : names.join(', ') || 'no files',
    remedy: 'Choose the folder, all of its files, or the archive',
  })
}

function unknownPatch(id: string): never {
  throw new PatchError('NOT_FOUND', {
    expected: 'a patch of the list',
    found: JSON.stringify(id),
    remedy: 'Add it again',
  })
}
