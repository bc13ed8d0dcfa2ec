import type { MeasuredRate, PatchEffect } from 'policypatch/patch'

interface EffectListProps {
  readonly effects: readonly PatchEffect[]
}

const percent = (value: number) => `${Math.round(value * 100)}%`
const interval = ({ low, high }: MeasuredRate) => `[${Math.round(low * 100)}, ${Math.round(high * 100)}]`

/** Rates before and after, with their 95% intervals. */
export function EffectList({ effects }: EffectListProps) {
  if (effects.length === 0) return <p class="empty">No effects have been measured.</p>
  return (
    <ul class="effects">
      {effects.map(({ metric, before, after, n, data }) => (
        <li key={metric}>
          <span class="metric">{metric}</span>
          <span class="change">
            <span class="quiet">
              {percent(before.value)} <span aria-hidden="true">→</span>
              <span class="visually-hidden"> before, </span>
            </span>{' '}
            <b>{percent(after.value)}</b>
            <span class="visually-hidden"> after</span>
          </span>
          <span class="bar" aria-hidden="true">
            <i class="span" style={{ left: percent(after.low), width: percent(after.high - after.low) }} />
            <i class="was" style={{ left: percent(before.value) }} />
            <i class="is" style={{ left: percent(after.value) }} />
          </span>
          <span class="quiet source">
            95% interval {interval(after)}, {n} prompts; {data}
          </span>
        </li>
      ))}
    </ul>
  )
}
