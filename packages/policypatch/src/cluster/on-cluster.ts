import type { Cluster } from '@policypatch/cluster'
import { type LanguageModel, PatchError } from '@policypatch/core'
import type { WorkerShare } from '@policypatch/core/evaluate'
import { inProcess, runOn } from '@policypatch/core/tasks'
import type { Command } from 'commander'
import { openCluster } from './open-cluster.ts'

interface ClusterOptions {
  readonly queue?: string
  readonly store?: string
}

/** Adds the options of commands whose long work can run on other machines. */
export function addClusterOptions(command: Command): Command {
  return command
    .option(
      '--queue <address>',
      'do the work on the workers of this queue, redis://HOST:PORT; here: as shards, in this process (default: no shards, in this process)',
    )
    .option(
      '--store <place>',
      "where shards' outcomes are kept, s3://BUCKET/PREFIX or a shared folder (default: none; required with --queue)",
    )
}

/** Where a command's models do their long work. */
export interface Workplace {
  /** Returns the model with its long work done there. */
  spread(model: LanguageModel): Promise<LanguageModel>
  /** What ran where so far; empty without workers. */
  ran(): Promise<readonly WorkerShare[]>
  /** Leaves the cluster, and prints what ran where. */
  leave(): Promise<void>
}

/** @param line prints a status line */
export function workplace({ queue, store }: ClusterOptions, line: (text: string) => void): Workplace {
  let joined: Promise<Cluster> | undefined
  const join = async (): Promise<Cluster> => {
    if (queue === undefined || store === undefined) throw incomplete(queue)
    const { connectCluster } = await openCluster()
    return connectCluster({ queue, store, onNotice: line })
  }
  return {
    async spread(model) {
      if (queue === undefined && store === undefined) return model
      if (queue === 'here') return runOn(model, inProcess)
      joined ??= join()
      return runOn(model, (await joined).runner)
    },
    async ran() {
      return (await joined)?.ran().workers ?? []
    },
    async leave() {
      const cluster = await joined?.catch(() => undefined)
      if (!cluster) return
      const { workers, atHand } = cluster.ran()
      for (const { worker, shards, rows, seconds } of workers) {
        line(`${worker} did ${shards} shards, ${rows} rows, in ${seconds.toFixed(1)} s`)
      }
      if (atHand > 0) line(`${atHand} shards were reused from ${store}`)
      await cluster.close()
    },
  }
}

const incomplete = (queue: string | undefined) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: '--queue and --store together',
    found: queue === undefined ? '--store alone' : '--queue alone',
    remedy: 'Give the store that the workers were started with, or --queue here',
  })
