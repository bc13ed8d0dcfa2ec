/**
 * Pairs, evaluations and training on many machines: shards are distributed over BullMQ on Redis, and their outcomes are kept in
 * an S3-compatible store or a shared folder.
 *
 * @module @policypatch/cluster
 */

export { runOn } from '@policypatch/core/tasks'
export {
  type Cluster,
  type ClusterOptions,
  connectCluster,
} from './coordinate/connect-cluster.ts'
export type { RunEntry, WorkerEntry } from './queue/roster.ts'
export { type ClusterStatus, clusterStatus, type QueueStatus } from './status/cluster-status.ts'
export {
  type RunningWorker,
  type ShardEvent,
  startWorker,
  type WorkerOptions,
} from './worker/start-worker.ts'
