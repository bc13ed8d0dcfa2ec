import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import * as core from '@policypatch/core'

const inPackage = () =>
  fileStorage(dirname(createRequire(import.meta.url).resolve('policypatch/package.json')))

/** The patches that come with the package, by name. */
export async function shippedPatches(): Promise<readonly core.InstalledPatch[]> {
  const storage = inPackage()
  const patches: core.InstalledPatch[] = []
  for (const name of await storage.list('patches')) {
    if (!(await storage.exists(`patches/${name}/patch.json`))) continue
    const { manifest, bytes } = await core.readPatch(storage, `patches/${name}`)
    patches.push({ name, version: manifest.version, domain: manifest.domain, bytes })
  }
  return patches.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The patch of that name that comes with the package, of that version where one is asked for; undefined where there is none. */
export async function shippedPatch(name: string, version?: string): Promise<core.Patch | undefined> {
  const storage = inPackage()
  if (!(await storage.exists(`patches/${name}/patch.json`))) return undefined
  const patch = await core.readPatch(storage, `patches/${name}`)
  return version === undefined || version === patch.manifest.version ? patch : undefined
}
