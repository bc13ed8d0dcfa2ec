import {
  checkFit,
  filesStorage,
  type LanguageModel,
  type NamedBlob,
  type Patch,
  PatchError,
  type PatchManifest,
  patchFolders,
  readPatch,
  type Storage,
  zipStorage,
} from 'policypatch'
import { type Fault, faultOf } from './outcome.ts'

/** A patch as the page shows it. */
export interface PatchView {
  readonly id: string
  readonly manifest: PatchManifest
  readonly bytes: number
  readonly parameters: number
  /** Why it cannot be applied to the open model. */
  readonly misfit?: Fault
}

export interface PatchShelf {
  /** Puts a patch on the shelf, in place of one of its name. */
  put(patch: Patch): PatchView
  /** Puts all patches on it that dropped files hold: folders, the files of one, or zip archives. */
  putFiles(files: readonly NamedBlob[]): Promise<PatchView[]>
  remove(id: string): void
  get(id: string): Patch
  views(): PatchView[]
}

/** The patches at hand, by name. */
export function patchShelf(model: () => LanguageModel | undefined): PatchShelf {
  const patches = new Map<string, Patch>()
  const shelf: PatchShelf = {
    put(patch) {
      patches.set(patch.manifest.name, patch)
      return viewOf(patch, model())
    },
    async putFiles(files) {
      const read: Patch[] = []
      for (const storage of await storagesOf(files)) {
        for (const folder of await patchFolders(storage)) read.push(await readPatch(folder, storage))
      }
      if (read.length === 0) throw noPatch(files)
      return read.map(shelf.put)
    },
    remove: (id) => patches.delete(id),
    get: (id) => patches.get(id) ?? unknownPatch(id),
    views: () => [...patches.values()].map((patch) => viewOf(patch, model())),
  }
  return shelf
}

function viewOf(patch: Patch, model: LanguageModel | undefined): PatchView {
  const { manifest, bytes, parameters } = patch
  const view = { id: manifest.name, manifest, bytes, parameters }
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
