import type { LanguageModel } from 'policypatch'

/** Frees what a model has compiled, and the weights that its backend holds: a run loads many. */
export async function release(model: LanguageModel): Promise<void> {
  await model.dispose()
  await model.backend.dispose()
}
