import type { Command, Option } from 'commander'
import { describe, expect, test } from 'vitest'
import { splitLine } from '../../test/split-line.ts'
import { commands } from '../commands.ts'
import { examplesOf, isRequired, missingOptions } from './help.ts'
import { commandName, commandsOf, createProgram } from './run-cli.ts'

const names = commandsOf(createProgram(commands())).map(commandName)
const commandOf = (name: string) =>
  commandsOf(createProgram(commands())).find((command) => commandName(command) === name) as Command

/** Options whose absence is nothing but the absence of what they ask for. */
const additions = new Set(
  (
    '--prompts --pairs --reference --patch --ability --system-prompt --out --garak --record --weights --system --prompt --model ' +
    '--reference-key-env --reference-body --judge-key-env --judge-body --judge-criteria --passphrase-env --key --certificate --identity-token-env --certificate-authority ' +
    '--identity --issuer --trust ' +
    '--accept-regression --sha256 --junit --sarif --advisories --details --mended-by'
  ).split(' '),
)

describe.each(names)('%s', (name) => {
  test('its help says of each option that takes a value what it is by default, or that it is required', () => {
    const command = commandOf(name)
    const help = command.createHelp()
    const silent = (option: Option) =>
      (option.required || option.optional) &&
      !isRequired(option) &&
      !additions.has(option.long ?? '') &&
      !/default: /.test(help.optionDescription(option))
    expect(command.options.filter(silent).map(({ flags }) => flags)).toEqual([])
    for (const option of command.options.filter(isRequired))
      expect(help.optionDescription(option)).toMatch(/\(required\)$/)
  })

  test('each of its examples is taken, and lacks nothing', async () => {
    const examples = examplesOf(commandOf(name))
    expect(examples.length).toBeGreaterThan(0)
    for (const { line } of examples) {
      const program = createProgram(commands())
      let missing: readonly string[] | undefined
      const command = commandsOf(program).find((one) => commandName(one) === name) as Command
      command.action(() => {
        missing = missingOptions(command)
      })
      const [first, ...args] = splitLine(line)
      expect(first).toBe('policypatch')
      await program.parseAsync(args, { from: 'user' })
      expect(missing, line).toEqual([])
    }
  })
})

test('where no model is run there are no options of running one', () => {
  const offering = names.filter((name) => commandOf(name).options.some(({ long }) => long === '--device'))
  expect(offering).toEqual(
    'demo doctor pairs train eval test generate serve worker inspect scan export audit advise'.split(' '),
  )
})
