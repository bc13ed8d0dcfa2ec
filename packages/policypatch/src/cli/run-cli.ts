import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { addCommonOptions } from './command-context.ts'
import { optionDescription } from './help.ts'
import { reportError, reportUsageError } from './report-error.ts'
import { sayLines } from './terminal.ts'

const { version } = createRequire(import.meta.url)('policypatch/package.json') as { version: string }

/** Creates the command line with these commands and their common options. */
export function createProgram(commands: readonly Command[]): Command {
  const program = new Command('policypatch')
    .description('Patch language models with a learned prefix, and measure the effects')
    .version(version)
    // So that `train --version` sets the patch's version.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ optionDescription })
    .addHelpText('after', '\nRun policypatch COMMAND --help for the options of a command and examples.')
  addCommonOptions(program)
  for (const command of commands) {
    program.addCommand(command)
    prepare(command, program)
  }
  return program
}

/** Applies the common settings to a command and its subcommands. */
function prepare(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent)
  addCommonOptions(command)
  command.showHelpAfterError(`Run policypatch ${commandName(command)} --help for its options.`)
  for (const one of command.commands) prepare(one, command)
}

/** All commands of a program, including those in groups but not the groups themselves. */
export const commandsOf = ({ commands }: Command): readonly Command[] =>
  commands.flatMap((command) => (command.commands.length > 0 ? commandsOf(command) : [command]))

/** The command as typed after the program's name, such as `repo add`. */
export const commandName = (command: Command): string =>
  command.parent?.parent ? `${commandName(command.parent)} ${command.name()}` : command.name()

/** Runs the command line with these commands. Returns the exit code: 2 for a usage error. */
export async function runCli(
  commands: readonly Command[],
  argv: readonly string[] = process.argv,
): Promise<number> {
  const program = createProgram(commands)
  const end = argv.indexOf('--')
  const flags = end < 0 ? argv : argv.slice(0, end)
  const [json, verbose] = [flags.includes('--json'), flags.includes('--verbose')]
  for (const command of [program, ...program.commands, ...commandsOf(program)]) {
    command.configureOutput({
      outputError: (text) => json || sayLines(text.trimEnd()),
      writeErr: (text) => json || sayLines(text.trimEnd()),
    })
  }
  // The reader of a pipe may stop reading early, as `head` does.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))
  try {
    await program.parseAsync([...argv])
    return 0
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, { verbose, json })
    if (error.exitCode === 0) return 0
    if (json) reportUsageError(error)
    return 2
  }
}
