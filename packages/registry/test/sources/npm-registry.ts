import { createHash } from 'node:crypto'
import { type LoopbackServer, loopbackServer } from './loopback-server.ts'

export interface PublishedPackage {
  readonly name: string
  readonly version: string
  /** A .tgz as `npm publish` sends it. */
  readonly tarball: Uint8Array
  readonly deprecated?: string
  /** Other bytes than those that were published. */
  readonly served?: Uint8Array
}

/** A stand-in for a registry of npm packages: packuments and archives. */
export function npmRegistry(packages: readonly PublishedPackage[]): Promise<LoopbackServer> {
  const url = (host: string | undefined, { name, version }: PublishedPackage) =>
    `http://${host}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`
  return loopbackServer(({ path, headers }) => {
    const archive = packages.find((one) => url(headers.host, one).endsWith(path))
    if (archive) return archive.served ?? archive.tarball
    const own = packages.filter(({ name }) => path === `/${name}`)
    if (own.length === 0) return undefined
    const versions = own.map((one) => {
      const { name, version, deprecated } = one
      const integrity = `sha512-${createHash('sha512').update(one.tarball).digest('base64')}`
      const dist = { tarball: url(headers.host, one), integrity }
      return [version, { name, version, dist, ...(deprecated !== undefined && { deprecated }) }] as const
    })
    const latest = versions.at(-1)?.[0]
    return { name: own[0]?.name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) }
  })
}
