import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { type ReadmeLine, readmeLines } from '../../../scripts/consumer/readme-lines.ts'
import { missingOptions } from '../src/cli/help.ts'
import { commandName, commandsOf, createProgram } from '../src/cli/run-cli.ts'
import { commands } from '../src/commands.ts'
import { splitLine } from './split-line.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = (path: string) => readFileSync(join(root, path), 'utf8')
const inFolder = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'compare/README.md'],
  ...inFolder('docs').filter((path) => path.endsWith('.md')),
  ...[...inFolder('packages'), ...inFolder('examples')].map((folder) => `${folder}/README.md`),
].filter((path) => existsSync(join(root, path)))
const lines = pages.flatMap((page) => readmeLines(text(page)).map((line) => ({ page, ...line })))
const about = (program: RegExp) => lines.filter((line) => program.test(line.text))

const scriptsOf = (folder: string) =>
  Object.keys(JSON.parse(text(join(folder, 'package.json'))).scripts ?? {})

test.each(about(/^npm (run |start|test)/))('$page: $text is a script', ({ page, text: line }) => {
  const name = /^npm run ([\w:-]+)/.exec(line)?.[1] ?? line.split(' ')[1]
  const workspace = / --workspace(?: |=)(\S+)/.exec(line)?.[1]
  const folders = workspace ? [workspace] : ['.', dirname(page)]
  const known = folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).flatMap(scriptsOf)
  expect(known).toContain(name)
})

test.each(about(/^node .*scripts\/|^node .*examples\//))('$page: $text is there', ({ text: line }) => {
  const paths = line.split(' ').filter((word) => /^(\.\/)?(scripts|examples)\//.test(word))
  for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true)
})

/** A command with what was given to it. */
async function parsed(line: string): Promise<Command | undefined> {
  const program = createProgram(commands())
  let given: Command | undefined
  for (const command of commandsOf(program)) {
    command.configureOutput({ writeErr() {} })
    command.action(() => {
      given = command
    })
  }
  await program.parseAsync(splitLine(line).slice(1), { from: 'user' })
  return given
}

describe('what is shown of policypatch', () => {
  const shown = about(/^(npx )?policypatch( |$)/).map((line) => ({
    ...line,
    text: line.text.replace(/^npx /, ''),
  }))

  test.each(shown.filter(({ runs }) => runs))('$page: $text is taken', async ({ text: line }) => {
    if (line === 'policypatch') return
    const command = await parsed(line)
    expect(command && missingOptions(command)).toEqual([])
  })

  test.each(shown.filter(({ runs }) => !runs))(
    '$page: $text is of a command and its options',
    ({ text: line }) => {
      const [, name = '', ...words] = line.split(/[\s()[\]|]+/)
      if (name === '' || /^(COMMAND|--\w+)$/.test(name)) return
      const all = commandsOf(createProgram(commands()))
      const command = [name, `${name} ${words[0]}`]
        .map((one) => all.find((other) => commandName(other) === one))
        .find((one) => one !== undefined)
      expect([...all.map(commandName), 'repo']).toContain(command ? commandName(command) : name)
      const known = [...(command?.options ?? [])].flatMap(({ long }) => long ?? [])
      const flags = words.filter((word) => word.startsWith('--') && word !== '--help')
      expect(known).toEqual(expect.arrayContaining(flags.map((flag) => flag.replace(/=.*/, ''))))
    },
  )

  test('README has every command', () => {
    for (const { name } of commands().map((command) => ({ name: command.name() })))
      expect(text('README.md')).toMatch(new RegExp(`policypatch[^\\n|]*\\b${name}\\b|\`${name}\``))
  })
})

test('lines of blocks, fenced or indented, and mentions, each once', () => {
  const markdown = `Run \`npm run demo -- --seed N\`, or \`npm test\`.

    npm ci && npm run demo      in minutes
    $ npx policypatch generate "How do I boil AN EGG?"   # an answer
    import { a } from 'b'
    policypatch export patches/a --to key-values|onnx --out FILE

\`\`\`sh
npm test
cd elsewhere
\`\`\`
`
  const line = (text: string, runs: boolean): ReadmeLine => ({ text, runs })
  expect(readmeLines(markdown)).toEqual([
    line('npm test', true),
    line('npm ci', true),
    line('npm run demo', true),
    line('npx policypatch generate "How do I boil AN EGG?"', true),
    line('policypatch export patches/a --to key-values|onnx --out FILE', false),
    line('npm run demo -- --seed N', false),
  ])
})
