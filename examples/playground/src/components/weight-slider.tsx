import { patchStack } from '../state/patch-stack.ts'

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
