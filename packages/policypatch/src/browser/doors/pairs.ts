/**
 * Prompts and preference pairs: everyday prompts, near misses, contexts, references, filters.
 *
 * @module policypatch/browser/pairs
 */

import '../../platform-storage.ts'

// What is exported by name takes the place of core's export of that name.
export * from '@policypatch/core/pairs'
export { selectivePrompts } from '../../stored/runs.ts'
