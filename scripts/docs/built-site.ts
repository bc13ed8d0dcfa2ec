import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where `vitepress build` leaves the site. */
export const site = fileURLToPath(new URL('../../docs/.vitepress/dist/', import.meta.url))

/** The path of the site on its host, as the build had it. */
export const base = process.env.DOCS_BASE ?? '/'

/** The file under {@link site} that a path of an address leads to, as a static host with clean addresses finds it. */
export function fileAt(pathname: string): string | undefined {
  const path = decodeURIComponent(pathname)
  if (!path.startsWith(base)) return
  const inside = path.slice(base.length)
  const candidates =
    inside === '' || inside.endsWith('/') ? [`${inside}index.html`] : [inside, `${inside}.html`]
  return candidates.find((one) => existsSync(`${site}${one}`) && statSync(`${site}${one}`).isFile())
}
