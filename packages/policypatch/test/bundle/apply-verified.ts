import { applyPatch, loadModel, readPatch } from 'policypatch'
import { trustSigners } from 'policypatch/patch'

/** What a page does that takes patches of one publisher alone. */
export async function chat(publicKey: string, id: string, directory: string, prompt: string) {
  const trust = await trustSigners([publicKey])
  const model = await loadModel(id)
  const patch = await readPatch(directory, { trust })
  return (await applyPatch(model, patch, { trust }).generate(prompt)).text
}
