import { useSignal } from '@preact/signals'
import { deviceName } from '../device-name.ts'
import { formatCount } from '../format-count.ts'
import { modelSession } from '../state/model-session.ts'
import { FaultNotice } from './fault-notice.tsx'
import { ModelChooser } from './model-chooser.tsx'
import { OpeningProgress } from './opening-progress.tsx'

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
        </p>
        {now.state === 'stopped' || now.state === 'failed' ? (
          <button type="button" onClick={() => modelSession.open(choice.value)}>
            {now.state === 'stopped' ? 'Go on' : 'Try again'}
          </button>
        ) : null}
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
