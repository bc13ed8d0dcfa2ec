import { zipSync } from 'fflate'
import type { Patch } from 'policypatch'

/** A patch's folder as a zip archive: what PEFT and `readPatch` take once it is unpacked. */
export function zipPatch({ manifest, files }: Patch): Uint8Array<ArrayBuffer> {
  const inFolder = Object.entries(files).map(([name, bytes]) => [`${manifest.name}/${name}`, bytes] as const)
  return new Uint8Array(zipSync(Object.fromEntries(inFolder)))
}
