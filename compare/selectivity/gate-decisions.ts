import { createHash } from 'node:crypto'
import { fileStorage, type LanguageModel, type PatchPrompt } from 'policypatch'

/** Prompts processed between two lines of progress. */
const CHUNK = 64

/** Whether a patched model's gate fires on each prompt, in order. Reuses the decisions in its folder. */
export async function gateDecisions(
  model: LanguageModel,
  prompts: readonly PatchPrompt[],
  { folder, onProgress }: { readonly folder: string; readonly onProgress: (line: string) => void },
): Promise<boolean[]> {
  const asked = prompts.map(({ prompt }) =>
    typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt,
  )
  const storage = fileStorage(folder)
  const path = `gate-${createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 12)}.json`
  if (await storage.exists(path)) return JSON.parse(new TextDecoder().decode(await storage.read(path)))
  const fires: boolean[] = []
  for (let start = 0; start < asked.length; start += CHUNK) {
    onProgress(`gate: ${start}/${asked.length}`)
    fires.push(...(await model.takesEffect(asked.slice(start, start + CHUNK), { batchSize: 8 })))
  }
  await storage.write(path, new TextEncoder().encode(JSON.stringify(fires)))
  return fires
}
