import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { Command, Option } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { openRegistry } from '../open-registry.ts'
import { patchForms } from '../patches/find-patch.ts'

interface PackOptions {
  readonly npm?: string
  readonly out: string
}

/** `pack`: packs a patch into one file. */
export function packCommand(): Command {
  const command = new Command('pack')
    .description('make one file of a patch: a .zip, or a package that `npm publish` takes')
    .argument('<patch>', patchForms)
    .option('--npm <name>', 'make an npm package of this name, such as @acme/harmfulness (default: a .zip)')
    .option('--out <folder>', 'output folder', '.')
    .action(
      inContext(async ({ findPatch, print }, { npm, out }: PackOptions, [place = '']) => {
        const { packNpm, packZip } = await openRegistry()
        const patch = await findPatch(place)
        const { fileName, bytes } = await (npm === undefined ? packZip(patch) : packNpm(patch, npm))
        const { sha256 } = await import('@policypatch/core/platform')
        const [path, digest] = [join(out, fileName), await sha256(bytes)]
        await fileStorage().write(path, bytes)
        print(`${path}: ${bytes.length} bytes, SHA-256 ${digest}`, { path, bytes: bytes.length, digest })
      }),
    )
  return addExamples(
    command,
    ['For a download; its digest goes behind the URL', 'policypatch pack patches/harmfulness --out release'],
    ['For npm', 'policypatch pack patches/harmfulness --npm @acme/harmfulness'],
  )
}

interface PushOptions {
  readonly create?: 'private' | 'public'
}

/** `push`: uploads a patch to the Hub. */
export function pushCommand(): Command {
  const command = new Command('push')
    .description('put a patch onto the Hugging Face Hub, as one commit')
    .argument('<repository>', 'hf:OWNER/NAME[@BRANCH]')
    .argument('<patch>', patchForms)
    .addOption(
      new Option(
        '--create <visibility>',
        'make the repository where there is none (default: it must be there)',
      ).choices(['private', 'public']),
    )
    .action(
      inContext(async (context, { create }: PushOptions, [where = '', place = '']) => {
        const { parseSource, pushPatch } = await openRegistry()
        const spec = parseSource(where)
        if (spec.kind !== 'hub') return context.usageError('the repository must be hf:OWNER/NAME')
        const patch = await context.findPatch(place)
        const pushed = await pushPatch(patch, { repo: spec.repo, branch: spec.revision, create })
        const { name, version } = patch.manifest
        const text = `${name}@${version} is at hf:${pushed.repo}@${pushed.commit}.`
        context.print(text, { name, version, ...pushed })
      }),
    )
  return addExamples(
    command,
    ['A release', 'policypatch push hf:acme/harmfulness patches/harmfulness'],
    [
      'Into a repository that is made for it',
      'policypatch push hf:acme/harmfulness patches/harmfulness --create public',
    ],
  )
}
