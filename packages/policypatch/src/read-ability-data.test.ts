import { expect, test } from 'vitest'
import './platform-storage.ts'
import { readAbilityData } from './read-ability-data.ts'

test('the data that come with the package are whole', async () => {
  const { minimalPairs, questions, texts, instructions } = await readAbilityData()
  expect(minimalPairs?.items).toHaveLength(1408)
  expect(new Set(minimalPairs?.items.map(({ phenomenon }) => phenomenon)).size).toBe(67)
  expect([...new Set(minimalPairs?.items.map(({ field }) => field))].sort()).toEqual([
    'morphology',
    'semantics',
    'syntax',
    'syntax_semantics',
  ])
  expect(questions?.items).toHaveLength(139)
  expect(questions?.items.every(({ choices }) => choices.length === 5)).toBe(true)
  expect(texts?.items).toHaveLength(20)
  expect(instructions?.items).toHaveLength(40)
  expect(new Set(instructions?.items.map(({ prompt }) => prompt)).size).toBe(40)
})

test('a folder without any of its files is refused', async () => {
  await expect(readAbilityData('./no-such-folder')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
