import { applyPatch, loadModel, readPatch } from 'policypatch'

/** The least that a page does with a patch; training comes when it is asked for. */
export async function chat(id: string, directory: string, prompt: string, write: (text: string) => void) {
  const model = await loadModel(id)
  const patched = applyPatch(model, await readPatch(directory))
  for await (const text of patched.stream(prompt)) write(text)
  return () => import('./train.ts')
}
