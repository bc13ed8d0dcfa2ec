import type { WriteStream } from 'node:tty'
import { printableLine } from '@policypatch/core/platform'
import ora from 'ora'
import { createColors } from 'picocolors'

/** Progress of a stage. */
export interface StageReport {
  /** Name of the stage, in a word or two. A new name starts a new stage. */
  readonly stage: string
  readonly done: number
  /** Undefined if unknown. The stage ends when `done` reaches it. */
  readonly total: number | undefined
  /** What `done` counts, if not items. */
  readonly unit?: 'bytes'
  /** Figures to show with it, such as the loss. */
  readonly detail?: string
}

/** Shows the progress of work. Results are printed elsewhere. */
export interface ProgressReporter {
  report(stage: StageReport): void
  /** Prints a line that stays. */
  line(text: string): void
  /** Removes the spinner. Must be called at the end, or the spinner keeps the process alive. */
  end(): void
}

export interface ProgressOptions {
  /** Whether to show nothing. */
  readonly quiet?: boolean
  /** Default: standard error. */
  readonly stream?: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>
}

/** Shows a moving line on a terminal, or else plain lines a few seconds apart. */
export function progressReporter({ quiet, stream = process.stderr }: ProgressOptions = {}): ProgressReporter {
  if (quiet) return { report() {}, line() {}, end() {} }
  // Some pseudo-terminals report no width, by which ora divides.
  const moves = stream.isTTY && stream.columns && process.env.TERM !== 'dumb' && !('CI' in process.env)
  return moves ? movingLine(stream) : plainLines(stream)
}

/** Milliseconds between plain lines for the same stage. */
const interval = 5000

function plainLines(stream: NodeJS.WritableStream): ProgressReporter {
  let current: StageStart | undefined
  let printedAt = 0
  const line = (text: string) => void stream.write(`${printableLine(text)}\n`)
  return {
    line,
    report(stage) {
      const now = performance.now()
      const ended = stage.done === stage.total
      const isNew = stage.stage !== current?.stage
      const start = isNew || !current ? startOf(stage) : current
      addMark(start, stage)
      current = ended ? undefined : start
      if (!isNew && !ended && now - printedAt < interval) return
      line(describe(stage, start))
      printedAt = now
    },
    end() {},
  }
}

function movingLine(stream: NodeJS.WritableStream): ProgressReporter {
  const plain = Boolean(process.env.NO_COLOR)
  const mark = createColors(!plain).green('✔')
  // ora would discard input through raw mode, which delays Ctrl-C.
  const spinner = ora({ stream, discardStdin: false, color: plain ? false : 'cyan' })
  let current: StageStart | undefined
  const persist = (text: string) => spinner.stopAndPersist({ symbol: mark, text })
  return {
    report(stage) {
      if (!current || stage.stage !== current.stage) {
        if (current) persist(spinner.text)
        current = startOf(stage)
        spinner.start()
      }
      addMark(current, stage)
      spinner.text = printableLine(describe(stage, current))
      if (stage.done !== stage.total) return
      persist(spinner.text)
      current = undefined
    },
    line: (text) => void stream.write(`${printableLine(text)}\n`),
    end: () => void spinner.stop(),
  }
}

/** How much of a stage was done at what time. */
interface Mark {
  readonly done: number
  /** Milliseconds. */
  readonly at: number
}

/** A stage since its first report. A resumed run starts partway through. */
interface StageStart {
  readonly stage: string
  readonly first: Mark
  /** The latest marks, newest last. */
  readonly marks: Mark[]
}

/** Minimum milliseconds between marks, so that the chunks of a download do not fill the list. */
const between = 500
const mostMarks = 21

function startOf({ stage, done }: StageReport): StageStart {
  const first = { done, at: performance.now() }
  return { stage, first, marks: [first] }
}

function addMark({ marks }: StageStart, { done }: StageReport): void {
  const at = performance.now()
  const last = marks.at(-1) as Mark
  if (done <= last.done || at - last.at < between) return
  marks.push({ done, at })
  if (marks.length > mostMarks) marks.shift()
}

/** Recent seconds per item: the median, so that a single pause does not count. Undefined after one item, as of a batch that began. */
function secondsEach({ first, marks }: StageStart): number | undefined {
  if ((marks.at(-1) as Mark).done - first.done < 2) return undefined
  const each = marks
    .slice(1)
    .map(({ done, at }, index) => {
      const before = marks[index] as Mark
      return (at - before.at) / 1000 / (done - before.done)
    })
    .sort((a, b) => a - b)
  return each[Math.floor((each.length - 1) / 2)]
}

function describe(report: StageReport, start: StageStart): string {
  const { stage, done, total, unit, detail } = report
  const count = (value: number) => (unit === 'bytes' ? (value / 1e6).toFixed(1) : String(value))
  const of = total === undefined ? '' : `/${count(total)}`
  const counted = `${stage} ${count(done)}${of}${unit === 'bytes' ? ' MB' : ''}`
  return [counted, detail, pace(report, start)].filter(Boolean).join('  ')
}

/** The rate and the time left, or the total time at the end of a stage; undefined within the first second. */
function pace({ done, total, unit }: StageReport, start: StageStart): string | undefined {
  const seconds = (performance.now() - start.first.at) / 1000
  if (seconds < 1) return undefined
  if (done === total && done > start.first.done) return `in ${duration(seconds)}`
  const each = secondsEach(start)
  if (each === undefined) return undefined
  const rate = 1 / each
  const shown =
    unit === 'bytes'
      ? `${(rate / 1e6).toFixed(1)} MB/s`
      : rate < 1
        ? `${duration(1 / rate)} each`
        : `${rate.toFixed(rate < 10 ? 1 : 0)}/s`
  return total === undefined ? shown : `${shown}, ${duration((total - done) / rate)} left`
}

function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 99.5) return `${seconds.toFixed(0)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
