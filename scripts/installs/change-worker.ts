/**
 * Changes a project at random, as commands do, and reports what it has done. Starts when told to, and runs for the given number
 * of changes or until killed.
 *
 * Arguments: the project's folder, a folder with patches, a seed, and the number of changes.
 */

import { once } from 'node:events'
import { join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { createRandom } from '@policypatch/core/platform'
import {
  install,
  installLocked,
  type JournalEntry,
  pin,
  projectState,
  remove,
  rollback,
  upgrade,
} from '@policypatch/registry/state'

const [folder = '', sources = '', seed = '0', count = 'Infinity'] = process.argv.slice(2)
const random = createRandom(Number(seed))
const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)] as T
const place = projectState(folder)

const versions = ['1.0.0', '1.0.1', '1.1.0', '2.0.0']
const file = () => join(sources, `base-1.0.${random.integer(3)}`)

/** Commands with their relative frequency. */
const commands: readonly (readonly [weight: number, line: () => readonly string[]])[] = [
  [2, () => ['install', `calm@${pick(versions)}`]],
  [4, () => ['install', `calm@^1.${random.integer(2)}.0`]],
  [2, () => ['install', file()]],
  [1, () => ['install', file(), `calm@${pick(versions)}`]],
  [4, () => ['upgrade']],
  [4, () => ['rollback']],
  [1, () => ['rollback', 'calm']],
  [1, () => ['remove', pick(['calm', 'base'])]],
  [1, () => ['pin', 'calm']],
  [1, () => ['ci']],
]

function run([command, ...operands]: readonly string[]): Promise<JournalEntry | undefined> {
  const context = { place, command: [command, ...operands].join(' '), cache: join(folder, 'cache') }
  const [name = ''] = operands
  switch (command) {
    case 'install':
      return install(context, operands)
    case 'upgrade':
      return upgrade(context, operands)
    case 'rollback':
      return rollback(context, operands[0])
    case 'remove':
      return remove(context, name)
    case 'pin':
      return pin(context, name, undefined)
    default:
      return installLocked(context)
  }
}

function nextCommand(): readonly string[] {
  let at = random.integer(commands.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, line] of commands) {
    at -= weight
    if (at < 0) return line()
  }
  return ['ci']
}

const say = (value: unknown) =>
  new Promise<void>((written) => process.stdout.write(`${JSON.stringify(value)}\n`, () => written()))

await say({ ready: true })
await once(process.stdin, 'data')
for (let i = 0; i < Number(count); i++) {
  const line = nextCommand()
  try {
    const entry = await run(line)
    await say({ line, id: entry?.id ?? null })
  } catch (error) {
    // Impossible commands, such as a rollback without a change to undo, are reported like commands do.
    if (!(error instanceof PatchError)) throw error
    await say({ line, error: error.code, message: error.message })
  }
}
process.exit(0)
