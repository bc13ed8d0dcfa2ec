import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withFamilyTable } from '../../../../scripts/docs/family-table.ts'

it('docs/models.md has the families that there are: npm run docs:families', () => {
  const page = readFileSync(new URL('../../../../docs/models.md', import.meta.url), 'utf8')
  expect(withFamilyTable(page)).toBe(page)
})
