import type { Command } from './command.ts'
import { type Side, startSide } from './side.ts'

export interface SideSpec {
  readonly name: string
  readonly command: Command
  readonly task: object
}

/** Starts all sides, runs `rounds` steps of each in turn, and returns each side's reports in the order of the sides. */
export async function runInTurn<Report>(specs: readonly SideSpec[], rounds: number): Promise<Report[][]> {
  const sides: Side<Report>[] = []
  try {
    for (const { name, command, task } of specs) sides.push(await startSide<Report>(name, command, task))
    const reports = sides.map((): Report[] => [])
    for (let round = 0; round < rounds; round++) {
      for (const [index, side] of sides.entries()) reports[index]?.push(await side.step())
    }
    return reports
  } finally {
    for (const side of sides) side.close()
  }
}
