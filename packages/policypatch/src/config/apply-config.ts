import { PatchError } from '@policypatch/core'
import { describeValue } from '@policypatch/core/platform'
import { type Command, InvalidArgumentError, type Option } from 'commander'
import { type ConfigFile, readConfig } from './read-config.ts'

/** Commands that read a configuration, in the order of its sections. */
export const configured = ['pairs', 'train', 'eval'] as const

/** `--config` and `--no-config`. */
export const addConfigOptions = (command: Command): Command =>
  command
    .option(
      '--config <file>',
      'file with options for this command (default: policypatch.config.ts or .js, if it exists)',
    )
    .option('--no-config', 'ignore policypatch.config.ts')

/** Top-level options that `eval` takes: those of the model and the goal. The others are for training. */
const ofEval = new Set(
  'model device precision domain judge judgeKeyEnv judgeBody judgeCriteria format kind'.split(' '),
)

/** Top-level options that only `pairs` and `train` take. */
const ofTraining = new Set(
  'reference referenceKeyEnv referenceBody keepThinking prompts everyday contexts maxTokens temperature seed'.split(
    ' ',
  ),
)

/** Options of a single invocation, not of a project. */
const ofCalls = new Set('fresh config json quiet verbose'.split(' '))

const judge = ['judge', 'judgeKeyEnv', 'judgeBody', 'judgeCriteria']

/** Options that an option overrides in the layers below it. */
const replaces: Readonly<Record<string, readonly string[]>> = {
  domain: [...judge, 'format'],
  judge,
  pairs: ['prompts', 'everyday', 'contexts'],
  prompts: ['pairs'],
  reference: ['referenceKeyEnv', 'referenceBody', 'keepThinking'],
}

/**
 * Sets options from the configuration that the command line does not give. Returns the configuration's path, or undefined if
 * there is none.
 *
 * @throws as `readConfig`; `MALFORMED` naming the file and every unknown field or invalid value.
 */
export async function applyConfig(command: Command): Promise<string | undefined> {
  const option = command.getOptionValue('config')
  if (!configured.some((name) => name === command.name()) || option === false) return undefined
  const config = await readConfig(typeof option === 'string' ? option : undefined)
  if (!config) return undefined
  checkNames(config, command)
  const section = (config.fields[command.name()] ?? {}) as Readonly<Record<string, unknown>>
  const isShared = (name: string) => ofEval.has(name) || (command.name() !== 'eval' && ofTraining.has(name))
  const shared = Object.entries(config.fields).filter(([name]) => isShared(name))
  const given = namesOf(command).filter((name) => command.getOptionValueSource(name) === 'cli')
  const problems: string[] = []
  let above = new Set(given)
  for (const [prefix, layer] of [
    [`${command.name()}.`, Object.entries(section)],
    ['', shared],
  ] as const) {
    const free = layer.filter(([name, value]) => value !== undefined && !isReplaced(name, above))
    for (const [name, value] of free) {
      const problem = setOption(command, name, value)
      if (problem !== undefined) problems.push(`${prefix}${name}: ${problem}`)
    }
    above = new Set([...above, ...free.map(([name]) => name)])
  }
  refuse(config, problems)
  return config.path
}

const isReplaced = (name: string, above: ReadonlySet<string>): boolean =>
  above.has(name) || [...above].some((other) => replaces[other]?.includes(name))

/** The options of a command that a configuration can set. */
export const namesOf = ({ options }: Command): string[] => [
  ...new Set(options.map((option) => option.attributeName()).filter((name) => !ofCalls.has(name))),
]

function checkNames(config: ConfigFile, command: Command): void {
  const sections = configured.map((name) => {
    const own =
      command.name() === name ? command : command.parent?.commands.find((one) => one.name() === name)
    return [name, new Set(own ? namesOf(own) : [])] as const
  })
  const problems = Object.keys(config.fields).filter(
    (name) => !ofEval.has(name) && !ofTraining.has(name) && !configured.some((one) => one === name),
  )
  for (const [name, known] of sections) {
    const section = config.fields[name]
    if (section === undefined) continue
    if (typeof section !== 'object' || section === null || Array.isArray(section)) {
      problems.push(`${name}, which is ${describeValue(section)} and not an object`)
      continue
    }
    problems.push(
      ...Object.keys(section)
        .filter((key) => !known.has(key))
        .map((key) => `${name}.${key}`),
    )
  }
  refuse(
    config,
    problems.map((problem) => `${problem}: unknown field`),
  )
}

function refuse({ path }: ConfigFile, problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new PatchError('MALFORMED', {
    expected: `options of pairs, train and eval in ${path}`,
    found: problems.join('; '),
    remedy: 'Correct these fields; the help of a command lists its options',
  })
}

/** Sets an option as if it had been typed, or returns what is wrong with its value. */
export function setOption(command: Command, name: string, value: unknown): string | undefined {
  const options = command.options.filter((option) => option.attributeName() === name)
  const option = options.find(({ negate }) => !negate) ?? options[0]
  if (!option) return 'unknown field'
  const parsed = parse(option, value)
  if ('problem' in parsed) return parsed.problem
  if (parsed.value !== undefined) command.setOptionValueWithSource(name, parsed.value, 'config')
  return undefined
}

/** An undefined value means that the option is treated as not given. */
type Parsed = { readonly value: unknown } | { readonly problem: string }

function parse(option: Option, value: unknown): Parsed {
  const takesValue = option.required || option.optional
  if (!takesValue || (option.optional && value === true)) {
    if (typeof value !== 'boolean') return { problem: `${describeValue(value)} is not true or false` }
    return { value: option.negate || value ? value : undefined }
  }
  if (option.variadic) {
    const all = typeof value === 'string' ? [value] : value
    const isList =
      Array.isArray(all) && all.length > 0 && all.every((one) => typeof one === 'string' && one !== '')
    return isList ? { value: all } : { problem: `${describeValue(value)} is not a text or a list of texts` }
  }
  const text = textOf(value)
  if (text === undefined) return { problem: `${describeValue(value)} is not a valid value` }
  try {
    return { value: option.parseArg ? option.parseArg(text, undefined) : text }
  } catch (error) {
    if (error instanceof InvalidArgumentError)
      return { problem: `${describeValue(value)}: ${error.message.replace(/\.$/, '')}` }
    throw error
  }
}

/** The value as it would be typed. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number') return String(value)
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isPlain ? JSON.stringify(value) : undefined
}
