/**
 * Serving many requests with one model: continuous batching, prefix caching, a bounded queue.
 *
 * @module policypatch/browser/engine
 */

import '../../platform-storage.ts'

export * from '@policypatch/core/engine'
