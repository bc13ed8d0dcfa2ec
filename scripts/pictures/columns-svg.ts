import { escapeHtml } from '../../packages/policypatch/src/report/page/html.ts'

/** A question and its answer in every column. */
export interface Exchange {
  readonly question: string
  readonly answers: readonly string[]
}

const column = { width: 480, characters: 54 }
const lineHeight = 19
const margin = 20
const colours = { title: '#7d8590', question: '#58a6ff', answer: '#e6edf3' }
const font = 'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13.5"'

/** Draws a dark terminal as SVG, with a column of questions and answers for each title. */
export function columnsSvg(titles: readonly string[], exchanges: readonly Exchange[]): string {
  const texts: string[] = []
  const write = (x: number, y: number, text: string, kind: keyof typeof colours) =>
    texts.push(`<text x="${x}" y="${y}" fill="${colours[kind]}">${escapeHtml(text)}</text>`)
  const left = (index: number) => margin + index * column.width
  for (const [index, title] of titles.entries()) write(left(index), 34, title, 'title')
  let top = 70
  for (const { question, answers } of exchanges) {
    const blocks = answers.map((answer) => [...wrap(`› ${question}`), '', ...wrap(answer)])
    const asked = wrap(`› ${question}`).length
    for (const [index, lines] of blocks.entries()) {
      for (const [line, text] of lines.entries()) {
        if (text) write(left(index), top + line * lineHeight, text, line < asked ? 'question' : 'answer')
      }
    }
    top += (Math.max(...blocks.map((lines) => lines.length)) + 1.5) * lineHeight
  }
  const width = titles.length * column.width + margin
  const height = Math.round(top - lineHeight)
  const rules = titles.slice(1).map((_, index) => {
    const x = left(index + 1) - margin
    return `<line x1="${x}" y1="16" x2="${x}" y2="${height - 16}" stroke="#30363d"/>`
  })
  const described = exchanges.map(({ question, answers }) =>
    [question, ...answers.map((answer, index) => `${titles[index]}: ${answer}`)].join('\n'),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeHtml(titles.join(' beside the same model '))}</title>
<desc>${escapeHtml(described.join('\n\n'))}</desc>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${rules.join('\n')}
<g ${font}>
${texts.join('\n')}
</g>
</svg>
`
}

/** Wraps text at spaces to the width of a column. */
function wrap(text: string): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line && line.length + 1 + word.length > column.characters) {
        lines.push(line)
        line = word
      } else line = line ? `${line} ${word}` : word
    }
    return [...lines, line]
  })
}
