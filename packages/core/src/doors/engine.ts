/**
 * Many requests on one model: continuous batching, prefix caching, a bounded queue.
 *
 * @module @policypatch/core/engine
 */

export { createEngine } from '../engine/create-engine.ts'
export type {
  Engine,
  EngineEnd,
  EngineEvent,
  EngineOptions,
  EngineRequest,
  EngineStatus,
  EngineToken,
  TokenLogProbability,
} from '../engine/engine.ts'
