/**
 * Checks every internal link of the built site: the page or file must exist, and so must the anchor. VitePress checks links to
 * pages during the build, but not anchors, and nothing written in HTML.
 *
 *   npm run docs:build
 */
import { readdirSync, readFileSync } from 'node:fs'
import { base, fileAt, site } from './built-site.ts'

const host = 'https://site.invalid'

const withoutEntities = (text: string) =>
  text
    .replace(/&amp;/g, '&')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
const attributes = (html: string, name: string) =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => withoutEntities(value))

/** Anchors by file path. */
const anchors = new Map<string, ReadonlySet<string>>()
const pages = readdirSync(site, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.html'))
for (const page of pages) anchors.set(page, new Set(attributes(readFileSync(`${site}${page}`, 'utf8'), 'id')))

let links = 0
const broken = new Set<string>()
for (const page of pages) {
  const html = readFileSync(`${site}${page}`, 'utf8')
  const address = new URL(`${base}${page.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, '')}`, host)
  for (const href of [...attributes(html, 'href'), ...attributes(html, 'src')]) {
    const { origin, pathname, hash } = new URL(href, address)
    if (origin !== host) continue
    links++
    const file = fileAt(pathname)
    const anchor = decodeURIComponent(hash.slice(1))
    if (file === undefined) broken.add(`${page}: ${href} is not there`)
    else if (anchor !== '' && anchors.get(file)?.has(anchor) === false)
      broken.add(`${page}: ${href} has no such anchor`)
  }
}
for (const one of [...broken].sort()) console.error(one)
console.log(`${links} links on ${pages.length} pages, ${broken.size} broken`)
process.exitCode = broken.size > 0 ? 1 : 0
