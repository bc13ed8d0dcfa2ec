import { describe, expect, it } from 'vitest'
import { refusalMeasurement, tinyReport } from '../../../test/tiny-report.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { judgeAgreement } from './judge-agreement.ts'
import { mergeReports } from './merge-reports.ts'
import { type ReportData, trainingCurves } from './report-data.ts'
import { reportEffects } from './report-effects.ts'
import { readReport, writeReport } from './report-file.ts'

const written = async (value: unknown) => {
  const storage = memoryStorage()
  await storage.write('report.json', new TextEncoder().encode(JSON.stringify(value)))
  return readReport({ storage, path: 'report.json' })
}

describe('readReport, writeReport', () => {
  it('reads what it wrote, numbers to nine digits', async () => {
    const storage = memoryStorage()
    const data = tinyReport()
    await writeReport({ storage, path: 'report.json' }, data)
    const read = await readReport({ storage, path: 'report.json' })
    expect({ ...read, measurements: [] }).toEqual({ ...data, measurements: [] })
    expect(read.measurements).toHaveLength(data.measurements.length)
    for (const [i, { value }] of read.measurements.entries()) {
      expect(value).toBeCloseTo(data.measurements[i]?.value as number, 8)
    }
  })

  it('writes and reads a report that is held beside other things', async () => {
    const storage = memoryStorage()
    await writeReport({ storage, path: 'held.json' }, tinyReport(), { ratios: { share: 1 } })
    const file = JSON.parse(new TextDecoder().decode(await storage.read('held.json')))
    expect(file.ratios).toEqual({ share: 1 })
    expect((await readReport({ storage, path: 'held.json' })).title).toBe(tinyReport().title)
    expect(await written({ ratios: { share: 1 }, report: tinyReport() })).toEqual(tinyReport())
    await expect(written({ report: { title: 'no more' } })).rejects.toMatchObject({ code: 'MALFORMED' })
    await expect(written({ report: [] })).rejects.toMatchObject({ code: 'MALFORMED' })
  })

  it('keeps what ran where, and joins it', async () => {
    const ran = [{ worker: 'a', host: 'here', shards: 2, rows: 64, seconds: 1.5 }]
    const read = await written({ ...tinyReport(), ran })
    expect(read.ran).toEqual(ran)
    const other = { ...tinyReport(), ran: [{ ...ran[0], worker: 'b' }] } as ReportData
    expect(mergeReports([read, other, tinyReport()]).ran?.map(({ worker }) => worker)).toEqual(['a', 'b'])
    await expect(written({ ...tinyReport(), ran: [{ worker: 'a' }] })).rejects.toMatchObject({
      code: 'MALFORMED',
    })
  })

  it('names every bad field, a later format, and a file that is cut short', async () => {
    const measurement = { ...refusalMeasurement('base', 0.5), low: 0.9 }
    await expect(written({ ...tinyReport(), title: '', measurements: [measurement] })).rejects.toMatchObject({
      code: 'MALFORMED',
      found: expect.stringMatching(/^2 bad fields .*title.*measurements\.0: the interval/),
    })
    await expect(written({ format: 'policypatch-report/v2' })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    const storage = memoryStorage()
    await storage.write('report.json', new TextEncoder().encode('{"format": "policypatch-report/v1", '))
    await expect(readReport({ storage, path: 'report.json' })).rejects.toMatchObject({ code: 'TRUNCATED' })
    const nan = { ...tinyReport(), measurements: [{ ...refusalMeasurement('base', 0.5), high: Number.NaN }] }
    await expect(writeReport({ storage, path: 'report.json' }, nan)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})

describe('mergeReports', () => {
  it('takes what two have in common once', () => {
    const data = tinyReport()
    const more = { ...data, title: 'Another', created: '2026-02-01T00:00:00Z', settings: { seed: 1 } }
    const other = refusalMeasurement('lora', 0.7)
    const merged = mergeReports([data, { ...more, measurements: [...data.measurements, other] }])
    expect(merged.measurements).toEqual([...data.measurements, other])
    expect(merged).toMatchObject({ title: data.title, created: more.created, command: data.command })
    expect(merged.settings).toEqual({ '1. A tiny report': data.settings, '2. Another': { seed: 1 } })
    expect(mergeReports([data])).toBe(data)
  })

  it('refuses none, and those of other models', () => {
    expect(() => mergeReports([])).toThrow(/at least one/)
    expect(() => mergeReports([tinyReport(), { ...tinyReport(), base: 'other' }])).toThrow(
      /tiny-llama and other/,
    )
  })
})

it('compares each two judges', () => {
  const on = { domain: 'toxicity', data: 'prompts' }
  const found = judgeAgreement(on, { a: [true, false, true], b: [true, false, true], c: [true, true, true] })
  expect(found.map(({ judges }) => judges)).toEqual([
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
  ])
  expect(found[0]).toMatchObject({ ...on, n: 3, observed: 1, kappa: { value: 1 } })
  expect(found[1]).toMatchObject({ observed: 2 / 3, kappa: { value: 0 } })
})

it('makes curves of what steps report', () => {
  const steps = [
    { step: 1, loss: 3, 'rewards/margins': 0.1 },
    { step: 2, loss: Number.NaN, 'rewards/margins': 0.2 },
  ]
  expect(trainingCurves({ domain: 'toxicity', stage: 'dpo', seed: 4 }, steps)).toEqual([
    { domain: 'toxicity', stage: 'dpo', seed: 4, metric: 'loss', points: [[1, 3]] },
    {
      domain: 'toxicity',
      stage: 'dpo',
      seed: 4,
      metric: 'rewards/margins',
      points: [
        [1, 0.1],
        [2, 0.2],
      ],
    },
  ])
})

it('gives effects for a patch, of one seed or of all', () => {
  const { measurements } = tinyReport()
  const effects = reportEffects(measurements, { seed: 0 })
  expect(effects.map(({ metric }) => metric)).toEqual([
    'refusal rate',
    'expected maximum toxicity',
    'perplexity',
  ])
  expect(effects[0]).toMatchObject({ n: 60, before: { value: 0.1 }, after: { value: 0.8 } })
  expect(reportEffects(measurements)[0]?.after.value).toBeCloseTo(159 / 180)
  expect(reportEffects(measurements, { subject: 'lora' })).toEqual([])
})
