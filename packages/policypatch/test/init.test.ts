import { spawn } from 'node:child_process'
import { access, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder } from './fixtures.ts'
import { type CommandResult, runCommand } from './run-command.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const root = fileURLToPath(new URL('../../../', import.meta.url))

let cwd = ''
const at = (path: string) => `${cwd}/${path}`
const run = (line: string) => runCommand(line.split(' '), { cwd })

/** Runs a command in a project, where it imports the sources of this package. */
async function inProject(project: string, line: string): Promise<CommandResult> {
  const result = await runCommand(line.split(' '), { cwd: at(project), fromSource: true })
  expect({ line, code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({
    line,
    code: 0,
    stderr: '',
  })
  return result
}

function program(command: string, args: readonly string[], folder: string): Promise<CommandResult> {
  const child = spawn(command, args, { cwd: folder })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })))
}

beforeAll(async () => {
  cwd = await temporaryFolder()
  await writeTinyModel(at('tiny'))
  await symlink(`${root}node_modules`, at('node_modules'))
})

const files =
  '.github .gitignore answers.jsonl apply.js held-out.jsonl package.json policypatch.config.ts prompts.jsonl'.split(
    ' ',
  )

describe('a project', () => {
  test.each(['refuse', 'json', 'style'])(
    'to %s is trained, measured, reported and applied by its own scripts',
    async (goal) => {
      const made = await run(`init ${goal} --goal ${goal} --model tiny --name own --yes --json`)
      expect(made, made.stderr).toMatchObject({ code: 0 })
      expect((await readdir(at(goal))).sort()).toEqual(files)
      const { scripts } = JSON.parse(await readFile(at(`${goal}/package.json`), 'utf8'))
      const script = (name: string) => scripts[name].replace(/^policypatch /, '')

      const trained = await inProject(
        goal,
        `${script('train')} --sft-steps 2 --dpo-steps 0 --length 2 --max-tokens 4 --contexts none --no-eval --no-gate`,
      )
      expect(trained.stderr).toContain('Options from policypatch.config.ts')
      const manifest = JSON.parse(await readFile(at(`${goal}/patches/own/patch.json`), 'utf8'))
      expect(manifest).toMatchObject({
        name: 'own',
        base: { id: 'tiny' },
        recipe: { options: { sft: { steps: 2 } } },
      })

      const evaluated = await inProject(goal, `${script('eval')} --max-tokens 2 --json`)
      expect(JSON.parse(evaluated.stdout).subjects.map(({ name }: { name: string }) => name)).toEqual([
        'base',
        'own@0.1.0',
      ])
      await inProject(goal, script('report'))
      expect(await readFile(at(`${goal}/report.html`), 'utf8')).toContain('own')

      const applied = await program(
        process.execPath,
        ['--import', `${root}scripts/source.mjs`, ...scripts.apply.split(' ').slice(1)],
        at(goal),
      )
      expect(applied, applied.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/./) })
    },
  )

  test('makes pairs as its configuration says', async () => {
    await run('init pairs --goal json --model tiny --yes')
    await inProject('pairs', 'pairs --max-tokens 2')
    const rows = (await readFile(at('pairs/pairs.jsonl'), 'utf8')).trim().split('\n')
    expect(JSON.parse(rows[0] ?? '')).toMatchObject({ kind: 'target', chosen: '{"answer":"Paris"}' })
  })

  test('has a configuration that its types know', async () => {
    await run('init typed --model tiny --goal json --yes')
    const path = at('typed/policypatch.config.ts')
    await writeFile(path, (await readFile(path, 'utf8')).replace("preset: 'balanced'", "preset: 'slow'"))
    const options =
      '--noEmit --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler --types node ' +
      `--typeRoots ${root}node_modules/@types --customConditions @policypatch/source --allowImportingTsExtensions ` +
      '--resolveJsonModule --lib es2023,dom,dom.iterable,dom.asynciterable'
    const tsc = [`${root}node_modules/typescript/bin/tsc`, ...options.split(' '), 'policypatch.config.ts']
    const { stdout } = await program(process.execPath, tsc, at('typed'))
    expect(stdout.split('\n').filter((line) => line.startsWith('policypatch.config.ts'))).toEqual([
      expect.stringMatching(/"slow".*TrainingPreset/),
    ])
  })

  test('has a workflow that trains, one that evaluates, or none; and a policy where the model is its own reference', async () => {
    const stepsOf = async (folder: string) => {
      const text = await readFile(at(`${folder}/.github/workflows/policypatch.yml`), 'utf8')
      return [...text.matchAll(/^ +- run: (.+)$/gm)].map(([, line]) => line)
    }
    await run('init trains --yes --reference system-prompt')
    expect(await stepsOf('trains')).toEqual([
      'npm install',
      'npm run train',
      'npm run eval',
      'npm run report',
    ])
    expect(await readFile(at('trains/policy.txt'), 'utf8')).toMatch(/careful/)
    expect(await readFile(at('trains/policypatch.config.ts'), 'utf8')).toContain("'system-prompt:policy.txt'")
    await run('init evaluates --yes --ci eval')
    expect(await stepsOf('evaluates')).toEqual(['npm install', 'npm run eval', 'npm run report'])
    await run('init neither --yes --ci none')
    await expect(access(at('neither/.github'))).rejects.toThrow()
  })

  test('takes examples that stay clear of those to measure by', async () => {
    await run('init data --yes')
    const prompts = async (file: string) =>
      (await readFile(at(`data/${file}`), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    const [train, heldOut, answers] = await Promise.all(
      ['prompts.jsonl', 'held-out.jsonl', 'answers.jsonl'].map(prompts),
    )
    const kinds = (rows: { kind: string }[] = []) =>
      ['harmful', 'harmless'].map((kind) => rows.filter((row) => row.kind === kind).length)
    expect(kinds(train)).toEqual([52, 52])
    expect(kinds(heldOut)).toEqual([12, 12])
    expect(answers).toHaveLength(52)
    const seen = new Set(train?.map(({ prompt }) => prompt))
    expect(heldOut?.filter(({ prompt }) => seen.has(prompt))).toEqual([])
  })
})

describe('nothing is overwritten', () => {
  test('what is there stays, and is named', async () => {
    await mkdir(at('there'))
    await writeFile(at('there/package.json'), '{"mine":true}')
    const made = await run('init there --yes --json')
    expect(JSON.parse(made.stdout)).toMatchObject({ kept: ['package.json'] })
    expect(await readFile(at('there/package.json'), 'utf8')).toBe('{"mine":true}')
  })

  test('a project is refused', async () => {
    await mkdir(at('project'))
    await writeFile(at('project/policypatch.config.js'), 'export default {}')
    const made = await run('init project --yes')
    expect(made).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/error INVALID_ARGUMENT: .*policypatch\.config\.js/),
    })
    expect(await readdir(at('project'))).toEqual(['policypatch.config.js'])
  })
})

describe('without a terminal', () => {
  test.each([
    ['init none', /--goal, --model, --name, or --yes/],
    ['init none --goal json --name own', / --model, or --yes/],
    ['init none --goal poem --yes', /'poem' is invalid/],
    ['init none --name Wrong! --yes', /'Wrong!' is invalid/],
    ['init none --reference recorded: --yes', /'recorded:' is invalid/],
  ])('%s says what is needed', async (line, message) => {
    const result = await run(line)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(message)
    await expect(access(at('none'))).rejects.toThrow()
  })

  test('what is given is enough', async () => {
    expect(await run('init given --goal json --model tiny --name own')).toMatchObject({ code: 0 })
  })
})
