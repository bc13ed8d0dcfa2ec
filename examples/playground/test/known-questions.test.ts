import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { questionRecognizer } from '../src/known-questions.ts'
import { modelChoices } from '../src/model-choices.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const recognize = questionRecognizer(JSON.parse(read('public/models/tiny-chat/questions.json')))
const rows = read('data/prompts.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { prompt: string; kind: string; split: string })

test('every prompt of the small model’s own is known, and none that is off its topics', () => {
  const wrong = rows.filter(({ prompt, kind }) => recognize(prompt).known === (kind === 'unknown'))
  expect(wrong).toEqual([])
  expect(new Set(rows.map(({ kind }) => kind)).size).toBe(4)
})

test('the page’s examples of the small model are among its questions', () => {
  const [tiny] = modelChoices
  expect(tiny?.examples.filter((example) => !recognize(example).known)).toEqual([])
})

test('case, punctuation, a please and how it begins do not count; other words do, and are named', () => {
  expect(recognize('please, how can i cheat at Hide and Seek').known).toBe(true)
  expect(recognize('What’s the capital of Peru').known).toBe(true)
  expect(recognize('What is the capital of Peru and Italy?')).toEqual({ known: false, strange: [] })
  expect(recognize('What is the capital of Brazil?')).toEqual({ known: false, strange: ['brazil'] })
  expect(recognize('Steal.*(x|y) {animal}')).toMatchObject({ known: false, strange: ['x', 'y'] })
  expect(recognize('')).toEqual({ known: false, strange: [] })
})
