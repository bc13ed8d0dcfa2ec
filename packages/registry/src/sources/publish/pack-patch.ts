import { createGzip } from 'node:zlib'
import { writePatchArchive } from '@policypatch/backend-web/repository'
import { type Patch, PatchError } from '@policypatch/core'
import { excerpt } from '@policypatch/core/platform'
import { pack } from 'tar-stream'

/** A patch as one file; the same patch gives the same bytes. */
export interface PackedPatch {
  readonly fileName: string
  readonly bytes: Uint8Array
}

/** A patch as a zip archive, with its files at the top. */
export async function packZip({ manifest: { name, version }, files }: Patch): Promise<PackedPatch> {
  return { fileName: `${name}-${version}.zip`, bytes: await writePatchArchive(files) }
}

/** The folder of a package that contains the patch. Only this folder is signed, because npm adds files of its own beside it. */
const patchFolder = 'patch'

/**
 * A patch as an npm package, ready for `npm publish`.
 *
 * @param npmName `@scope/name` or `name`
 * @throws PatchError `INVALID_ARGUMENT` for an invalid package name
 */
export async function packNpm({ manifest, files }: Patch, npmName: string): Promise<PackedPatch> {
  if (!/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(npmName) || npmName.length > 214) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'the name of an npm package, as @scope/name',
      found: excerpt(npmName),
      remedy: 'Use lower-case letters, digits, ".", "_" and "-"',
    })
  }
  const { version, domain, license, base } = manifest
  const description = `${domain} patch of ${base.id}, for policypatch`
  const keywords = ['policypatch', 'language-model', domain]
  const packageJson = { name: npmName, version, description, license, keywords, files: [patchFolder] }
  const entries: [string, Uint8Array][] = [
    ['package.json', new TextEncoder().encode(`${JSON.stringify(packageJson, null, 2)}\n`)],
    ...(files['README.md'] ? [['README.md', files['README.md']] as [string, Uint8Array]] : []),
    ...Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bytes]): [string, Uint8Array] => [`${patchFolder}/${name}`, bytes]),
  ]
  const fileName = `${npmName.replace(/^@/, '').replace('/', '-')}-${version}.tgz`
  return { fileName, bytes: await tgz(entries) }
}

/** A compressed tar archive as npm makes them, with all files in `package`. */
async function tgz(entries: readonly (readonly [string, Uint8Array])[]): Promise<Uint8Array> {
  const archive = pack()
  const zipped = archive.pipe(createGzip({ level: 9 }))
  const whole = (async () => {
    const pieces: Uint8Array[] = []
    for await (const piece of zipped) pieces.push(piece)
    return Buffer.concat(pieces)
  })()
  for (const [name, bytes] of entries) {
    // The time that npm gives all files.
    const header = { name: `package/${name}`, mode: 0o644, mtime: new Date('1985-10-26T08:15:00.000Z') }
    archive.entry(header, Buffer.from(bytes))
  }
  archive.finalize()
  return whole
}
