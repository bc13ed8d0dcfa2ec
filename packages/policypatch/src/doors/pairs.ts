/**
 * Prompts and preference pairs: everyday prompts, near misses, contexts, references, filters.
 *
 * @module policypatch/pairs
 */

// What is exported by name takes the place of core's export of that name.
export * from '@policypatch/core/pairs'
export { readContexts, selectivePrompts } from '../stored/pairs.ts'
