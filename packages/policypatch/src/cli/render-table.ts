import { formatTable, printableLine } from '@policypatch/core'
import Table from 'cli-table3'

/** Cells, the first row being the heading: framed on a terminal, else in plain columns. */
export function renderTable(cells: readonly (readonly string[])[]): string {
  const [head = [], ...rows] = cells
  if (!process.stdout.isTTY) return formatTable(cells)
  const table = new Table({ head: head.map(printableLine), style: { head: [], border: [] } })
  table.push(...rows.map((row) => row.map(printableLine)))
  return table.toString()
}
