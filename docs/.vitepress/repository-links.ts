import { existsSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

/** Files above this are offered as they are, for a page of them would be of no use. */
const longestPage = 100_000

const root = new URL('../../', import.meta.url)

/**
 * Where the site has a file of the repository that lies outside of docs/. Short files have a page of their own, made by
 * scripts/docs/source-pages.ts; long ones are copied.
 */
export function sourceAddress(path: string): { readonly address: string; readonly page: boolean } {
  const page = statSync(new URL(path, root)).size <= longestPage
  return { address: `/source/${page ? path.replaceAll('.', '-') : path}`, page }
}

/**
 * The path of the repository's file that a link leads to, where that is outside of docs/; undefined for all other links.
 * `from` is the path of the file that holds the link.
 */
export function linkedSource(href: string, from: string): string | undefined {
  if (/^([a-z]+:|\/|#)/i.test(href)) return
  const [path = ''] = href.split('#')
  const target = posix.normalize(posix.join(posix.dirname(from), path))
  if (target.startsWith('docs/')) return
  if (!existsSync(new URL(target, root))) throw new Error(`${from} links to ${href}, which is not there`)
  return statSync(new URL(target, root)).isDirectory() ? posix.join(target, 'README.md') : target
}

/** Links that lead from docs/ to other files of the repository, as they do on GitHub, lead to the site's pages of them. */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const from: string = env.frontmatter?.source ?? `docs/${env.relativePath}`
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (!href) continue
      const source = linkedSource(href, from)
      if (source !== undefined) {
        const { address, page } = sourceAddress(source)
        // VitePress puts the site's base before pages alone.
        token.attrSet('href', page ? address : (process.env.DOCS_BASE ?? '/') + address.slice(1))
        if (!page) token.attrSet('target', '_self')
      } else if (env.frontmatter?.source && !/^([a-z]+:|\/|#)/i.test(href)) {
        // A page of another folder's file that leads into docs/.
        token.attrSet('href', `/${posix.join(posix.dirname(from), href).slice('docs/'.length)}`)
      }
    }
  })
}
