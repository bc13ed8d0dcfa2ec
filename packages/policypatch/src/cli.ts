#!/usr/bin/env node
import { endWithParent, largePagesEnvironment, startAgain } from './cli/large-pages.ts'

const env = largePagesEnvironment(process.argv.slice(2))
if (env) process.exitCode = await startAgain(env)
else {
  endWithParent()
  await import('./platform-storage.ts')
  const [{ runCli }, { commands }] = await Promise.all([import('./cli/run-cli.ts'), import('./commands.ts')])
  process.exitCode = await runCli(commands())
}
