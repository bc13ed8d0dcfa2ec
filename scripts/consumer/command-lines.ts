import { splitLine } from '../../packages/policypatch/test/split-line.ts'
import { readmeLines } from './readme-lines.ts'

/** Commands that always need a model. */
const withModel = new Set(['pairs', 'train', 'eval', 'generate', 'export'])

/**
 * The arguments of the lines in a Markdown text that start with policypatch, with their model replaced. The new model has no Hub
 * id, so it must be named even where a patch would determine it. The demo, which takes minutes and has its own model, only shows
 * its help.
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
