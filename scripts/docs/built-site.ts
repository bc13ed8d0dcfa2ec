import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Output folder of `vitepress build`. */
export const site = fileURLToPath(new URL('../../docs/.vitepress/dist/', import.meta.url))

/** The site's path on its host, as in the build. */
export const base = process.env.DOCS_BASE ?? '/'

/** The file under {@link site} for a URL path, as a static host with clean URLs would find it. */
export function fileAt(pathname: string): string | undefined {
  const path = decodeURIComponent(pathname)
  if (!path.startsWith(base)) return
  const inside = path.slice(base.length)
  const candidates =
    inside === '' || inside.endsWith('/') ? [`${inside}index.html`] : [inside, `${inside}.html`]
  return candidates.find((one) => existsSync(`${site}${one}`) && statSync(`${site}${one}`).isFile())
}
