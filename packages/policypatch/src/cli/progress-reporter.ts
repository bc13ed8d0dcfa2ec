import type { WriteStream } from 'node:tty'
import { printableLine } from '@policypatch/core'
import ora from 'ora'
import { createColors } from 'picocolors'

/** How far a stage is. */
export interface StageReport {
  /** What it is called, in a word or two: a new name begins a new stage. */
  readonly stage: string
  readonly done: number
  /** Undefined where it is not known. The stage ends when `done` reaches it. */
  readonly total: number | undefined
  /** What `done` counts, where it is not pieces. */
  readonly unit?: 'bytes'
  /** Figures that go with it, such as the loss. */
  readonly detail?: string
}

/** Shows how work goes on; results are for others to print. */
export interface ProgressReporter {
  report(stage: StageReport): void
  /** A line that stays. */
  line(text: string): void
  /** Takes away what moves. Must be called at the end, or a terminal's spinner keeps the process alive. */
  end(): void
}

export interface ProgressOptions {
  /** Shows nothing. */
  readonly quiet?: boolean
  /** Default: standard error. */
  readonly stream?: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>
}

/** On a terminal one moving line; elsewhere plain lines, some seconds apart. */
export function progressReporter({ quiet, stream = process.stderr }: ProgressOptions = {}): ProgressReporter {
  if (quiet) return { report() {}, line() {}, end() {} }
  // Some pseudo-terminals have no width, which ora divides by.
  const moves = stream.isTTY && stream.columns && process.env.TERM !== 'dumb' && !('CI' in process.env)
  return moves ? movingLine(stream) : plainLines(stream)
}

/** Milliseconds between plain lines about the same stage. */
const interval = 5000

function plainLines(stream: NodeJS.WritableStream): ProgressReporter {
  let current: string | undefined
  let printedAt = 0
  const line = (text: string) => void stream.write(`${printableLine(text)}\n`)
  return {
    line,
    report(stage) {
      const now = performance.now()
      const ended = stage.done === stage.total
      if (stage.stage === current && !ended && now - printedAt < interval) return
      line(describe(stage))
      printedAt = now
      current = ended ? undefined : stage.stage
    },
    end() {},
  }
}

function movingLine(stream: NodeJS.WritableStream): ProgressReporter {
  const plain = Boolean(process.env.NO_COLOR)
  const mark = createColors(!plain).green('✔')
  // Raw mode, by which ora would discard input, delays Ctrl-C.
  const spinner = ora({ stream, discardStdin: false, color: plain ? false : 'cyan' })
  let current: string | undefined
  let startedAt = 0
  const persist = (text: string) => spinner.stopAndPersist({ symbol: mark, text })
  return {
    report(stage) {
      if (stage.stage !== current) {
        if (current !== undefined) persist(spinner.text)
        startedAt = performance.now()
        current = stage.stage
        spinner.start()
      }
      const seconds = (performance.now() - startedAt) / 1000
      spinner.text = `${printableLine(describe(stage))}${seconds < 1 ? '' : `  ${seconds.toFixed(0)} s`}`
      if (stage.done !== stage.total) return
      persist(spinner.text)
      current = undefined
    },
    line: (text) => void stream.write(`${printableLine(text)}\n`),
    end: () => void spinner.stop(),
  }
}

function describe({ stage, done, total, unit, detail }: StageReport): string {
  const count = (value: number) => (unit === 'bytes' ? (value / 1e6).toFixed(1) : String(value))
  const of = total === undefined ? '' : `/${count(total)}`
  return [`${stage} ${count(done)}${of}${unit === 'bytes' ? ' MB' : ''}`, detail].filter(Boolean).join('  ')
}
