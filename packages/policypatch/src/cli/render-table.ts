import { formatTable } from '@policypatch/core/evaluate'
import { printableLine } from '@policypatch/core/platform'
import Table from 'cli-table3'

/** Minimum readable width of a column, in characters. */
const narrowest = 10

/** Renders cells, with the heading as the first row: framed and fitted to the width of a terminal, or else in plain columns. */
export function renderTable(cells: readonly (readonly string[])[]): string {
  if (!process.stdout.isTTY) return formatTable(cells)
  const shown = cells.map((row) => row.map(printableLine))
  const count = shown[0]?.length ?? 0
  // Each column has a border and a space on either side.
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

/** Column widths that add up to at most `room`. The widest column shrinks first. */
function fitted(natural: readonly number[], room: number): number[] {
  const widths = natural.map((width) => Math.min(width, room))
  while (sum(widths) > room) {
    const widest = widths.indexOf(Math.max(...widths))
    widths[widest] = (widths[widest] as number) - 1
  }
  return widths
}

/** Wraps text to lines of at most `width` characters, breaking at spaces where possible. */
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

/** For terminals that are too narrow for the columns: each row as lines of a heading and a cell. */
function asList([head = [], ...rows]: readonly (readonly string[])[]): string {
  return rows
    .map((row) => row.map((cell, column) => `${head[column] ? `${head[column]}: ` : ''}${cell}`).join('\n'))
    .join('\n\n')
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
