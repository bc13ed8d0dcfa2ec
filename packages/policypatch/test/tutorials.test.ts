import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadModel } from 'policypatch'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { patchOf } from '../../../examples/patched-transformers-js.ts'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder } from './fixtures.ts'
import { runShellScript } from './run-command.ts'

// Each starts processes, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const root = fileURLToPath(new URL('../../../', import.meta.url))
const examples = `${root}examples/tutorials/`
const tutorials = `${root}docs/tutorials/`

let cwd = ''

/** What the tutorials' commands do on their model, they do here on a tiny one, which learns nothing in two steps. */
const changes: readonly (readonly [string, string])[] = [
  ['npx policypatch demo\n', 'test -f policypatch-demo/patch/patch.json\n'],
  ['HuggingFaceTB/SmolLM2-135M-Instruct', 'tiny'],
  ['policypatch train', 'policypatch train --sft-steps 2 --length 3 --no-check --no-validation'],
  ['policypatch eval', 'policypatch eval --model tiny --max-tokens 4'],
  ['policypatch generate --patch', 'policypatch generate --max-tokens 4 --model tiny --patch'],
  ['policypatch generate --model', 'policypatch generate --max-tokens 4 --model'],
]

async function runScript(name: string): Promise<string> {
  let script = await readFile(`${examples}${name}`, 'utf8')
  for (const [from, to] of changes) script = script.replaceAll(from, to)
  const { code, stdout, stderr } = await runShellScript(script, { cwd, fromSource: true })
  expect(code, stderr).toBe(0)
  return stdout
}

async function runProgram(name: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--import', `${root}scripts/source.mjs`, `${examples}${name}`, ...args],
    { cwd },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
    })
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(code, output).toBe(0)
  return output
}

beforeAll(async () => {
  cwd = await temporaryFolder()
  for (const name of await readdir(examples)) {
    if (/\.jsonl$|^json-domain/.test(name)) await cp(`${examples}${name}`, `${cwd}/${name}`)
  }
  // As a module's, the imports of the reader's files are those of the packages' sources.
  await writeFile(`${cwd}/package.json`, '{ "type": "module" }\n')
  await symlink(`${root}node_modules`, `${cwd}/node_modules`)
  await writeTinyModel(`${cwd}/tiny`)
  await mkdir(`${cwd}/policypatch-demo`)
  const model = await loadModel(`${cwd}/tiny`)
  await (await patchOf(model, 4)).save(`${cwd}/policypatch-demo/patch`)
  await model.dispose()
})

describe('commands of the tutorials', () => {
  test('patch your first model', async () => {
    expect(await runScript('first-patch.sh')).toContain('refus')
    expect(await readFile(`${cwd}/report.html`, 'utf8')).toContain('<svg')
  })

  test('your own policy, and to publish it', async () => {
    expect(await runScript('own-policy.sh')).toContain('target as wanted')
    const output = await runScript('publish.sh')
    expect(output).toMatch(/^json-answers\s+0\.1\.0/m)
    const { effects } = JSON.parse(await readFile(`${cwd}/patches/json-answers/patch.json`, 'utf8'))
    expect(effects.length).toBeGreaterThan(0)
  })
})

describe('commands with a file of the reader', () => {
  test('your own domain', async () => {
    const output = await runScript('own-domain.sh')
    expect(output).toMatch(/answers that are JSON .*parses.*json-questions\.jsonl/)
    expect(await readFile(`${cwd}/json.html`, 'utf8')).toContain('answers that are JSON')
    expect(JSON.parse(await readFile(`${cwd}/patches/json-domain/patch.json`, 'utf8')).domain).toBe(
      'json-answers',
    )
  })
})

describe('programs of the tutorials', () => {
  test('apply-patch', async () => {
    expect(await runProgram('apply-patch.ts', 'policypatch-demo/patch', 'tiny')).not.toBe('')
  })

  test('own-policy', async () => {
    expect(await runProgram('own-policy.ts', 'patches/program', 'tiny')).toContain('sft 100 ')
    expect(await readdir(`${cwd}/patches/program`)).toContain('patch.json')
  })

  test('own-domain', async () => {
    const output = await runProgram('own-domain.ts', 'tiny')
    for (const subject of ['base', 'patched']) expect(output).toContain(`${subject}: answers that are JSON`)
  })
})

test('every block of code in a tutorial is a file that something here runs', async () => {
  const used = new Set<string>()
  for (const name of await readdir(tutorials)) {
    const text = await readFile(`${tutorials}${name}`, 'utf8')
    expect(text, name).not.toMatch(/^(```|~~~| {4}\S)/m)
    for (const [, path = ''] of text.matchAll(/^<<< @\/\.\.\/([^#{\s]+)/gm)) used.add(path)
  }
  // walkthrough.test.ts runs these.
  const elsewhere = ['walkthrough.sh', 'expectations.json']
  const names = (await readdir(examples)).filter((name) => !elsewhere.includes(name))
  const run = [
    ...names.map((name) => `examples/tutorials/${name}`),
    // examples/web-worker/test builds these and opens them.
    ...['src/model-worker.ts', 'src/main.ts', 'index.html', 'vite.config.ts'].map(
      (path) => `examples/web-worker/${path}`,
    ),
  ]
  expect([...used].sort()).toEqual(run.sort())
})

test('every region that a tutorial shows is there', async () => {
  for (const name of await readdir(tutorials)) {
    const text = await readFile(`${tutorials}${name}`, 'utf8')
    for (const [, path = '', region = ''] of text.matchAll(/^<<< @\/\.\.\/([^#{\s]+)#(\w+)/gm)) {
      expect(await readFile(`${root}${path}`, 'utf8'), `${name}: ${path}`).toMatch(
        new RegExp(`^(//|#) ?#?region ${region}$`, 'm'),
      )
    }
  }
})
