import { readFile } from 'node:fs/promises'
import { PatchError } from '@policypatch/core'
import { Command } from 'commander'
import { inContext } from '../../cli/command-context.ts'
import { addExamples, requireOption } from '../../cli/help.ts'
import { openState } from '../../installed/state-context.ts'
import { openRegistry } from '../../open-registry.ts'

interface TrustOptions {
  readonly root?: string
  readonly sha256?: string
  readonly project?: boolean
}

/** `repo trust`: adds a repository to install patches from. */
export function trustCommand(): Command {
  const command = new Command('trust')
    .description('trust a repository for installing patches, using the root that its owner published')
    .argument('<name>', 'what to call it here')
    .argument('<url>', 'where it is: the folder with metadata/ and targets/')
    .option('--root <file>', 'its root metadata, such as 1.root.json; or use --sha256')
    .option('--sha256 <digest>', 'of root metadata that it serves, instead of --root')
    .option('--project', 'make this folder a project, with a policypatch.json of its own')
    .action(
      inContext(async (context, { root, sha256, project }: TrustOptions, [name = '', url = '']) => {
        if (root !== undefined && sha256 !== undefined) context.usageError('use --root or --sha256, not both')
        const { trustRepository } = await openRegistry()
        const state = await openState(context, ['repo', 'trust', name, url], { asProject: project ?? false })
        const given = root === undefined ? (sha256 as string) : await readRoot(root)
        const trusted = await trustRepository(state, { name, url, root: given })
        context.print(
          `Patches are installed from ${url}: ${trusted.patches.join(', ') || 'it has none yet'}.`,
          trusted,
        )
      }),
    )
  requireOption(command, '--root', (one) => one.getOptionValue('sha256') === undefined)
  return addExamples(
    command,
    ['By a file', 'policypatch repo trust acme https://patches.example --root acme.root.json'],
    [
      'By its digest',
      `policypatch repo trust acme https://patches.example --sha256 ${'0123456789abcdef'.repeat(4)}`,
    ],
  )
}

const readRoot = (path: string): Promise<Uint8Array> =>
  readFile(path).catch((cause) => {
    throw new PatchError('NOT_FOUND', {
      expected: `root metadata in ${path}`,
      found: 'no readable file',
      remedy: 'Check the path, or use --sha256',
      cause,
    })
  })
