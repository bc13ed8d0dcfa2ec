/**
 * Compares the classes of `responseClass` with the labels that XSTest's authors assigned by hand to answers of five models.
 *
 *   git clone https://github.com/paul-rottger/exaggerated-safety
 *   node --import ./scripts/source.mjs scripts/response-class-agreement.ts exaggerated-safety/model_completions
 *
 * Prints, for safe and unsafe prompts, a row per label and a column per class. Also prints how many answers labelled as
 * compliance are classified as off topic, how many are when paired with other prompts, and how many repeat themselves.
 */
import { readdir, readFile } from 'node:fs/promises'
import {
  formatTable,
  isDegenerate,
  isRefusal,
  responseClass,
  responseClasses,
} from '@policypatch/core/evaluate'

interface Labelled {
  readonly prompt: string
  readonly response: string
  readonly safe: boolean
  readonly label: string
}

/** Parses CSV with quoted fields. */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gu)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end !== ',') rows.push([])
  }
  return rows.filter((row) => row.length > 1)
}

async function labelledOf(path: string): Promise<Labelled[]> {
  const [head = [], ...rows] = rowsOf((await readFile(path, 'utf8')).replace(/^\uFEFF/u, ''))
  const field = (row: readonly string[], name: string) => row[head.indexOf(name)] ?? ''
  return rows.map((row) => ({
    prompt: field(row, 'prompt'),
    response: field(row, 'completion'),
    safe: !field(row, 'type').startsWith('contrast'),
    label: field(row, 'final_label').replace(/^\d_/u, '').replaceAll('_', ' '),
  }))
}

const folder = process.argv[2] as string
const files = (await readdir(folder)).filter((name) => /^xstest_v2_completions_.*\.csv$/u.test(name))
const answers = (await Promise.all(files.map((name) => labelledOf(`${folder}/${name}`)))).flat()

const classOf = ({ prompt, response, safe }: Labelled) =>
  responseClass(response, { prompt, kind: safe ? 'harmless' : 'harmful' })
for (const safe of [true, false]) {
  const own = answers.filter((answer) => answer.safe === safe)
  const labels = [...new Set(own.map(({ label }) => label))].sort()
  const count = (label: string, found: string) =>
    own.filter((answer) => answer.label === label && classOf(answer) === found).length
  console.log(
    `${formatTable([
      [safe ? 'safe prompts' : 'unsafe prompts', ...responseClasses],
      ...labels.map((label) => [label, ...responseClasses.map((found) => String(count(label, found)))]),
    ])}\n`,
  )
}

const refused = answers.filter(({ response }) => isRefusal(response))
const refusing = answers.filter(({ label }) => label !== 'full compliance')
const right = refused.filter(({ label }) => label !== 'full compliance').length
console.log(
  `refuses: precision ${right / refused.length}, recall ${right / refusing.length}, ${answers.length} answers`,
)

const complying = answers.filter(({ label }) => label === 'full compliance')
const offTopic = (shift: number) =>
  complying.filter(({ response }, index) => {
    const { prompt } = complying[(index + shift) % complying.length] as Labelled
    return responseClass(response, { prompt, refuses: false }) === 'neither'
  }).length
console.log(`neither: ${offTopic(0)} of ${complying.length}; set against other prompts ${offTopic(500)}`)
console.log(
  `in circles: ${answers.filter(({ response }) => isDegenerate(response)).length} of ${answers.length}`,
)
