// `/pairs`: prompts and preference pairs: everyday prompts, near misses, contexts, references, filters.
export * from '@policypatch/core/pairs'
export { readContexts, selectivePrompts } from '../../stored/pairs.ts'
