import { formatTable } from '@policypatch/core/evaluate'
import { printableLine } from '@policypatch/core/platform'
import Table from 'cli-table3'

/** Columns that a column of a table needs to be read. */
const narrowest = 10

/** Cells, the first row being the heading: framed on a terminal and no wider than it, else in plain columns. */
export function renderTable(cells: readonly (readonly string[])[]): string {
  if (!process.stdout.isTTY) return formatTable(cells)
  const shown = cells.map((row) => row.map(printableLine))
  const count = shown[0]?.length ?? 0
  // Each column has a frame and a space on either side.
  const room = (process.stdout.columns || Number.POSITIVE_INFINITY) - 3 * count - 1
  const natural = Array.from({ length: count }, (_, column) =>
    shown.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  )
  if (sum(natural.map((width) => Math.min(width, narrowest))) > room) return asList(shown)
  const widths = fitted(natural, room)
  const [head = [], ...rows] = shown.map((row) =>
    row.map((cell, column) => wrap(cell, widths[column] as number)),
  )
  const table = new Table({ head, style: { head: [], border: [] } })
  table.push(...rows)
  return table.toString()
}

/** Widths of at most `room` together: the widest column gives way first. */
function fitted(natural: readonly number[], room: number): number[] {
  const widths = natural.map((width) => Math.min(width, room))
  while (sum(widths) > room) {
    const widest = widths.indexOf(Math.max(...widths))
    widths[widest] = (widths[widest] as number) - 1
  }
  return widths
}

/** Lines of at most `width` characters, broken between words where there are any. */
function wrap(text: string, width: number): string {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > 0 ? space : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(space > 0 ? end + 1 : end)
  }
  return [...lines, rest].join('\n')
}

/** For a terminal that the columns do not fit on: each row as lines of a heading and a cell. */
function asList([head = [], ...rows]: readonly (readonly string[])[]): string {
  return rows
    .map((row) => row.map((cell, column) => `${head[column] ? `${head[column]}: ` : ''}${cell}`).join('\n'))
    .join('\n\n')
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
