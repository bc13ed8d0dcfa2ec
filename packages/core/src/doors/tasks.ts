/**
 * Long work in shards, which a runner executes in this process or on other machines.
 *
 * @module @policypatch/core/tasks
 */

export { type ModelIdentity, modelIdentity } from '../model/language-model/model-identity.ts'
export { inProcess, type Shard, type ShardDone, type TaskRunner } from '../task-runner.ts'
export { runOn } from '../tasks/run-on.ts'
export { performShard, type ShardTask } from '../tasks/shard-kinds.ts'
