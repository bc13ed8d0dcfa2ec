import { safetySystemPrompt } from '@policypatch/core/pairs'
import type { InitGoal, InitSettings } from './init-settings.ts'
import type { StartingData, StartingRow } from './starting-data.ts'
import { workflow } from './workflow.ts'

/** The files of a new project: their text by path. */
export function projectFiles(
  settings: InitSettings,
  { train, heldOut }: StartingData,
  version: string,
): Readonly<Record<string, string>> {
  const { name, reference, ci } = settings
  const prompt = heldOut[0]?.prompt ?? 'Hello'
  return {
    'package.json': `${JSON.stringify(manifest(name, version), null, 2)}\n`,
    'policypatch.config.ts': config(settings),
    'prompts.jsonl': lines(train.map(withoutResponse)),
    'held-out.jsonl': lines(heldOut.map(withoutResponse)),
    ...(reference === 'recorded' && {
      'answers.jsonl': lines(
        train.flatMap(({ prompt, response }) => (response === undefined ? [] : [{ prompt, response }])),
      ),
    }),
    ...(reference === 'system-prompt' && { 'policy.txt': `${policies[settings.goal]}\n` }),
    'apply.js': script(settings, prompt),
    '.gitignore': 'node_modules/\n.models/\n*.run/\nreport.html\n',
    ...(ci !== 'none' && { '.github/workflows/policypatch.yml': workflow(name, ci) }),
  }
}

const manifest = (name: string, version: string) => ({
  name,
  private: true,
  type: 'module',
  scripts: {
    pairs: 'policypatch pairs',
    train: 'policypatch train',
    eval: 'policypatch eval',
    report: 'policypatch report evaluation.json',
    apply: 'node apply.js',
  },
  dependencies: { policypatch: `^${version}` },
})

const withoutResponse = ({ prompt, kind }: StartingRow) => ({ prompt, kind })

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** The system prompt when the model itself is the reference. */
const policies: Readonly<Record<InitGoal, string>> = {
  refuse: safetySystemPrompt,
  json: 'Answer every question with a JSON object such as {"answer": "Paris"}, and nothing else.',
  style: 'Begin every answer with "Good day!" and answer in one sentence.',
}

const judges: Readonly<Record<InitGoal, string | undefined>> = {
  refuse: undefined,
  json: 'json',
  style: 'regex:/^Good day!/',
}

const references: Readonly<Record<string, string>> = {
  recorded: 'recorded:answers.jsonl',
  'system-prompt': 'system-prompt:policy.txt',
}

function config({ goal, model, name, reference, preset }: InitSettings): string {
  const judge = judges[goal]
  const forAll = `  // The patch is for every prompt. Without these two lines, other prompts are answered as before.
  everyday: 0,
  contexts: 'none',
`
  return `import { defineConfig } from 'policypatch'

// Options of pairs, train and eval, with the names of the command line. Flags override them.
export default defineConfig({
  model: ${quoted(model)},
  prompts: 'prompts.jsonl',
  reference: ${quoted(references[reference] ?? reference)},
${judge === undefined ? '' : `  judge: ${quoted(judge)},\n${forAll}`}  pairs: { out: 'pairs.jsonl' },
  train: { out: ${quoted(`patches/${name}`)}, preset: ${quoted(preset)} },
  eval: { prompts: 'held-out.jsonl', patch: ${quoted(`patches/${name}`)}, out: 'evaluation.json' },
})
`
}

const script = (
  { model, name }: InitSettings,
  prompt: string,
) => `import { applyPatch, loadModel, readPatch } from 'policypatch'

const prompt = process.argv[2] ?? ${quoted(prompt)}
const model = await loadModel(${quoted(model)})
const patched = applyPatch(model, await readPatch(${quoted(`patches/${name}`)}))
for await (const text of patched.stream([{ role: 'user', content: prompt }])) process.stdout.write(text)
process.stdout.write('\\n')
await model.dispose()
`

const quoted = (text: string) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
