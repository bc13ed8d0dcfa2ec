import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { theme } from '../../state/theme.ts'

export interface CurveLine {
  readonly label: string
  /** A custom property of the page's style. */
  readonly colour: string
  readonly ys: readonly (number | null)[]
}

interface CurveChartProps {
  readonly title: string
  readonly xs: readonly number[]
  readonly lines: readonly CurveLine[]
}

const height = 190
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200]

/** Lines over steps. It says nothing that the table beside it does not, so screen readers pass it by. */
export function CurveChart({ title, xs, lines }: CurveChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const scheme = theme.value

  useEffect(() => {
    const element = place.current
    if (!element) return
    const made = new uPlot(optionsOf(element, lines), [[], ...lines.map(() => [])], element)
    chart.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      chart.current = undefined
    }
    // Drawn anew when colours change; new points are set below.
  }, [scheme])

  useEffect(() => {
    chart.current?.setData([[...xs], ...lines.map(({ ys }) => [...ys])])
  }, [xs, lines, scheme])

  return (
    <figure class="curve" aria-hidden="true">
      <figcaption>
        <b>{title}</b>
        {lines.map(({ label, colour }) => (
          <span key={label} class="key" data-colour={colour}>
            {label}
          </span>
        ))}
      </figcaption>
      <div ref={place} />
    </figure>
  )
}

function optionsOf(element: HTMLElement, lines: readonly CurveLine[]): uPlot.Options {
  const style = getComputedStyle(element)
  const probe = element.appendChild(document.createElement('i'))
  // A canvas does not know light-dark(): the browser says which colour it comes to.
  const colour = (name: string) => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const font = `12px ${style.fontFamily}`
  const axis: uPlot.Axis = {
    font,
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const options: uPlot.Options = {
    width: element.clientWidth || 320,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 30, incrs: wholeSteps },
      { ...axis, size: 46 },
    ],
    series: [
      {},
      ...lines.map(({ label, colour: name }) => ({
        label,
        stroke: colour(name),
        width: 2,
        points: { show: false },
      })),
    ],
  }
  probe.remove()
  return options
}
