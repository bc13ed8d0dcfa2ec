import { formatBytes } from '../../format.ts'
import { patchStack } from '../../state/patch-stack.ts'
import type { PatchView } from '../../worker/patch-shelf.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { DownloadButton } from './download-button.tsx'
import { EffectList } from './effect-list.tsx'

interface PatchDetailsProps {
  readonly view: PatchView
}

/** What a patch says of itself: effects that were measured, what it is, and where it comes from. */
export function PatchDetails({ view: { id, manifest, bytes, parameters, misfit } }: PatchDetailsProps) {
  const { base, prefix, recipe, composition } = manifest
  const facts: readonly (readonly [string, string])[] = [
    ['For', base.id],
    ['Changes', manifest.domain],
    ['Size', `${prefix.length} vectors, ${parameters.toLocaleString('en')} numbers, ${formatBytes(bytes)}`],
    ['Taught by', recipe.reference],
    ['Began as', prefix.initText ? `“${prefix.initText}”` : prefix.init],
    ...(composition ? [['Made of', composition.parts.map(({ name }) => name).join(', ')] as const] : []),
    ['Seed', String(recipe.seed)],
    ['Made', new Date(manifest.created).toLocaleDateString('en', { dateStyle: 'long' })],
    ['Licence', manifest.license],
    ['Fingerprint of the weights', base.weights.slice(0, 16)],
    ...Object.entries(recipe.data).map(
      ([role, digest]) => [`SHA-256 of ${role}`, digest.slice(0, 16)] as const,
    ),
  ]
  return (
    <div class="details">
      <FaultNotice fault={misfit} />
      <EffectList effects={manifest.effects} />
      <dl class="facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>Manifest</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section class="scroll" tabIndex={0} aria-label={`Manifest of ${id}`}>
          <pre>{JSON.stringify(manifest, undefined, 2)}</pre>
        </section>
      </details>
      <div class="actions">
        <DownloadButton id={id} version={manifest.version} />
        <button type="button" class="plain" onClick={() => patchStack.remove(id)}>
          Remove<span class="visually-hidden"> {id}</span>
        </button>
      </div>
    </div>
  )
}
