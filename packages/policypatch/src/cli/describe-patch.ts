import { type GateSummary, type Patch, printableLine } from '@policypatch/core'

/** What a patch is, in a few lines. */
export function describePatch({ manifest, bytes, parameters }: Patch): string {
  const { name, version, domain, license, base, prefix, recipe, composition, effects } = manifest
  const { requires, conflicts } = manifest
  const percent = (share: number) => (100 * share).toFixed(1)
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
    ...effects.map(
      ({ metric, n, data, before, after }) =>
        [
          'effect',
          `${metric}: ${percent(before.value)}% → ${percent(after.value)}% ` +
            `[${percent(after.low)}, ${percent(after.high)}] n=${n}, ${data}`,
        ] as const,
    ),
    ...(requires.length > 0 ? [['requires', requires.join(', ')] as const] : []),
    ...(conflicts.length > 0 ? [['conflicts', conflicts.join(', ')] as const] : []),
  ]
  return rows.map(([heading, text]) => `${heading.padEnd(10)}${printableLine(text)}`).join('\n')
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
