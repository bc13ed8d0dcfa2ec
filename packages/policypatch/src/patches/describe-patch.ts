import type { Patch } from '@policypatch/core'
import type { GateSummary, MeasuredRate, PatchEffect } from '@policypatch/core/patch'
import { printableLine } from '@policypatch/core/platform'

/** Describes a patch in a few lines. */
export function describePatch({ manifest, bytes, parameters }: Patch): string {
  const { name, version, domain, license, base, prefix, recipe, composition, effects } = manifest
  const { requires, conflicts } = manifest
  const rows: (readonly [string, string])[] = [
    ['patch', `${name} ${version} (${domain}, ${license}), ${manifest.created}`],
    ['size', `${(bytes / 1000).toFixed(0)} kB, ${parameters} parameters: ${prefix.length} virtual tokens`],
    ...(prefix.gate ? [['gate', describeGate(prefix.gate)] as const] : []),
    ['base', `${base.id} (${base.architecture}, ${base.layers} layers, width ${base.hiddenSize})`],
    ...(composition?.parts ?? []).map(
      (part) =>
        [
          composition?.method ?? '',
          `${part.name} ${part.version}: ${part.length} virtual tokens, weight ${part.weight}, ` +
            `patch.json SHA-256 ${part.digest}`,
        ] as const,
    ),
    ...(prefix.init === 'composed'
      ? []
      : [['trained', `from ${prefix.init}, reference ${recipe.reference}, seed ${recipe.seed}`] as const]),
    ...Object.entries(recipe.data).map(([role, digest]) => ['data', `${role} SHA-256 ${digest}`] as const),
    ...effects.map((effect) => ['effect', describeEffect(effect)] as const),
    ...(requires.length > 0 ? [['requires', requires.join(', ')] as const] : []),
    ...(conflicts.length > 0 ? [['conflicts', conflicts.join(', ')] as const] : []),
  ]
  return rows.map(([heading, text]) => `${heading.padEnd(10)}${printableLine(text)}`).join('\n')
}

/** Formats a measured value with its interval, such as `0.830 [0.780, 0.870]`. */
export function rate(measured: MeasuredRate | undefined): string {
  if (!measured) return '–'
  const [value, low, high] = [measured.value, measured.low, measured.high].map((x) => x.toPrecision(3))
  return `${value} [${low}, ${high}]`
}

/** Shares are shown in percent. Metrics that may exceed 1, such as perplexity, are shown as they are. */
function describeEffect({ metric, n, data, before, after }: PatchEffect): string {
  const isShare = [before, after].every(({ low, high }) => low >= 0 && high <= 1)
  const show = (value: number) => (isShare ? (100 * value).toFixed(1) : String(Number(value.toPrecision(3))))
  const unit = isShare ? '%' : ''
  return `${metric}: ${show(before.value)}${unit} → ${show(after.value)}${unit} [${show(after.low)}, ${show(after.high)}] n=${n}, ${data}`
}

function describeGate({ layers, window, question, units, figures }: GateSummary): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  const measured = figures
    ? `, fires on ${percent(figures.recall)} of ${figures.harmful} held-out target prompts and on ` +
      Object.entries(figures.falsePositives)
        .map(([part, share]) => `${percent(share)} (${part})`)
        .join(', ') +
      ` of ${figures.harmless} other prompts`
    : ''
  return `${units} units after layer ${layers.join(' and ')}, over ${window} tokens${question === undefined ? '' : ', under a question'}${measured}`
}
