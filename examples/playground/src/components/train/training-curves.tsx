import { training } from '../../state/training.ts'
import { CurveChart } from './curve-chart.tsx'
import { CurveTable } from './curve-table.tsx'

/** Loss and rewards as they come: drawn, and as a table for those who do not see the drawing. */
export function TrainingCurves() {
  const steps = training.steps.value
  const rewarded = steps.filter(({ stage }) => stage === 'dpo')
  if (steps.length === 0) {
    return (
      <div class="curves">
        <p class="empty">
          The curves of the run appear here: first how well it imitates the new answers, then how clearly it
          prefers them.
        </p>
      </div>
    )
  }
  return (
    <div class="curves">
      <CurveChart
        title="Loss"
        xs={steps.map(({ step }) => step)}
        lines={[
          {
            label: 'imitation (SFT)',
            colour: '--s1',
            ys: steps.map((at) => (at.stage === 'sft' ? at.metrics.loss : null)),
          },
          {
            label: 'preference (DPO)',
            colour: '--s3',
            ys: steps.map((at) => (at.stage === 'dpo' ? at.metrics.loss : null)),
          },
        ]}
      />
      {rewarded.length > 0 && (
        <CurveChart
          title="Reward"
          xs={rewarded.map(({ step }) => step)}
          lines={[
            {
              label: 'new answer',
              colour: '--s2',
              ys: rewarded.map(({ metrics }) => metrics['rewards/chosen'] ?? null),
            },
            {
              label: 'old answer',
              colour: '--s5',
              ys: rewarded.map(({ metrics }) => metrics['rewards/rejected'] ?? null),
            },
          ]}
        />
      )}
      <CurveTable steps={steps} />
    </div>
  )
}
