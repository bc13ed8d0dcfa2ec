/**
 * Serving many requests with one model: continuous batching, prefix caching, a bounded queue.
 *
 * @module policypatch/engine
 */

import '../platform-storage.ts'

export * from '@policypatch/core/engine'
