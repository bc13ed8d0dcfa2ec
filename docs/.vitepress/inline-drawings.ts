import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MarkdownRenderer } from 'vitepress'

/**
 * Puts drawings (.svg) into the page itself, where they take the page's colours: as images they would follow the system's
 * choice of light or dark, and not the reader's. Their own colours (`--drawing-…`) are left out here; theme/style.css has them.
 */
export function inlineDrawings(md: MarkdownRenderer): void {
  const image = md.renderer.rules.image
  md.renderer.rules.image = (tokens, index, options, env, self) => {
    const token = tokens[index]
    const source = token?.attrGet('src') ?? ''
    if (token === undefined || !/^[^:]+\.svg$/.test(source)) {
      return image?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options)
    }
    // A page of a file that lies outside of docs/ has that file's drawings.
    const file: string | undefined = env.frontmatter?.source
    const from = file === undefined ? env.path : fileURLToPath(new URL(`../../${file}`, import.meta.url))
    const svg = readFileSync(resolve(dirname(from), decodeURI(source)), 'utf8')
      .replace(/<\?xml.*?\?>|<!--.*?-->|<style>.*?<\/style>/gs, '')
      .replace(/<title>.*?<\/title>/s, '')
      // The roles and names of its marks are for figures that speak for themselves part by part.
      .replace(/ (role|aria-[a-z]+)="[^"]*"/g, '')
    const label = md.utils.escapeHtml(token.content)
    const shape = svg.replace(/<svg([^>]*)>/, (_, attributes: string) => {
      const kept = attributes.replace(/ class="[^"]*"/g, '')
      return `<svg role="img" aria-label="${label}" class="drawing"${kept}>`
    })
    return `<span class="figure" v-pre>${shape.trim()}</span>`
  }
}
