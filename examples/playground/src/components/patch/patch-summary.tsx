import type { PatchEffect, PatchManifest } from 'policypatch/patch'
import { formatBytes } from '../../format.ts'
import type { PatchView } from '../../worker/patch-shelf.ts'

interface PatchSummaryProps {
  readonly view: PatchView
}

/** What a patch does, by its manifest: what taught it, how much it changed, and how large it is. */
export function PatchSummary({ view: { manifest, bytes, origin } }: PatchSummaryProps) {
  return (
    <div class="summary">
      <p>{purposeOf(manifest)}</p>
      <p class="quiet">
        {manifest.effects.length === 0 ? 'Not measured' : manifest.effects.map(EffectLine)} ·{' '}
        {formatBytes(bytes)}
        {origin === 'own' && ' · yours, kept in this browser'}
      </p>
    </div>
  )
}

function EffectLine({ metric, before, after }: PatchEffect, index: number) {
  return (
    <span key={metric} class="effect">
      {index > 0 && ', '}
      {metric} {percent(before.value)}
      <span aria-hidden="true"> → </span>
      <span class="visually-hidden"> before, after it </span>
      <b>{percent(after.value)}</b>
    </span>
  )
}

const percent = (value: number) => `${Math.round(value * 100)}%`

function purposeOf({ prefix, recipe, domain, composition }: PatchManifest): string {
  if (composition) return `Made of ${composition.parts.map(({ name }) => name).join(', ')}`
  if (prefix.initText === undefined) return `Changes ${domain}`
  // Such a patch learned to do what its start text asks for.
  if (recipe.reference.startsWith('system-prompt')) return `Follows “${prefix.initText}” without being told`
  return domain === 'own' ? `Answers such as “${prefix.initText}”` : `Changes ${domain}: “${prefix.initText}”`
}
