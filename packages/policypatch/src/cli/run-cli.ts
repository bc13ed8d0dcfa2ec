import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { addCommonOptions } from './command-context.ts'
import { optionDescription } from './help.ts'
import { reportError, reportUsageError } from './report-error.ts'
import { sayLines } from './terminal.ts'

const { version } = createRequire(import.meta.url)('policypatch/package.json') as { version: string }

/** The command line with these commands, and the options that each of them takes. */
export function createProgram(commands: readonly Command[]): Command {
  const program = new Command('policypatch')
    .description('Patch language models with a learned prefix, and measure the effects')
    .version(version)
    // So that `train --version` is the patch's.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ optionDescription })
    .addHelpText('after', '\nRun policypatch COMMAND --help for the options of a command and examples.')
  addCommonOptions(program)
  for (const command of commands) {
    addCommonOptions(command)
    program.addCommand(command.copyInheritedSettings(program))
    command.showHelpAfterError(`Run policypatch ${command.name()} --help for its options.`)
  }
  return program
}

/** Runs the command line with these commands and gives the exit code: 2 where it was used wrongly. */
export async function runCli(
  commands: readonly Command[],
  argv: readonly string[] = process.argv,
): Promise<number> {
  const program = createProgram(commands)
  const end = argv.indexOf('--')
  const flags = end < 0 ? argv : argv.slice(0, end)
  const [json, verbose] = [flags.includes('--json'), flags.includes('--verbose')]
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      outputError: (text) => json || sayLines(text.trimEnd()),
      writeErr: (text) => json || sayLines(text.trimEnd()),
    })
  }
  // Whoever reads a result may stop reading, as `head` does.
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
