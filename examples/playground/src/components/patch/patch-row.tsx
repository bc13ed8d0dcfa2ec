import { useSignal } from '@preact/signals'
import { patchStack, type StackRow } from '../../state/patch-stack.ts'
import { PatchDetails } from './patch-details.tsx'
import { PatchSummary } from './patch-summary.tsx'

interface PatchRowProps {
  readonly row: StackRow
  readonly index: number
  readonly count: number
}

export function PatchRow({ row: { view, on, weight }, index, count }: PatchRowProps) {
  const details = useSignal(false)
  const { id, manifest, misfit } = view
  const weighs = on && patchStack.method.value === 'parallel'
  return (
    <li class="patch" data-patch={id} data-on={on}>
      <div class="patch-line">
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={on}
            aria-checked={on}
            disabled={misfit !== undefined}
            onChange={(event) => patchStack.turn(id, event.currentTarget.checked)}
          />
          <span>
            <b>{id}</b> <span class="quiet">{manifest.version}</span>
          </span>
        </label>
        <div class="tools">
          <button
            type="button"
            class="icon"
            disabled={index === 0}
            aria-label={`Move ${id} up`}
            onClick={() => patchStack.move(id, -1)}
          >
            ↑
          </button>
          <button
            type="button"
            class="icon"
            disabled={index === count - 1}
            aria-label={`Move ${id} down`}
            onClick={() => patchStack.move(id, 1)}
          >
            ↓
          </button>
          <button
            type="button"
            class="plain"
            aria-expanded={details.value}
            aria-label={`${details.value ? 'Hide details' : 'Details'} of ${id}`}
            onClick={() => {
              details.value = !details.value
            }}
          >
            {details.value ? 'Hide details' : 'Details'}
          </button>
        </div>
      </div>
      <PatchSummary view={view} />
      {weighs && <WeightSlider id={id} weight={weight} />}
      {misfit && <p class="misfit quiet">For {manifest.base.id}, not for this model.</p>}
      {details.value && <PatchDetails view={view} />}
    </li>
  )
}

interface WeightSliderProps {
  readonly id: string
  readonly weight: number
}

/** Attention to a patch is multiplied by its weight: 1 is the patch as it was trained. */
export function WeightSlider({ id, weight }: WeightSliderProps) {
  return (
    <label class="weight">
      <span>
        Weight<span class="visually-hidden"> of {id}</span>
      </span>
      <input
        type="range"
        min="0"
        max="2"
        step="0.05"
        value={weight}
        onInput={(event) => patchStack.weigh(id, event.currentTarget.valueAsNumber)}
      />
      <output>{weight.toFixed(2)}</output>
    </label>
  )
}
