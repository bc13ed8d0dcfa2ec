import { Command } from 'commander'
import { addAdvisoryCommand, addPatchCommand, yankCommand } from './content-commands.ts'
import { initRepoCommand } from './init-command.ts'
import { delegateCommand, rotateCommand, timestampCommand } from './role-commands.ts'
import { trustCommand } from './trust-command.ts'

/** `repo`: creates, changes and trusts repositories of patches. */
export function repoCommand(): Command {
  const group = new Command('repo').description(
    'make and trust repositories of patches: static files, with the guarantees of The Update Framework',
  )
  for (const make of [
    initRepoCommand,
    addPatchCommand,
    yankCommand,
    addAdvisoryCommand,
    delegateCommand,
    rotateCommand,
    timestampCommand,
    trustCommand,
  ]) {
    group.addCommand(make())
  }
  return group
}
