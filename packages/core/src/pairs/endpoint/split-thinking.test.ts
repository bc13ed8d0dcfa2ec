import { expect, it } from 'vitest'
import { splitThinking } from './split-thinking.ts'

it.each([
  ['no thinking', ' as it is\n', ' as it is\n'],
  ['thinking before', '<think>\na\n</think>\n\nSaid.', 'Said.'],
  ['nothing thought', '<think>\n\n</think>\n\nSaid.', 'Said.'],
  ['thinking that the prompt opened', 'a\n</think>\n\nSaid.', 'Said.'],
  ['thinking between', 'One.<think>a</think> Two.', 'One. Two.'],
  ['thinking twice', '<think>a</think>One.<think>b</think> Two.', 'One. Two.'],
  ['a mark inside thinking', '<think>a <think> b</think>Said.', 'Said.'],
  ['another mark inside thinking', '<think>a </thinking> [THINK] b</think>Said.', 'Said.'],
  ['capitals', '<THINK>a</Think>Said.', 'Said.'],
  ['Magistral', '[THINK]a[/THINK]Said.', 'Said.'],
  ['Seed-OSS', '<seed:think>a</seed:think>Said.', 'Said.'],
  ['Kimi', '◁think▷a◁/think▷Said.', 'Said.'],
  ['Command A', '<|START_THINKING|>a<|END_THINKING|>Said.', 'Said.'],
  [
    'gpt-oss',
    '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>Said.',
    'Said.',
  ],
])('takes the answer out of %s', (_, text, answer) => {
  expect(splitThinking(text)).toEqual({ answer, thought: text !== answer, unfinished: false })
})

it.each([
  ['<think>\nThe user', ''],
  ['<think>', ''],
  ['<think>a</think>Said. <think>b', 'Said.'],
])('knows that %j goes on thinking', (text, answer) => {
  expect(splitThinking(text)).toEqual({ answer, thought: true, unfinished: true })
})

it('takes time in proportion to the text', () => {
  const started = performance.now()
  splitThinking('<think>'.repeat(5e5))
  splitThinking('<think></think>'.repeat(3e5))
  splitThinking('<'.repeat(3e6))
  expect(performance.now() - started).toBeLessThan(2000)
})
