import { PatchError } from '@policypatch/core'
import { compareVersions } from '@policypatch/core/patch'
import { importPackage } from '@policypatch/core/platform'
import type { Options } from 'pacote'
import { mostArchiveBytes, readArchive, tooLarge } from './archive/read-archive.ts'
import { npmSettings } from './npm-settings.ts'
import { type PatchSource, unreadVersion } from './patch-source.ts'
import { checkSecure } from './source-spec.ts'

/**
 * The versions of an npm package, read with `pacote`. An archive must have the digest that the registry lists for its version;
 * the package's version is the patch's.
 *
 * @param name `@scope/name` or `name`
 * @param folder folder whose .npmrc is read, besides the user's
 * @param cache folder that archives are kept in
 */
export function npmSource(name: string, folder: string, cache: string): PatchSource {
  return {
    specificationVersion: 'v1',
    async versions() {
      const options: Options = { ...(await npmSettings(folder)), cache }
      // Without a registry, pacote uses npm's own.
      if (options.registry) checkSecure(new URL(options.registry as string))
      const { packument } = await pacote()
      const { versions } = await packument(name, options).catch((error) => {
        throw npmError(error, name)
      })
      const all = Object.entries(versions).sort(([a], [b]) => compareVersions(b, a))
      return all.map(([version, { dist, deprecated }]) => ({
        ...unreadVersion(version, `npm:${name}`, () => read(name, version, dist.integrity, options)),
        ...(deprecated !== undefined && { yanked: String(deprecated) }),
      }))
    },
  }
}

const pacote = () => importPackage('pacote', 'which fetches packages from npm', () => import('pacote'))

async function read(name: string, version: string, integrity: string | undefined, options: Options) {
  const label = `npm:${name}@${version}`
  if (!/^sha(256|384|512)-/.test(integrity ?? '')) {
    throw new PatchError('UNSUPPORTED', {
      expected: `a SHA-512 of ${label} in the registry`,
      found: 'none',
      remedy: 'Ask its publisher to publish it with a current npm',
    })
  }
  const { tarball } = await pacote()
  const bytes = await tarball
    .stream(
      `${name}@${version}`,
      async (stream) => {
        const pieces: Uint8Array[] = []
        let length = 0
        for await (const piece of stream) {
          length += piece.length
          if (length > mostArchiveBytes) throw tooLarge(label, `more than ${mostArchiveBytes}`)
          pieces.push(piece)
        }
        return Buffer.concat(pieces)
      },
      { ...options, integrity },
    )
    .catch((error: unknown) => {
      throw npmError(error, label)
    })
  const patch = await readArchive(bytes, label)
  if (patch.manifest.version === version) return patch
  throw new PatchError('MALFORMED', {
    expected: `the patch in ${label} to have the package's version`,
    found: patch.manifest.version,
    remedy: 'Ask its publisher: `policypatch pack` makes packages with the version of their patch',
  })
}

/** Converts an error of `pacote` to a PatchError. */
function npmError(error: unknown, what: string): PatchError {
  if (error instanceof PatchError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const kind =
    code === 'E404' || code === 'ENOVERSIONS' || code === 'ETARGET'
      ? 'NOT_FOUND'
      : code === 'EINTEGRITY'
        ? 'DIGEST_MISMATCH'
        : 'UNREACHABLE'
  const remedies = {
    NOT_FOUND: 'Check the name, the version and the registry',
    DIGEST_MISMATCH: 'Do not use it: it is not what the registry says that was published',
    UNREACHABLE: 'Check the network, the registry in .npmrc and its token, and try again',
  }
  return new PatchError(kind, {
    expected: `the npm package ${what}`,
    found: message,
    remedy: remedies[kind],
    cause: error,
  })
}
