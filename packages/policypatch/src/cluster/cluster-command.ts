import type { ClusterStatus } from '@policypatch/cluster'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples, requireOptions } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { openCluster } from './open-cluster.ts'

/** `cluster status`: shows the state of a queue. */
export function clusterCommand(): Command {
  const status = new Command('status')
    .description('show the shards, workers, rates and time left of a queue')
    .option('--queue <address>', 'redis://HOST:PORT')
  requireOptions(status, '--queue')
  addExamples(status, ['What is going on', 'policypatch cluster status --queue redis://10.0.0.1:6379'])
  status.action(
    inContext<{ readonly queue: string }>(async (context, { queue }) => {
      const { clusterStatus } = await openCluster()
      const found = await clusterStatus(queue)
      context.print(statusText(found), found)
    }),
  )
  return new Command('cluster').description('look after runs on several machines').addCommand(status)
}

function statusText({ queues, workers, runs }: ClusterStatus): string {
  if (queues.length === 0) return 'No worker and no run is there.'
  const shards = [
    ['model', 'policypatch', 'shards waiting', 'at work', 'failed', 'rows a second', 'time left'],
    ...queues.map((queue) => [
      ...[queue.model, queue.version, `${queue.waiting}`, `${queue.active}`, `${queue.failed}`],
      queue.rowsPerSecond?.toFixed(2) ?? '–',
      queue.secondsLeft === undefined ? '–' : duration(queue.secondsLeft),
    ]),
  ]
  const staff = [
    ['worker', 'shards', 'rows', 'busy', 'at'],
    ...workers.map(({ id, done, rows, busy, started, at }) => [
      ...[id, `${done}`, `${rows}`],
      `${Math.round((100 * busy) / Math.max(1e-3, (Date.now() - started) / 1000))}%`,
      at ?? 'waiting',
    ]),
  ]
  const running = [
    ['run', 'shards', 'done', 'rows', 'for'],
    ...runs.map(({ host, shards, done, rows, started }) => [
      ...[host, `${shards}`, `${done}`, `${rows}`],
      duration((Date.now() - started) / 1000),
    ]),
  ]
  return [shards, ...[staff, running].filter((table) => table.length > 1)].map(renderTable).join('\n\n')
}

const duration = (seconds: number): string =>
  seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`
