import { describe, expect, it } from 'vitest'
import { followsInstruction, type InstructionRequirement } from './follows-instruction.ts'

const cases: readonly (readonly [InstructionRequirement, readonly string[], readonly string[]])[] = [
  [{ type: 'words', least: 1, most: 1 }, ['Paris', ' "Paris." ', 'well-known'], ['It is Paris', '', '…']],
  [
    { type: 'items', count: 2 },
    ['- a\n- b', 'Here:\n1. a\n2) b\nDone.', '* a\n  • b'],
    ['- a', '- a\n- b\n- c', '-a\n-b', '1.5 a\n2 b'],
  ],
  [{ type: 'includes', all: ['river', 'so far'] }, ['A River, so far.'], ['rivers so far', 'river']],
  [{ type: 'excludes', all: ['a', ','] }, ['The river.'], ['A river.', 'The river, then']],
  [{ type: 'begins', with: 'Dear' }, ['Dear Ann'], ['dear Ann', 'My Dear']],
  [{ type: 'ends', with: 'END' }, ['so it goes END', 'END\n'], ['END.', 'the end']],
  [{ type: 'case', case: 'lower' }, ['all small, 1!', 'ß'], ['All small', '123']],
  [{ type: 'case', case: 'upper' }, ['LOUD ÉTÉ 7'], ['LOUd']],
  [
    { type: 'json', keys: ['name', 'age'] },
    ['{"name": "A", "age": 3, "more": []}', '```json\n{"name":1,"age":2}\n```', '```\n{"name":1,"age":2}```'],
    ['{"name": "A"}', "{'name': 1, 'age': 2}", '["name", "age"]', 'Here: {"name":1,"age":2}', 'null'],
  ],
  [{ type: 'json', length: 3 }, ['[1, 2, 3]'], ['[1, 2]', '{"length": 3}', '1, 2, 3']],
  [
    { type: 'number', value: 1042 },
    ['1042', 'It is 1,042.', '1000 + 42 = 1042!', '1042.0'],
    ['1042 = 42 + 1000', '-1042', 'none', '10.42'],
  ],
  [{ type: 'number', value: -3 }, ['5 - 8 = -3'], ['3']],
  [{ type: 'answer', any: ['yes', 'true'] }, ['Yes.', '**true**', ' YES'], ['Yes, it is', 'no']],
]

describe('followsInstruction', () => {
  it.each(cases)('%o', (requirement, followed, broken) => {
    const follows = (response: string) => followsInstruction({ prompt: '', require: [requirement] }, response)
    expect(followed.filter((response) => !follows(response))).toEqual([])
    expect(broken.filter(follows)).toEqual([])
  })

  it('asks for all requirements, and for some response', () => {
    const require: InstructionRequirement[] = [
      { type: 'excludes', all: ['e'] },
      { type: 'words', least: 0, most: 3 },
    ]
    expect(followsInstruction({ prompt: '', require }, 'A cat.')).toBe(true)
    expect(followsInstruction({ prompt: '', require }, 'A cat sat on it.')).toBe(false)
    expect(followsInstruction({ prompt: '', require }, ' \n')).toBe(false)
  })
})
