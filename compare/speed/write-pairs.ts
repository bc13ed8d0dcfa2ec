import { readFileSync, writeFileSync } from 'node:fs'
import type { PreferencePair } from '@policypatch/core'

/**
 * Alternates harmful and harmless rows of the demo's data, with its recorded answers. A refusal is y⁺ of a harmful prompt and y⁻
 * of the harmless prompt next to it; that prompt's answer is its own y⁺ and the harmful prompt's y⁻.
 */
export function writePairs(path: string, count: number): PreferencePair[] {
  const pairs = demoPairs(count, 'train')
  writeFileSync(path, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''))
  return pairs
}

export function demoPairs(count: number, wanted: 'train' | 'validation'): PreferencePair[] {
  const rows = (name: string): { prompt: string; split?: string; response: string }[] => {
    const file = new URL(`../../packages/policypatch/demo/${name}.jsonl`, import.meta.url)
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  const answers = new Map(rows('reference').map(({ prompt, response }) => [prompt, response]))
  const prompts = (name: string) =>
    rows(name).filter(({ split, prompt }) => split === wanted && answers.has(prompt))
  const [harmful, harmless] = [prompts('harmful'), prompts('harmless')]
  return Array.from({ length: Math.min(count >> 1, harmful.length, harmless.length) }, (_, i) => {
    const [bad, good] = [harmful[i]?.prompt ?? '', harmless[i]?.prompt ?? '']
    const [refusal, answer] = [answers.get(bad) ?? '', answers.get(good) ?? '']
    return [
      { prompt: bad, kind: 'harmful' as const, chosen: refusal, rejected: answer },
      { prompt: good, kind: 'harmless' as const, chosen: answer, rejected: refusal },
    ]
  }).flat()
}
