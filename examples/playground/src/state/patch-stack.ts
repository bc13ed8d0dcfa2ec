import { computed, signal } from '@preact/signals'
import type { SharedState } from '../share-link.ts'
import type { Fault } from '../worker/outcome.ts'
import type { PatchView } from '../worker/patch-shelf.ts'
import { playground } from '../worker-client.ts'

/** How patches that are on together are put together. */
export type Method = SharedState['method']

export interface StackRow {
  readonly view: PatchView
  readonly on: boolean
  readonly weight: number
}

const rows = signal<readonly StackRow[]>([])
const method = signal<Method>('parallel')
const fault = signal<Fault | undefined>(undefined)
/** Said to screen readers. */
const news = signal('')

const change = (id: string, changes: Partial<StackRow>) => {
  rows.value = rows.value.map((row) => (row.view.id === id ? { ...row, ...changes } : row))
}

/** The rows as the Worker has them now; those that were there keep their place, and what they were set to. */
async function refresh(): Promise<void> {
  const views = await playground.patches()
  const known = new Map(rows.value.map((row) => [row.view.id, row]))
  const byId = new Map(views.map((view) => [view.id, view]))
  const kept = rows.value.flatMap((row) => {
    const view = byId.get(row.view.id)
    return view ? [{ ...row, view, on: row.on && !view.misfit }] : []
  })
  const added = views.filter(({ id }) => !known.has(id)).map((view) => ({ view, on: false, weight: 1 }))
  rows.value = [...kept, ...added]
}

let restored = false

/** Fetches the patches that come with a model, and those that the browser keeps; the first one is turned on. */
async function offer(folders: readonly string[]): Promise<void> {
  fault.value = undefined
  for (const folder of folders) {
    const outcome = await playground.fetchPatch(new URL(folder, document.baseURI).href)
    if (!outcome.ok) fault.value = outcome.fault
  }
  if (!restored) {
    restored = true
    const outcome = await playground.restorePatches()
    fault.value = outcome.ok ? (outcome.value[0] ?? fault.value) : outcome.fault
  }
  await refresh()
  const first = rows.value.find(({ view }) => !view.misfit)
  if (first && !rows.value.some(({ on }) => on)) change(first.view.id, { on: true })
}

/** Turns these on with their weights, in this order, and all others off; names of those that are not at hand. */
function set(stack: SharedState['stack'], how: Method): string[] {
  const wanted = new Map(stack.map(({ id, weight }, i) => [id, { weight, place: i }]))
  const placeOf = ({ view }: StackRow) => wanted.get(view.id)?.place ?? Number.POSITIVE_INFINITY
  rows.value = rows.value
    .map((row) => {
      const found = wanted.get(row.view.id)
      return found && !row.view.misfit ? { ...row, on: true, weight: found.weight } : { ...row, on: false }
    })
    .sort((a, b) => (placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)))
  method.value = how
  return stack.map(({ id }) => id).filter((id) => !rows.value.some(({ view, on }) => on && view.id === id))
}

async function addFiles(files: readonly { path: string; blob: Blob }[]): Promise<void> {
  fault.value = undefined
  const outcome = await playground.addPatches(files)
  if (!outcome.ok) {
    fault.value = outcome.fault
    return
  }
  await refresh()
  const added = outcome.value
  for (const { view } of added) change(view.id, { on: !view.misfit })
  fault.value = added.flatMap(({ view, notKept }) => view.misfit ?? notKept ?? [])[0]
  news.value = `Added ${added.map(({ view }) => view.id).join(', ')}`
}

async function remove(id: string): Promise<void> {
  const outcome = await playground.removePatch(id)
  if (!outcome.ok) fault.value = outcome.fault
  await refresh()
  news.value = `Removed ${id}`
}

function move(id: string, by: -1 | 1): void {
  const list = [...rows.value]
  const from = list.findIndex(({ view }) => view.id === id)
  const to = from + by
  if (from < 0 || to < 0 || to >= list.length) return
  const [row] = list.splice(from, 1)
  list.splice(to, 0, row as StackRow)
  rows.value = list
  news.value = `${id} is now number ${to + 1} of ${list.length}`
}

/** The patches at hand, which of them are on, and how they are put together. */
export const patchStack = {
  rows,
  method,
  fault,
  news,
  active: computed(() => rows.value.filter(({ on, weight }) => on && weight > 0)),
  refresh,
  offer,
  set,
  addFiles,
  remove,
  move,
  turn: (id: string, on: boolean) => change(id, { on }),
  weigh: (id: string, weight: number) => change(id, { weight }),
}
