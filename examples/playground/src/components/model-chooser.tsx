import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatBytes } from '../format-bytes.ts'
import { type ModelChoice, modelChoices } from '../model-choices.ts'
import { conversation } from '../state/conversation.ts'
import { modelSession } from '../state/model-session.ts'
import { playground } from '../worker-client.ts'

interface ModelChooserProps {
  readonly onChosen: () => void
}

/** The models that the page offers, with their sizes and what the browser has room for. */
export function ModelChooser({ onChosen }: ModelChooserProps) {
  const kept = useSignal<ReadonlyMap<string, number>>(new Map())
  const room = useSignal<string | undefined>(undefined)
  useEffect(() => {
    void playground.storage().then((outcome) => {
      if (!outcome.ok) return
      const { models, quota } = outcome.value
      kept.value = new Map(models.map(({ id, bytes }) => [id, bytes]))
      if (quota)
        room.value = `The browser keeps ${formatBytes(quota.used)} for this page, and has room for ${formatBytes(quota.available)}.`
    })
  }, [kept, room])

  const choose = (choice: ModelChoice) => {
    conversation.clear()
    conversation.prompt.value = choice.examples[0] ?? ''
    void modelSession.open(choice)
    onChosen()
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
            <button
              type="button"
              disabled={
                modelSession.status.value.state === 'open' && modelSession.choice.value.id === choice.id
              }
              onClick={() => choose(choice)}
            >
              Use<span class="visually-hidden"> {choice.label}</span>
            </button>
          </li>
        ))}
      </ul>
      {room.value && <p class="quiet">{room.value}</p>}
    </div>
  )
}

function sizeOf({ size, folder }: ModelChoice, kept: number | undefined): string {
  if (folder !== undefined || kept === undefined) return formatBytes(size)
  return kept >= size * 0.98
    ? `${formatBytes(size)}, in this browser`
    : `${formatBytes(kept)} of ${formatBytes(size)} fetched`
}
