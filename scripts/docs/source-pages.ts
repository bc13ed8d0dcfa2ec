import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linkedSource, sourceAddress } from '../../docs/.vitepress/repository-links.ts'
import { writePage } from './write-page.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Writes a page for each file outside of docs/ that a page links to, or copies it. Returns the number of files. */
export async function writeSourcePages(docs: string): Promise<number> {
  const written = new Set<string>()
  const pages = await readdir(docs, { recursive: true })
  const waiting: { readonly path: string; readonly text: string }[] = []
  for (const page of pages.filter((name) => name.endsWith('.md') && !name.startsWith('reference/api/'))) {
    waiting.push({ path: `docs/${page}`, text: await readFile(`${docs}${page}`, 'utf8') })
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const path of sourcesLinkedIn(next)) {
      if (written.has(path)) continue
      written.add(path)
      const { address, page } = sourceAddress(path)
      if (page) {
        const text = await readFile(`${root}${path}`, 'utf8')
        await writePage(`${docs}${address.slice(1)}.md`, pageOf(path, text))
        if (path.endsWith('.md')) waiting.push({ path, text })
      } else {
        await mkdir(dirname(`${docs}public${address}`), { recursive: true })
        await copyFile(`${root}${path}`, `${docs}public${address}`)
      }
    }
  }
  return written.size
}

function sourcesLinkedIn({ path, text }: { readonly path: string; readonly text: string }): string[] {
  const prose = text.replace(/^(```|~~~).*?^\1/gms, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, href = '']) => linkedSource(href, path) ?? [])
}

function pageOf(path: string, text: string): string {
  const head = `---\ntitle: ${path}\nsource: ${path}\nsearch: false\neditLink: false\n---`
  if (path.endsWith('.md')) return `${head}\n\n${text}`
  const fence = '`'.repeat(4)
  return `${head}\n\n# ${path}\n\n${fence}${extname(path).slice(1) || 'text'}\n${text}\n${fence}`
}
