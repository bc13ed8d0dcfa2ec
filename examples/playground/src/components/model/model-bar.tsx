import { useSignal } from '@preact/signals'
import { deviceName, formatBytes, formatCount } from '../../format.ts'
import { modelSession } from '../../state/model-session.ts'
import { visit } from '../../state/visit.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { ModelChooser } from './model-chooser.tsx'
import { OpeningProgress } from './opening-progress.tsx'

/** What opens a model that is not, by its state. */
const starts = { stopped: 'Go on', failed: 'Try again', waiting: 'Fetch it' }

/** Which model is open, how it runs, and the way to another one. */
export function ModelBar() {
  const choosing = useSignal(false)
  const { choice, status, notice } = modelSession
  const now = status.value
  return (
    <section class="model-bar" aria-label="Model">
      <div class="model-line">
        <p aria-live="polite">
          <b>{choice.value.label}</b>
          {now.state === 'open' && (
            <span class="quiet">
              {formatCount(now.opened.parameters)} parameters, on {deviceName(now.opened.backend)}
            </span>
          )}
          {now.state === 'stopped' && <span class="quiet">stopped; what was fetched is kept</span>}
          {now.state === 'failed' && <span class="quiet">not open</span>}
          {now.state === 'waiting' && (
            <span class="quiet">{formatBytes(choice.value.size)} to fetch from the Hugging Face Hub</span>
          )}
        </p>
        {now.state in starts && (
          <button type="button" class="primary" onClick={() => visit.open(choice.value)}>
            {starts[now.state as keyof typeof starts]}
          </button>
        )}
        <button
          type="button"
          aria-expanded={choosing.value}
          aria-controls="model-chooser"
          onClick={() => {
            choosing.value = !choosing.value
          }}
        >
          Change model
        </button>
      </div>
      {now.state === 'opening' && <OpeningProgress progress={now.progress} />}
      {notice.value && (
        <p class="notice" role="status">
          {notice.value}
        </p>
      )}
      <FaultNotice fault={now.state === 'failed' ? now.fault : undefined} />
      <div id="model-chooser" hidden={!choosing.value}>
        {choosing.value && (
          <ModelChooser
            onChosen={() => {
              choosing.value = false
            }}
          />
        )}
      </div>
    </section>
  )
}
