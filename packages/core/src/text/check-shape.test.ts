import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { checkShape, describeIssues } from './check-shape.ts'

const schema = z.object({ items: z.array(z.string()) })

test('a value in the form is given back, another described in English', () => {
  expect(checkShape(schema, { items: ['a'] })).toMatchObject({ success: true, data: { items: ['a'] } })
  const { error } = checkShape(schema, { items: [1] })
  expect(describeIssues(error?.issues ?? [])).toBe(
    '1 bad field (items.0: Invalid input: expected string, received number)',
  )
})

test('a million bad items are a fault of the value, not of ours, and are told in short', () => {
  const items = new Array(1e6).fill(1)
  for (const value of [{ items }, { items: items.slice(0, 5e4) }, items]) {
    const { success, error } = checkShape(schema, value)
    expect(success).toBe(false)
    expect(describeIssues(error?.issues ?? []).length).toBeLessThan(2000)
  }
})

test('names of fields are shown in short, what is not seen escaped', () => {
  const names = { [`a\u001b[2J${'x'.repeat(1000)}`]: 1 }
  const { error } = checkShape(z.record(z.string(), z.string()), names)
  const told = describeIssues(error?.issues ?? [])
  expect(told).toMatch(/^1 bad field \("a\\u001b\[2Jx+…": /)
  expect(told.length).toBeLessThan(200)
})
