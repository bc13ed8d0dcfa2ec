/**
 * Prompts and preference pairs: everyday prompts, near misses, contexts, references, filters.
 *
 * @module policypatch/pairs
 */

import '../platform-storage.ts'

export * from '@policypatch/core/pairs'
