import { join } from 'node:path'
import type { Trust } from '@policypatch/core/patch'
import type { JournalEntry, StateContext, StatePlace } from '@policypatch/registry/state'
import type { ProgressReporter } from '../cli/progress-reporter.ts'
import { defaultDataFolder } from '../default-storage/node.ts'

/** Where commands look up patches by name: first the project around the working directory, if there is one, then the machine. */
export async function statePlaces(): Promise<readonly StatePlace[]> {
  const { machineState, projectAround } = await import('@policypatch/registry/state')
  const data = defaultDataFolder()
  const project = projectAround('.', data)
  return [...(project ? [project] : []), machineState(data)]
}

export interface OpenStateOptions {
  /** Whether to treat the working directory as a project even without a policypatch.json. */
  readonly asProject?: boolean
}

/** Opens the state that a command changes: the project around the working directory, or else the machine's installed patches. */
export async function openState(
  { progress, trust }: { readonly progress: ProgressReporter; trust(): Promise<Trust | undefined> },
  command: readonly string[],
  { asProject = false }: OpenStateOptions = {},
): Promise<StateContext> {
  const { projectState } = await import('@policypatch/registry/state')
  const [nearest] = await statePlaces()
  const policy = await trust()
  return {
    place: asProject ? projectState('.') : (nearest as StatePlace),
    command: command.join(' '),
    cache: join(defaultDataFolder(), 'downloads'),
    onNotice: progress.line,
    ...(policy && {
      verify: async (patch) => (await policy.verify(patch)).signers.map(({ name }) => name),
    }),
  }
}

/** Describes what a command changed, for its output. */
export function describeEntry(entry: JournalEntry | undefined): readonly [text: string, json: unknown] {
  const lines = (entry?.changes ?? []).flatMap(({ name, before, after }) => {
    if (!after) return [`removed ${name}@${before?.version}`]
    if (!before) return [`installed ${name}@${after.version}`]
    if (before.version === after.version) return [`${name}@${after.version} stays`]
    return [`${name} ${before.version} → ${after.version}`]
  })
  const told = new Set(entry?.changes.map(({ name, after }) => `${name}@${after?.version}`))
  for (const { name, version } of entry?.added ?? []) {
    if (!told.has(`${name}@${version}`)) lines.push(`installed ${name}@${version}`)
  }
  const gone = new Set(entry?.changes.map(({ name, before, after }) => after ?? `${name}@${before?.version}`))
  for (const { name, version } of entry?.removed ?? []) {
    if (!gone.has(`${name}@${version}`)) lines.push(`removed ${name}@${version}`)
  }
  return [lines.join('\n') || 'Nothing to change.', entry ?? { changes: [], added: [], removed: [] }]
}
