import { expose } from 'comlink'
import { applyPatch, fetchStorage, type LanguageModel, loadModel, readPatch } from 'policypatch'

let patched: Promise<LanguageModel> | undefined

async function open(site: string): Promise<LanguageModel> {
  const model = await loadModel(`${site}models/tiny-chat`)
  const patch = await readPatch({ storage: fetchStorage(`${site}patches`), path: 'no-mischief' })
  return applyPatch(model, patch)
}

const worker = {
  /** Streams the patched model's answer. The model is opened by the first call. */
  async answer(site: string, content: string, onText: (text: string) => void): Promise<void> {
    patched ??= open(site)
    for await (const text of (await patched).stream([{ role: 'user', content }])) onText(text)
  },
}

export type ModelWorker = typeof worker

expose(worker)
