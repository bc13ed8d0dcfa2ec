import type { TrainedStep } from '../../state/training.ts'

interface CurveTableProps {
  readonly steps: readonly TrainedStep[]
}

const figure = (value: number | undefined) =>
  value === undefined ? '–' : value.toFixed(3).replace(/^-(0\.0+)$/, '$1')
const rowsShown = 12

/** The run in figures: a summary, and about a dozen of its steps. */
export function CurveTable({ steps }: CurveTableProps) {
  const every = Math.max(1, Math.ceil(steps.length / rowsShown))
  const shown = steps.filter((_, i) => i % every === 0 || i === steps.length - 1)
  return (
    <details>
      <summary>{summaryOf(steps)}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Steps of the run">
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Stage</th>
              <th scope="col">Loss</th>
              <th scope="col">Reward, new</th>
              <th scope="col">Reward, old</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ step, stage, metrics }) => (
              <tr key={step}>
                <th scope="row">{step}</th>
                <td>{stage.toUpperCase()}</td>
                <td>{figure(metrics.loss)}</td>
                <td>{figure(metrics['rewards/chosen'])}</td>
                <td>{figure(metrics['rewards/rejected'])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}

function summaryOf(steps: readonly TrainedStep[]): string {
  const imitation = steps.filter(({ stage }) => stage === 'sft')
  const [first, last] = [imitation[0], imitation.at(-1)]
  const accuracy = steps.at(-1)?.metrics['rewards/accuracies']
  const loss = first && last ? `Loss ${figure(first.metrics.loss)} → ${figure(last.metrics.loss)}` : 'Figures'
  if (accuracy === undefined) return loss
  return `${loss}; prefers the new answer in ${Math.round(accuracy * 100)}% of the last pairs`
}
