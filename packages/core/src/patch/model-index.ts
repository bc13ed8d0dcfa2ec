import { printableJson } from '../text/printable.ts'
import type { PatchManifest } from './manifest.ts'

/** Text in quotes, for YAML, whose double-quoted strings are a superset of JSON's, and for code. */
export const quoted = (text: string): string => printableJson(JSON.stringify(text))

/**
 * What was measured as lines of YAML, in the form of the Hugging Face Hub's `model-index`
 * (huggingface_hub: `ModelCardData.eval_results`); no lines where nothing was. The value is that with the patch; the
 * base's, the interval, n and the judge stand in the metric's arguments.
 */
export function modelIndex({ name, effects }: Pick<PatchManifest, 'name' | 'effects'>): string[] {
  if (effects.length === 0) return []
  const data = [...new Set(effects.map((effect) => effect.data))]
  return [
    'model-index:',
    `- name: ${quoted(name)}`,
    '  results:',
    ...data.flatMap((dataset) => [
      '  - task:',
      '      type: text-generation',
      '    dataset:',
      `      type: ${quoted(slug(dataset))}`,
      `      name: ${quoted(dataset)}`,
      '    metrics:',
      ...effects
        .filter((effect) => effect.data === dataset)
        .flatMap(({ metric, judge, n, before, after }) => [
          `    - type: ${quoted(slug(metric))}`,
          `      value: ${round(after.value)}`,
          `      name: ${quoted(`${metric} (${judge})`)}`,
          '      args:',
          `        judge: ${quoted(judge)}`,
          `        n: ${n}`,
          `        interval_95: [${round(after.low)}, ${round(after.high)}]`,
          `        base: ${round(before.value)}`,
          `        base_interval_95: [${round(before.low)}, ${round(before.high)}]`,
        ]),
    ]),
  ]
}

const round = (value: number) => Number(value.toPrecision(4))

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'unnamed'
