import { applyPatch, loadModel, readPatch } from 'policypatch'
import { openTrust, parseTrustPolicy } from 'policypatch/patch'

/** What a page does that takes patches by a trust policy alone. */
export async function chat(policy: Uint8Array, id: string, directory: string, prompt: string) {
  const trust = await openTrust(parseTrustPolicy(policy))
  const model = await loadModel(id)
  const patch = await readPatch(directory, { trust })
  return (await applyPatch(model, patch, { trust }).generate(prompt)).text
}
