import { Command } from 'commander'
import { addAdvisoryCommand, addPatchCommand, yankCommand } from './content-commands.ts'
import { initRepoCommand } from './init-command.ts'
import { delegateCommand, rotateCommand, timestampCommand } from './role-commands.ts'

/** `repo`: what makes a repository of patches, and changes it. */
export function repoCommand(): Command {
  const group = new Command('repo').description(
    'publish patches in a repository of static files, with the guarantees of The Update Framework',
  )
  for (const make of [
    initRepoCommand,
    addPatchCommand,
    yankCommand,
    addAdvisoryCommand,
    delegateCommand,
    rotateCommand,
    timestampCommand,
  ]) {
    group.addCommand(make())
  }
  return group
}
