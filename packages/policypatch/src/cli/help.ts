import { type Command, Help, type Option } from 'commander'

/** A command line, and what it does. */
export interface Example {
  readonly line: string
  readonly what: string
}

const examples = new WeakMap<Command, readonly Example[]>()
const required = new WeakMap<Option, (command: Command) => boolean>()

/** Adds examples to the end of a command's help. */
export function addExamples(command: Command, ...shown: readonly (readonly [string, string])[]): Command {
  examples.set(
    command,
    shown.map(([what, line]) => ({ what, line })),
  )
  const lines = shown.map(([what, line]) => `  # ${what}\n  $ ${line}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

/** The examples of a command. */
export const examplesOf = (command: Command): readonly Example[] => examples.get(command) ?? []

/**
 * Marks options of a command as required, by their long flags. Commander checks required options before unknown ones, and so
 * would report a typo as a missing option.
 */
export function requireOptions(command: Command, ...flags: readonly string[]): Command {
  for (const flag of flags) requireOption(command, flag, () => true)
  return command
}

/** Marks one option as required if `isNeeded` says so for the command. */
export function requireOption(
  command: Command,
  flag: string,
  isNeeded: (command: Command) => boolean,
): Command {
  for (const option of command.options) if (option.long === flag) required.set(option, isNeeded)
  return command
}

/** Whether an option must be given. */
export const isRequired = (option: Option): boolean => required.has(option)

/** The flags of required options that are missing. */
export function missingOptions(command: Command): string[] {
  return command.options
    .filter(
      (option) =>
        required.get(option)?.(command) && command.getOptionValue(option.attributeName()) === undefined,
    )
    .map(({ flags }) => flags)
}

/** An option's text in the help: commander's, and whether it is required. */
export function optionDescription(option: Option): string {
  const text = new Help().optionDescription(option)
  return isRequired(option) ? `${text} (required)` : text
}
