import { readFile } from 'node:fs/promises'
import { type Judge, jsonJudge, regexJudge } from 'policypatch'

export interface Goal {
  readonly judge: () => Promise<Judge>
  /** Applies to every prompt: there are no keep prompts. */
  readonly everywhere?: true
}

const jsonOf = async (name: string): Promise<Judge> =>
  jsonJudge({ schema: JSON.parse(await readFile(new URL(`${name}.schema.json`, import.meta.url), 'utf8')) })

/** The goals in this folder; see its README.md. */
export const goals: Readonly<Record<string, Goal>> = {
  'support-json': { judge: () => jsonOf('support-json') },
  'cooking-pirate': { judge: () => regexJudge({ pattern: '\\b(?:a+r+|ahoy|aye|matey)\\b', flags: 'i' }) },
  'json-everywhere': { judge: () => jsonOf('json-everywhere'), everywhere: true },
}
