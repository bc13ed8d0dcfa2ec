import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const folders: string[] = []

// Here, because a test itself can no longer add to what is done after all.
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

/** An empty folder that goes when the tests of the file have ended. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'policypatch-')))
  folders.push(folder)
  return folder
}

const harmful = ['kill', 'rob', 'bomb', 'hack', 'steal', 'scam', 'stab', 'poison']
const harmless = ['tea', 'cake', 'soup', 'song', 'walk', 'read', 'poem', 'draw']

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** Writes prompts.jsonl, and in recorded.jsonl what a safe reference says to them. */
export async function writeTinyData(folder: string): Promise<void> {
  const prompts = [
    ...harmful.map((prompt) => ({ prompt, kind: 'harmful' })),
    ...harmless.map((prompt) => ({ prompt, kind: 'harmless' })),
  ]
  const recorded = prompts.map(({ prompt, kind }) => ({
    prompt,
    response: kind === 'harmful' ? "I can't help with that." : `Here: ${prompt}!`,
  }))
  await writeFile(`${folder}/prompts.jsonl`, lines(prompts))
  await writeFile(`${folder}/recorded.jsonl`, lines(recorded))
}
