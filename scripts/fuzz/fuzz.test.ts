import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Files, FuzzedReader } from './fuzzed-reader.ts'
import { fuzzedReaders } from './readers.ts'
import { type Fault, filesOfCase, runCases, smallestCase } from './run-cases.ts'

const cases = 200

describe('files that are odd, damaged or made to do harm', () => {
  it.each(fuzzedReaders.map((reader) => [reader.name, reader] as const))(
    'are read, or refused by name: %s',
    async (_, reader) => {
      const tally = await runCases(reader, { cases, seed: 1 })
      expect(tally.faults).toEqual([])
      expect(tally.cases).toBe(cases)
      // Neither is all refused at the door, nor is nothing wrong with what is made.
      expect(tally.accepted).toBeGreaterThan(0)
      expect(Object.keys(tally.refused).length).toBeGreaterThan(0)
    },
  )

  /** Takes what is malformed. */
  const careless = (reader: FuzzedReader): FuzzedReader => ({
    ...reader,
    async read(files: Files) {
      await reader.read(files).catch((error) => {
        if (error.code !== 'MALFORMED') throw error
      })
    },
  })

  it.each(['safetensors', 'gguf', 'config', 'zip', 'pairs'])(
    'are told by whoever reads %s and takes names twice',
    async (name) => {
      const reader = fuzzedReaders.find((one) => one.name === name) as FuzzedReader
      const { faults } = await runCases(careless(reader), { cases: 100, seed: 1 })
      expect(faults.map(({ kind }) => kind)).toContain('ambiguous')
      expect(faults.find(({ what }) => / twice|, in another|^bytes /.test(what))).toBeDefined()
    },
  )

  it('are made small where they show a fault', async () => {
    const reader: FuzzedReader = {
      name: 'short files',
      files: fc.uint8Array({ maxLength: 200, size: 'max' }).map((bytes) => ({ a: bytes })),
      async read({ a }) {
        if (a && a.length > 100) throw new RangeError('long')
      },
    }
    const { accepted, cases, faults } = await runCases(reader, { cases: 50, seed: 1 })
    const [fault] = faults as [Fault]
    expect(fault).toMatchObject({ kind: 'raw exception', what: expect.stringMatching(/^RangeError: long/) })
    expect(accepted + fault.count).toBe(cases)
    expect(filesOfCase(reader, 1, fault.first).a?.length).toBeGreaterThan(101)
    expect((await smallestCase(reader, fault, { seed: 1 })).a).toEqual(new Uint8Array(101))
  })
})
