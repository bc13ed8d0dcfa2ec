import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatBytes } from '../../format.ts'
import { type ModelChoice, modelChoices } from '../../model-choices.ts'
import { modelSession } from '../../state/model-session.ts'
import { visit } from '../../state/visit.ts'
import type { Fault } from '../../worker/outcome.ts'
import { playground } from '../../worker-client.ts'
import { FaultNotice } from '../fault-notice.tsx'

interface ModelChooserProps {
  readonly onChosen: () => void
}

/** The models that the page offers, with their sizes and what the browser has room for. */
export function ModelChooser({ onChosen }: ModelChooserProps) {
  const kept = useSignal<ReadonlyMap<string, number>>(new Map())
  const room = useSignal<string | undefined>(undefined)
  const fault = useSignal<Fault | undefined>(undefined)
  const look = async () => {
    const outcome = await playground.storage()
    if (!outcome.ok) {
      fault.value = outcome.fault
      return
    }
    const { models, quota } = outcome.value
    kept.value = new Map(models.map(({ id, bytes }) => [id, bytes]))
    room.value =
      quota &&
      `This page keeps ${formatBytes(quota.used)} here, and has room for ${formatBytes(quota.available)}.`
  }
  useEffect(() => {
    void look()
  }, [])

  const choose = (choice: ModelChoice) => {
    void visit.change(choice)
    onChosen()
  }
  const remove = async ({ id }: ModelChoice) => {
    const outcome = await playground.removeModel(id)
    if (!outcome.ok) fault.value = outcome.fault
    await look()
  }
  return (
    <div class="chooser">
      <ul>
        {modelChoices.map((choice) => (
          <li key={choice.id}>
            <div>
              <b>{choice.label}</b> <span class="quiet">{sizeOf(choice, kept.value.get(choice.id))}</span>
              <p>{choice.about}</p>
            </div>
            <div class="actions">
              {kept.value.has(choice.id) && (
                <button type="button" class="plain" onClick={() => remove(choice)}>
                  Remove<span class="visually-hidden"> {choice.label} from this browser</span>
                </button>
              )}
              <button type="button" disabled={isOpen(choice)} onClick={() => choose(choice)}>
                Use<span class="visually-hidden"> {choice.label}</span>
              </button>
            </div>
          </li>
        ))}
      </ul>
      {room.value && <p class="quiet">{room.value}</p>}
      <FaultNotice fault={fault.value} />
    </div>
  )
}

function isOpen({ id }: ModelChoice): boolean {
  return modelSession.status.value.state === 'open' && modelSession.choice.value.id === id
}

function sizeOf({ size }: ModelChoice, kept: number | undefined): string {
  if (kept === undefined) return formatBytes(size)
  if (kept >= size * 0.98) return `${formatBytes(size)}, in this browser`
  return `${formatBytes(kept)} of ${formatBytes(size)} fetched`
}
