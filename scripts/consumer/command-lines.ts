import { splitLine } from '../../packages/policypatch/test/split-line.ts'
import { readmeLines } from './readme-lines.ts'

/** Commands that work with a model in any case. */
const withModel = new Set(['pairs', 'train', 'eval', 'generate', 'export'])

/**
 * The lines of a Markdown text that begin with policypatch, as arguments, on another model than they name: it has no Hub id, so
 * that it must be named where a patch would do. The demo, which takes minutes and its own model, shows its help.
 */
export function commandLines(markdown: string, model: string): string[][] {
  const lines = readmeLines(markdown).filter(({ text, runs }) => runs && /^(npx )?policypatch /.test(text))
  return lines.map(({ text }) => {
    const args = splitLine(text.replace(/^(npx )?policypatch /, ''))
    const [name = ''] = args
    if (name === 'demo') return ['demo', '--help']
    const at = args.indexOf('--model')
    if (at >= 0) return args[at + 1] === undefined ? [...args, model] : args.with(at + 1, model)
    return withModel.has(name) ? [...args, '--model', model] : args
  })
}
