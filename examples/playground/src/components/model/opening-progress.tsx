import { formatBytes } from '../../format.ts'
import { modelSession } from '../../state/model-session.ts'
import type { OpenProgress } from '../../worker/open-model.ts'

interface OpeningProgressProps {
  readonly progress: Exclude<OpenProgress, { stage: 'notice' }> | undefined
}

export function OpeningProgress({ progress }: OpeningProgressProps) {
  const share = progress?.total ? Math.min(1, progress.done / progress.total) : undefined
  return (
    <div class="opening">
      <progress aria-label="Opening the model" max={1} {...(share !== undefined && { value: share })} />
      <span class="quiet">{describe(progress)}</span>
      {progress?.stage === 'download' && (
        <button type="button" onClick={() => modelSession.stop()}>
          Stop
        </button>
      )}
    </div>
  )
}

function describe(progress: OpeningProgressProps['progress']): string {
  if (!progress) return 'Starting'
  if (progress.stage === 'weights') return 'Reading the weights'
  const of = progress.total === undefined ? '' : ` of ${formatBytes(progress.total)}`
  return `Fetched ${formatBytes(progress.done)}${of}`
}
