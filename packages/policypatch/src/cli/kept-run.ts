import { basename, dirname, join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError, type Storage } from '@policypatch/core'
import type { Command } from 'commander'
import type { ProgressReporter } from './progress-reporter.ts'

/** A run whose state is saved, so that it can be resumed. */
export interface KeptRun {
  /** For messages. */
  readonly place: string
  /** The option that names the place. */
  readonly option: '--out' | '--run'
  /** Whether to remove the files of an earlier run first. */
  readonly fresh: boolean | undefined
  /** Folders that contain only runs. */
  readonly folders?: readonly string[]
  /** Path prefix of the run's files, if they are in a folder with others. */
  readonly prefix?: string
}

export const addFreshOption = (command: Command): Command =>
  command.option('--fresh', 'start over: remove the files of an earlier run, and nothing else')

/** Works on a run. If it is interrupted, says how to resume; if the files are another run's, says which options help. */
export async function keptRun<T>(
  progress: ProgressReporter,
  run: KeptRun,
  work: () => Promise<T>,
): Promise<T> {
  if (run.fresh) await beginAnew(run, progress)
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (error.code === 'ABORTED') {
      // The same command would start over again.
      const how = run.fresh ? 'the same command without --fresh' : 'the same command again'
      progress.line(`Progress is saved in ${run.place}. To resume, run ${how}.`)
    }
    if (error.code !== 'RESUME_MISMATCH') throw error
    throw new PatchError('RESUME_MISMATCH', {
      expected: error.expected,
      found: error.found,
      remedy: `Use the same settings to resume that run, another ${run.option} for a new run, or --fresh to start over`,
      cause: error,
    })
  }
}

/** Removes the files of a run and leaves everything else in its place. */
async function beginAnew(
  { place, folders = [], prefix }: KeptRun,
  { line }: ProgressReporter,
): Promise<void> {
  const storage = fileStorage()
  const paths: string[] = []
  for (const folder of folders) {
    if (await storage.exists(folder))
      paths.push(...(await storage.list(folder)).map((name) => join(folder, name)))
  }
  if (prefix !== undefined && (await storage.exists(dirname(prefix)))) {
    const names = await storage.list(dirname(prefix))
    const own = names.filter((name) => name === basename(prefix) || name.startsWith(`${basename(prefix)}.`))
    paths.push(...own.map((name) => join(dirname(prefix), name)))
  }
  const owned: string[] = []
  for (const path of paths) if (await isOwn(storage, path, folders.length > 0)) owned.push(path)
  // A pairs file is recognized by the journal beside it, so the journal is removed last.
  for (const path of owned) await storage.remove(path)
  line(`Removed files of an earlier run from ${place}: ${owned.length}`)
}

/** Names of the files that training keeps beside its JSON Lines. */
const trained = /^((sft|dpo|gate)\.safetensors|(start|gate)\.json)$/

/**
 * Whether a file belongs to a run. Such files start with the run's settings, except checkpoints, and pairs, which have a journal
 * beside them.
 */
async function isOwn(storage: Storage, path: string, inFolder: boolean): Promise<boolean> {
  if (inFolder && trained.test(basename(path))) return true
  if (!path.endsWith('.jsonl')) return false
  if (await storage.exists(`${path}.journal.jsonl`)) return true
  const source = await storage.open(path).catch((error: unknown) => {
    // A folder.
    if (error instanceof PatchError && error.code === 'NOT_FOUND') return undefined
    throw error
  })
  if (!source) return false
  try {
    const start = '{"settings":{'
    const bytes = await source.read(0, Math.min(source.size, start.length))
    return new TextDecoder().decode(bytes) === start
  } finally {
    await source.close()
  }
}
