import { conversation } from '../../state/conversation.ts'
import { modelSession } from '../../state/model-session.ts'
import { patchStack } from '../../state/patch-stack.ts'
import { training } from '../../state/training.ts'
import { trainingDraft } from '../../state/training-draft.ts'
import { showAnswers } from '../ask/prompt-form.tsx'
import { DownloadButton } from '../patch/download-button.tsx'

const isOn = (id: string) => patchStack.rows.value.some(({ view, on }) => view.id === id && on)

/** Puts a patch into the stack, and asks what it was trained to answer anew. */
function tryOut(id: string, prompt: string): void {
  patchStack.turn(id, true)
  conversation.prompt.value = prompt
  void conversation.ask()
  showAnswers()
}

export function TrainControls() {
  const { name, steps, missing } = trainingDraft
  const status = training.status.value
  const ready = modelSession.status.value.state === 'open' && missing.value === undefined
  const running = status.state === 'running'
  return (
    <div class="train-controls">
      <div class="fields">
        <label>
          <span>Name</span>
          <input
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={name.value}
            disabled={running}
            onInput={(event) => {
              name.value = event.currentTarget.value
            }}
          />
        </label>
        <label>
          <span>Steps</span>
          <input
            type="number"
            min={1}
            max={1000}
            value={steps.value}
            disabled={running}
            onInput={(event) => {
              const value = event.currentTarget.valueAsNumber
              if (Number.isInteger(value) && value >= 1 && value <= 1000) steps.value = value
            }}
          />
        </label>
      </div>
      <div class="actions">
        {running ? (
          <button type="button" class="primary" onClick={() => training.stop()}>
            Stop training
          </button>
        ) : (
          <button
            type="button"
            class={status.state === 'done' ? '' : 'primary'}
            disabled={!ready}
            onClick={() => training.start()}
          >
            {status.state === 'idle' ? 'Train' : 'Train anew'}
          </button>
        )}
        {status.state === 'stopped' && (
          <button type="button" onClick={() => training.resume()}>
            Go on
          </button>
        )}
        {status.state === 'done' && !isOn(status.patch.id) && (
          <button type="button" class="primary" onClick={() => tryOut(status.patch.id, status.prompt)}>
            Turn it on and ask
          </button>
        )}
        {status.state === 'done' && (
          <DownloadButton id={status.patch.id} version={status.patch.manifest.version} />
        )}
      </div>
      <p class="quiet" role="status">
        {statusLine()}
      </p>
    </div>
  )

  function statusLine(): string {
    switch (status.state) {
      case 'running':
        return `${status.doing}.`
      case 'stopped':
        return 'Stopped. What was learned so far is kept until the page is closed.'
      case 'done':
        return `${status.patch.id} is trained and in the list of patches. ${isOn(status.patch.id) ? 'It is on.' : 'It is not on yet.'}`
      default:
        return missing.value ?? ''
    }
  }
}
