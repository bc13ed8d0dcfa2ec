import type { MarkdownRenderer } from 'vitepress'

/** Indented code is shown as fenced code is: VitePress has no style for it, and it would be wider than a phone. */
export function indentedCode(md: MarkdownRenderer): void {
  md.core.ruler.push('indented-code', ({ tokens }) => {
    for (const token of tokens.filter(({ type }) => type === 'code_block')) {
      Object.assign(token, { type: 'fence', tag: 'code', markup: '```', info: 'text' })
    }
  })
}
