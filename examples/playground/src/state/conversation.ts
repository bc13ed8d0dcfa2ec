import { computed, effect, signal } from '@preact/signals'
import { proxy } from 'comlink'
import type { Side } from '../worker/answer.ts'
import type { Fault } from '../worker/outcome.ts'
import { playground } from '../worker-client.ts'
import { modelSession } from './model-session.ts'
import { patchStack } from './patch-stack.ts'

export interface Answer {
  readonly text: string
  readonly state: 'empty' | 'writing' | 'done'
  /** What it answers. */
  readonly to: string
  /** Names of the patches under which it is written, joined. */
  readonly under: string
}

const empty: Answer = { text: '', state: 'empty', to: '', under: '' }
const prompt = signal('')
/** The prompt that the answers are to. */
const asked = signal('')
const answers = signal<Readonly<Record<Side, Answer>>>({ base: empty, patched: empty })
const fault = signal<Fault | undefined>(undefined)
/** The stack, as far as it bears on an answer. */
const stackKey = computed(() => {
  const stack = patchStack.active.value.map(({ view, weight }) => [view.id, view.manifest.created, weight])
  return JSON.stringify([patchStack.method.value, stack])
})
/** The stack of the last patched answer. */
let askedUnder = ''
let round = 0

/** Has the prompt answered; without `sides` by the model and by the patched model. */
async function ask(sides: readonly Side[] = ['base', 'patched']): Promise<void> {
  const text = prompt.value.trim()
  if (text === '' || modelSession.status.value.state !== 'open') return
  const mine = ++round
  const update = (side: Side, next: (answer: Answer) => Answer) => {
    if (mine === round) answers.value = { ...answers.value, [side]: next(answers.value[side]) }
  }
  asked.value = text
  fault.value = undefined
  if (sides.includes('patched')) askedUnder = stackKey.peek()
  const under = { base: '', patched: patchStack.active.value.map(({ view }) => view.id).join(' ') }
  for (const side of sides) {
    update(side, () => ({ text: '', state: 'writing', to: text, under: under[side] }))
  }
  const outcome = await playground.answer(
    {
      prompt: text,
      sides,
      stack: patchStack.active.value.map(({ view, weight }) => ({ id: view.id, weight })),
      method: patchStack.method.value,
      maxTokens: modelSession.choice.value.answerTokens,
    },
    proxy((side: Side, piece: string) =>
      update(side, (answer) => ({ ...answer, text: answer.text + piece })),
    ),
  )
  for (const side of sides) update(side, (answer) => ({ ...answer, state: 'done' }))
  if (mine === round && !outcome.ok && outcome.fault.code !== 'ABORTED') fault.value = outcome.fault
}

function clear(): void {
  round++
  asked.value = ''
  answers.value = { base: empty, patched: empty }
}

/** The prompt, and the two answers to it. */
export const conversation = {
  prompt,
  asked,
  answers,
  fault,
  ask,
  clear,
  stop: () => playground.stopAnswering(),
}

/** Another stack answers anew: that is what a change of it is made for. A weight is dragged through many. */
let timer: ReturnType<typeof setTimeout> | undefined
let before = ''
effect(() => {
  const now = stackKey.value
  if (now === before) return
  before = now
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (asked.peek() === '' || asked.peek() !== prompt.peek().trim() || stackKey.peek() === askedUnder) return
    // A base that is still writing is stopped by the new answer, so it is written again.
    void ask(answers.peek().base.state === 'done' ? ['patched'] : ['base', 'patched'])
  }, 150)
})
