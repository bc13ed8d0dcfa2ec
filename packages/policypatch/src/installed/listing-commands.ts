import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { shippedPatches } from '../patches/read-patch.ts'
import { openState, statePlaces } from './state-context.ts'

/** A patch that can be used by name. */
interface ListedPatch {
  readonly name: string
  readonly version: string
  readonly domain: string
  readonly bytes: number
  readonly source: 'project' | 'installed' | 'shipped'
  /** The base model that this version is in use for; absent if it is installed but not in use. */
  readonly model?: string
  readonly from?: string
  readonly signers?: readonly string[]
}

/** `list`: shows the patches that can be used by name: those of the project, the machine and the package. */
export function listCommand(): Command {
  const command = new Command('list').description('list the patches that can be used by name').action(
    inContext(async ({ print }) => {
      const patches = [...(await installed()), ...(await shipped())]
      const rows = patches.map(({ name, version, domain, bytes, source, model, from }) => [
        ...[name, version, domain, `${(bytes / 1000).toFixed(0)} kB`],
        ...[model ?? '', source === 'shipped' ? 'comes with policypatch' : source, from ?? ''],
      ])
      const heading = ['name', 'version', 'domain', 'size', 'in use for', 'source', 'from']
      print(renderTable([heading, ...rows]), patches)
    }),
  )
  return addExamples(
    command,
    ['All patches', 'policypatch list'],
    ['The same as JSON', 'policypatch list --json'],
  )
}

async function installed(): Promise<ListedPatch[]> {
  const { installedPatches } = await import('@policypatch/registry/state')
  const found: ListedPatch[] = []
  for (const place of await statePlaces()) {
    for (const { patch, used } of await installedPatches(place)) {
      const { name, version, domain } = patch.manifest
      found.push({
        ...{ name, version, domain, bytes: patch.bytes },
        source: place.kind === 'project' ? 'project' : 'installed',
        ...(used && { model: used.model, from: used.source, signers: used.signers }),
      })
    }
  }
  return found
}

const shipped = async (): Promise<ListedPatch[]> =>
  (await shippedPatches()).map((patch) => ({ ...patch, source: 'shipped' as const }))

/** `outdated`: shows what can be upgraded. */
export function outdatedCommand(): Command {
  const command = new Command('outdated')
    .description(
      'list patches in use of which there is a newer version, or that were withdrawn or superseded',
    )
    .action(
      inContext(async (context) => {
        const { outdated } = await import('@policypatch/registry/state')
        const found = await outdated(await openState(context, ['outdated']))
        const rows = found.map(({ name, version, inRange, newest, model, yanked, supersededBy }) => [
          ...[name, version, inRange, newest, model],
          [
            ...(yanked === undefined ? [] : [`withdrawn: ${yanked}`]),
            ...(supersededBy === undefined ? [] : [`superseded by ${supersededBy}`]),
          ].join('; '),
        ])
        const heading = ['name', 'in use', 'upgrade to', 'newest', 'model', '']
        context.print(
          rows.length > 0 ? renderTable([heading, ...rows]) : 'All patches are up to date.',
          found,
        )
      }),
    )
  return addExamples(command, ['What could be upgraded', 'policypatch outdated'])
}

/** `why`: shows what a patch is in use for. */
export function whyCommand(): Command {
  const command = new Command('why')
    .description('say why a patch is in use: what wants it, and what requires it')
    .argument('<patch>', 'its name')
    .action(
      inContext(async (context, _, [name = '']) => {
        const { why } = await import('@policypatch/registry/state')
        const { place } = await openState(context, ['why', name])
        const reasons = await why(place, name)
        const lines = reasons.map(({ model, locked, wanted, requiredBy }) => {
          const by = [
            ...(wanted === undefined ? [] : [`policypatch.json wants ${wanted}`]),
            ...requiredBy.map((other) => `${other} requires it`),
          ]
          return `${name} ${locked.version} for ${model}, from ${locked.source}: ${by.join('; ')}`
        })
        context.print(lines.join('\n'), reasons)
      }),
    )
  return addExamples(command, ['Who wants it', 'policypatch why harmfulness'])
}

/** `history`: shows the journal. */
export function historyCommand(): Command {
  const command = new Command('history')
    .description('list what was installed, upgraded, rolled back and removed, and when')
    .action(
      inContext(async (context) => {
        const { readHistory } = await import('@policypatch/registry/state')
        const { place } = await openState(context, ['history'])
        const entries = await readHistory(place)
        const rows = entries.map(({ time, command: line, changes, removed }) => [
          time,
          line,
          changes.length > 0
            ? changes
                .map(
                  ({ name, before, after }) => `${name} ${before?.version ?? '–'} → ${after?.version ?? '–'}`,
                )
                .join(', ')
            : removed.map(({ name, version }) => `${name} ${version} removed`).join(', '),
        ])
        context.print(renderTable([['time', 'command', 'changes'], ...rows]), entries)
      }),
    )
  return addExamples(command, ['What was changed', 'policypatch history'])
}
