import { commandName, commandsOf, createProgram } from '../../packages/policypatch/src/cli/run-cli.ts'
import { commands } from '../../packages/policypatch/src/commands.ts'
import { codeOf, escapeMarkdown, table, writePage } from './write-page.ts'

type Command = ReturnType<typeof createProgram>
type Option = Command['options'][number]

const exitCodes = [
  ['0', 'success'],
  ['1', 'an error, printed as `error CODE: message` on standard error: [all codes](/errors)'],
  ['2', 'wrong usage, such as an unknown or missing option'],
  ['130, 143', 'interrupted'],
]

/** Writes a page for each command from its definition, and an overview. Returns the number of pages. */
export async function writeCommandReference(folder: string): Promise<number> {
  const program = createProgram(commands())
  const all = commandsOf(program)
  for (const command of all) await writePage(`${folder}/${slug(command)}.md`, pageOf(command, program))
  await writePage(`${folder}/index.md`, overview(program))
  return all.length
}

const slug = (command: Command): string => commandName(command).replace(' ', '-')

function overview(program: Command): string {
  const rows = commandsOf(program).map((command) => [
    `[\`${commandName(command)}\`](./${slug(command)}.md)`,
    escapeMarkdown(sentence(command.description())),
  ])
  return `---
title: Command line
---

# Command line

${sentence(program.description())}

${table(['command', 'description'], rows)}

## Options of every command

${optionsTable(program.options)}

## Exit codes

${table(['code', 'meaning'], exitCodes)}
`
}

function pageOf(command: Command, program: Command): string {
  const common = new Set(program.options.map(({ long }) => long))
  const own = command.options.filter(({ long, hidden }) => !hidden && !common.has(long))
  const operands = command.registeredArguments.map((operand) => [
    codeOf(command.createHelp().argumentTerm(operand)),
    escapeMarkdown(operand.description),
    operand.required ? 'yes' : '',
  ])
  const sections = [
    `# policypatch ${commandName(command)}`,
    escapeMarkdown(sentence(command.description())),
    `\`\`\`sh\npolicypatch ${commandName(command)} ${command.usage()}\n\`\`\``,
    ...(operands.length > 0
      ? ['## Arguments', table(['argument', 'description', 'required'], operands)]
      : []),
    ...(own.length > 0 ? ['## Options', optionsTable(own)] : []),
    'You can also use the [options of every command](./index.md#options-of-every-command).',
    ...afterHelp(command),
  ]
  return sections.join('\n\n')
}

function optionsTable(options: readonly Option[]): string {
  return table(
    ['option', 'description', 'values', 'default'],
    options.map((option) => [
      codeOf(option.flags),
      `${escapeMarkdown(sentence(option.description))}${option.mandatory ? ' **Required.**' : ''}`,
      (option.argChoices ?? []).map(codeOf).join(' '),
      defaultOf(option),
    ]),
  )
}

function defaultOf(option: Option): string {
  const { defaultValue, defaultValueDescription } = option
  if (defaultValueDescription !== undefined) return codeOf(defaultValueDescription)
  if (defaultValue === undefined || option.negate || option.isBoolean()) return ''
  return codeOf(typeof defaultValue === 'string' ? defaultValue : JSON.stringify(defaultValue))
}

/** The part of a command's help after its options, such as examples. */
function afterHelp(command: Command): string[] {
  let printed = ''
  command.configureOutput({
    writeOut(text) {
      printed += text
    },
  })
  command.outputHelp()
  const after = printed.split(command.helpInformation()).at(-1)?.trim() ?? ''
  return after === '' ? [] : ['## More help', `\`\`\`text\n${after}\n\`\`\``]
}

/** Adds a capital letter and a full stop. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
