import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { addCommonOptions } from './command-context.ts'
import { reportError } from './report-error.ts'

const { version } = createRequire(import.meta.url)('policypatch/package.json') as { version: string }

/** The command line with these commands, and the options that each of them takes. */
export function createProgram(commands: readonly Command[]): Command {
  const program = new Command('policypatch')
    .description("Patches a language model's safety faults with a learned prefix")
    .version(version)
    // So that `train --version` is the patch's.
    .enablePositionalOptions()
    .exitOverride()
  addCommonOptions(program)
  for (const command of commands) {
    addCommonOptions(command)
    program.addCommand(command.copyInheritedSettings(program))
  }
  return program
}

/** Runs the command line with these commands and gives the exit code: 2 where it was used wrongly. */
export async function runCli(
  commands: readonly Command[],
  argv: readonly string[] = process.argv,
): Promise<number> {
  const program = createProgram(commands)
  // Whoever reads a result may stop reading, as `head` does.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))
  try {
    await program.parseAsync([...argv])
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportError(error, { verbose: argv.includes('--verbose') })
  }
}
