import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { errorCodes } from '../../packages/core/src/errors.ts'
import { escapeMarkdown, table, writePage } from './write-page.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The advice for a code in docs/errors.md, as Markdown. */
interface Advice {
  readonly when: string
  readonly remedy: string
}

/** One message from the sources, with … for values inserted at run time. */
interface Message {
  readonly expected: string
  readonly found: string
  readonly remedy: string
}

/** Writes a page for each error code, and returns the number of pages. */
export async function writeErrorPages(docs: string): Promise<number> {
  const meanings = meaningsOf(readFileSync(`${root}packages/core/src/errors.ts`, 'utf8'))
  const advice = adviceOf(readFileSync(`${docs}errors.md`, 'utf8'))
  const messages = messagesOf(sourcesIn(`${root}packages`))
  for (const code of errorCodes) {
    const [meaning, known] = [meanings.get(code), advice.get(code)]
    if (meaning === undefined || known === undefined) {
      throw new Error(`${code} is missing in ${meaning === undefined ? 'errors.ts' : 'docs/errors.md'}`)
    }
    await writePage(`${docs}errors/${slug(code)}.md`, pageOf(code, meaning, known, messages.get(code) ?? []))
  }
  const unknown = [...advice.keys()].filter((code) => !(errorCodes as readonly string[]).includes(code))
  if (unknown.length > 0) throw new Error(`docs/errors.md has codes that are none: ${unknown.join(', ')}`)
  const sidebar = errorCodes.map((code) => ({ text: code, link: `/errors/${slug(code)}` }))
  await writePage(`${docs}errors/sidebar.json`, JSON.stringify(sidebar))
  return errorCodes.length
}

const slug = (code: string): string => code.toLowerCase().replaceAll('_', '-')

function pageOf(
  code: string,
  meaning: string,
  { when, remedy }: Advice,
  messages: readonly Message[],
): string {
  const rows = messages.map(({ expected, found, remedy }) => [expected, found, remedy].map(escapeMarkdown))
  // The advice is written for docs/; this page is one folder below.
  const here = (markdown: string) => markdown.replace(/\]\((?![a-z]+:|#|\/)/g, '](../')
  const exit = code === 'ABORTED' ? '130 or 143 after a signal, else 1' : '1'
  return `# ${code}

${escapeMarkdown(meaning)}

| | |
| --- | --- |
| When | ${here(when)} |
| What to do | ${here(remedy)} |
| Exit code of the command line | ${exit} |

\`\`\`ts
if (error instanceof PatchError && error.code === '${code}') {
  console.error(error.expected, error.found, error.remedy)
}
\`\`\`

${
  rows.length === 0
    ? ''
    : `## Messages

Each message has the form “Expected …; found …. What to do.” Here, … stands for a name, a number or a text.

${table(['Expected', 'found', 'what to do'], rows)}`
}

[All codes](../errors.md)
`
}

/** The comment above each code. */
const meaningsOf = (source: string): Map<string, string> =>
  new Map(
    [...source.matchAll(/\/\*\* (.+?) \*\/\s+'([A-Z_]+)',/g)].map(([, text = '', code = '']) => [code, text]),
  )

function adviceOf(markdown: string): Map<string, Advice> {
  const rows = markdown.matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$/gm)
  return new Map([...rows].map(([, code = '', when = '', remedy = '']) => [code, { when, remedy }]))
}

const sourcesIn = (packages: string): string[] =>
  readdirSync(packages).flatMap((name) =>
    readdirSync(`${packages}/${name}/src`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testing/'))
      .map((path) => `${packages}/${name}/src/${path}`),
  )

/** Messages of `new PatchError(code, { … })` and of `refuseOptions`, by code, as far as the sources show them. */
function messagesOf(paths: readonly string[]): Map<string, Message[]> {
  const messages = new Map<string, Message[]>()
  const add = (code: string, message: Message) => messages.set(code, [...(messages.get(code) ?? []), message])
  // Errors thrown by error helpers are not informative by themselves.
  for (const path of paths.filter((one) => !one.endsWith('/core/src/errors.ts'))) {
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ESNext)
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText(source) === 'PatchError') {
        const [code, parts] = node.arguments ?? []
        const message = parts && messageOf(parts, source)
        if (code && ts.isStringLiteral(code) && message) add(code.text, message)
      }
      if (ts.isCallExpression(node) && node.expression.getText(source) === 'refuseOptions') {
        const [, expected] = node.arguments
        if (expected) {
          add('INVALID_ARGUMENT', {
            expected: textOf(expected),
            found: '…',
            remedy: 'Correct these options',
          })
        }
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return messages
}

function messageOf(node: ts.Node, source: ts.SourceFile): Message | undefined {
  if (!ts.isObjectLiteralExpression(node)) return
  const texts = new Map<string, string>()
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property)) continue
    texts.set(property.name.getText(source), textOf(property.initializer))
  }
  const [expected, found, remedy] = ['expected', 'found', 'remedy'].map((name) => texts.get(name) ?? '…')
  if (expected === undefined || found === undefined || remedy === undefined) return
  // A message of nothing but placeholders helps no one.
  return [expected, remedy].every((text) => text === '…') ? undefined : { expected, found, remedy }
}

function textOf(node: ts.Node): string {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')
  }
  if (ts.isBinaryExpression(node)) return `${textOf(node.left)}${textOf(node.right)}`.replace(/…+/g, '…')
  return '…'
}
