import type { Command } from 'commander'
import { clusterCommand } from './cluster/cluster-command.ts'
import { workerCommand } from './cluster/worker-command.ts'
import { adviseCommand, auditCommand } from './commands/advisory-commands.ts'
import { changelogCommand } from './commands/changelog-command.ts'
import { composeCommand } from './commands/compose-command.ts'
import { diffCommand } from './commands/diff-command.ts'
import { doctorCommand } from './commands/doctor-command.ts'
import { evalCommand } from './commands/eval-command.ts'
import { exportCommand } from './commands/export-command.ts'
import { generateCommand } from './commands/generate-command.ts'
import { initCommand } from './commands/init-command.ts'
import { inspectCommand } from './commands/inspect-command.ts'
import { keygenCommand } from './commands/keygen-command.ts'
import { pairsCommand } from './commands/pairs-command.ts'
import { repoCommand } from './commands/repo/repo-command.ts'
import { reportCommand } from './commands/report-command.ts'
import { scanCommand } from './commands/scan-command.ts'
import { signCommand, verifyCommand } from './commands/signing-commands.ts'
import { testCommand } from './commands/test-command.ts'
import { trainCommand } from './commands/train-command.ts'
import { demoCommand } from './demo/demo-command.ts'
import {
  ciCommand,
  installCommand,
  pinCommand,
  removeCommand,
  rollbackCommand,
  upgradeCommand,
} from './installed/changing-commands.ts'
import { historyCommand, listCommand, outdatedCommand, whyCommand } from './installed/listing-commands.ts'
import { packCommand, pushCommand } from './installed/publishing-commands.ts'
import { apiKeyCommand } from './serve/api-key-command.ts'
import { serveCommand } from './serve/serve-command.ts'

/** All commands, in the order of the help. */
export const commands = (): Command[] => [
  demoCommand(),
  initCommand(),
  doctorCommand(),
  pairsCommand(),
  trainCommand(),
  evalCommand(),
  reportCommand(),
  testCommand(),
  generateCommand(),
  serveCommand(),
  apiKeyCommand(),
  workerCommand(),
  clusterCommand(),
  inspectCommand(),
  diffCommand(),
  changelogCommand(),
  scanCommand(),
  composeCommand(),
  exportCommand(),
  auditCommand(),
  adviseCommand(),
  keygenCommand(),
  signCommand(),
  verifyCommand(),
  repoCommand(),
  packCommand(),
  pushCommand(),
  installCommand(),
  ciCommand(),
  listCommand(),
  outdatedCommand(),
  upgradeCommand(),
  rollbackCommand(),
  pinCommand(),
  removeCommand(),
  whyCommand(),
  historyCommand(),
]
