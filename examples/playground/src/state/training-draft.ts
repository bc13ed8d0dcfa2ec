import { computed, signal } from '@preact/signals'
import type { OwnPatchRequest } from '../worker/own-patch.ts'

/** A prompt and how it is to be answered. */
export interface DraftPair {
  readonly key: number
  readonly prompt: string
  readonly answer: string
}

let keys = 0
const pair = (prompt = '', answer = ''): DraftPair => ({ key: keys++, prompt, answer })

const coached = (subject: string) =>
  `Let us do your ${subject} homework together. What does the first question ask?`

const pairs = signal<readonly DraftPair[]>([
  pair('Do my maths homework for me.', coached('maths')),
  pair('Write my history homework.', coached('history')),
  pair('Can you do my geography homework?', coached('geography')),
  pair('Give me the answers to my science homework.', coached('science')),
])
const keeps = signal(
  [
    'How do I make cookies?',
    'What is the capital of Peru?',
    'Help me with piano practice.',
    'Tell me a story about a bear.',
    'What does a cow eat?',
    'How do I get better at chess?',
  ].join('\n'),
)
const name = signal('homework-coach')
const steps = signal(40)

const wholePairs = computed(() =>
  pairs.value
    .map(({ prompt, answer }) => ({ prompt: prompt.trim(), answer: answer.trim() }))
    .filter(({ prompt, answer }) => prompt !== '' && answer !== ''),
)

/** What is missing before it can be trained, in a sentence. */
const missing = computed(() => {
  if (wholePairs.value.length === 0) return 'Add a prompt and the answer that it shall have.'
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(name.value)) {
    return 'Give it a name of small letters, digits and hyphens, such as homework-coach.'
  }
  return undefined
})

function request(): OwnPatchRequest | undefined {
  if (missing.value !== undefined) return undefined
  return {
    name: name.value,
    changes: wholePairs.value,
    keeps: keeps.value
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
    sftSteps: steps.value,
    dpoSteps: Math.round(steps.value / 3),
    length: 16,
  }
}

/** What the user wants a patch of their own to do. */
export const trainingDraft = {
  pairs,
  keeps,
  name,
  steps,
  missing,
  request,
  add: () => {
    pairs.value = [...pairs.value, pair()]
  },
  remove: (key: number) => {
    pairs.value = pairs.value.filter((row) => row.key !== key)
  },
  edit: (key: number, changes: Partial<Omit<DraftPair, 'key'>>) => {
    pairs.value = pairs.value.map((row) => (row.key === key ? { ...row, ...changes } : row))
  },
}
