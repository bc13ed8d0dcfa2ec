import { readFileSync } from 'node:fs'
import type { Measurement, ReportData } from '@policypatch/core/evaluate'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { describe, expect, it } from 'vitest'
import { type AdviseOptions, advise } from './advise.ts'
import { type Advisory, parseAdvisory } from './advisory.ts'
import { type AuditedPatch, auditModel } from './audit-model.ts'

const base = { id: 'acme/tiny', weights: 'a'.repeat(64), tokenizer: 'b'.repeat(64) }
const figure: Measurement = {
  ...{ domain: 'harmfulness', metric: 'refusal rate', judge: 'phrases', data: 'harmful.jsonl', n: 60 },
  ...{ value: 0.1, low: 0.05, high: 0.2, interval: 'wilson', better: 'higher', subject: 'base' },
}
const report: ReportData = {
  ...{ format: 'policypatch-report/v1', title: 'tiny', created: '2026-01-01T00:00:00Z', base: base.id },
  ...{ command: 'policypatch eval --model acme/tiny', settings: {}, agreement: [], examples: [], curves: [] },
  measurements: [figure, { ...figure, subject: 'patched', value: 0.9, low: 0.8, high: 0.95 }],
}
const asked: AdviseOptions = {
  ...{ report, base, id: 'x_ACME-2026-0001', summary: 'Answers harmful requests', severity: 'high' },
  ...{ metric: 'refusal rate', bound: 0.8, now: '2026-11-01T00:00:00Z' },
}

/** The record that version 1.7.5 of OSV's schema describes. */
const schema = JSON.parse(
  readFileSync(new URL('../../fixtures/osv-1.7.5.schema.json', import.meta.url), 'utf8'),
)
const isOsv = new Ajv2020({ strict: false, formats: fullFormats }).compile(schema)

const patch = (
  version: string,
  value: number | undefined,
  more: Partial<AuditedPatch> = {},
): AuditedPatch => {
  const rate = (x: number) => ({ value: x, low: x, high: x })
  const { metric, judge, data, n } = figure
  const effects =
    value === undefined ? [] : [{ metric, judge, data, n, before: rate(0.1), after: rate(value) }]
  return { name: 'harmfulness', version, base, effects, ...more }
}

describe('advise', () => {
  it("makes a record of OSV 1.7 of what was measured of the base, which OSV's schema takes", () => {
    const advisory = advise({ ...asked, mendedBy: ['harmfulness@^1.2.0'] })
    expect(isOsv(advisory), JSON.stringify(isOsv.errors)).toBe(true)
    expect(advisory.affected[0]?.ecosystem_specific).toMatchObject({
      ...{ value: 0.1, bound: 0.8, models: [base], reproduce: 'policypatch eval --model acme/tiny' },
      mendedBy: [{ name: 'harmfulness', range: '^1.2.0' }],
    })
    expect(parseAdvisory(JSON.parse(JSON.stringify(advisory)), 'a file')).toEqual(advisory)
  })

  it('refuses what is no fault, an id that OSV does not take, and a figure that is not there or not the only one', () => {
    expect(() => advise({ ...asked, bound: 0.05 })).toThrow(/INVALID_ARGUMENT|below the bound/)
    expect(() => advise({ ...asked, id: 'ACME-1' })).toThrow(/begins with x_/)
    expect(() => advise({ ...asked, metric: 'toxicity' })).toThrow(
      /there are: refusal rate by phrases on harmful/,
    )
    const two = { ...report, measurements: [figure, { ...figure, judge: 'classifier' }] }
    expect(() => advise({ ...asked, report: two })).toThrow(/found 2; there are/)
  })
})

describe('parseAdvisory', () => {
  it('names every bad field', () => {
    const { affected, ...rest } = advise(asked)
    const wrong = { ...rest, modified: 'today', affected: [{ ecosystem_specific: { bound: 'x' } }] }
    expect(() => parseAdvisory(wrong, 'F')).toThrow(/modified.*affected\.0\.ecosystem_specific\.domain/)
    expect(affected).toHaveLength(1)
  })
})

describe('auditModel', () => {
  const advisories: Advisory[] = [advise(asked)]
  const audit = (installed: AuditedPatch[], available: AuditedPatch[] = [], of = advisories) =>
    auditModel({ base, advisories: of, installed, available })

  it('finds the fault of a model by its fingerprints, and none of another model', () => {
    expect(audit([])).toMatchObject([{ id: asked.id, severity: 'high', mendedBy: [], remedies: [] }])
    expect(auditModel({ base: { ...base, weights: 'c'.repeat(64) }, advisories, installed: [] })).toEqual([])
    const withdrawn = [{ ...advise(asked), withdrawn: '2026-11-02T00:00:00Z' }]
    expect(audit([], [], withdrawn)).toEqual([])
  })

  it('takes a patch that is measured within the bound as mending it, and none that is measured outside', () => {
    expect(audit([patch('1.0.0', 0.85)])[0]?.mendedBy).toMatchObject([{ by: 'measured', value: 0.85 }])
    const named = [advise({ ...asked, mendedBy: ['harmfulness'] })]
    expect(audit([patch('1.0.0', 0.7)], [], named)[0]?.mendedBy).toEqual([])
    expect(audit([patch('1.0.0', undefined)], [], named)[0]?.mendedBy).toMatchObject([{ by: 'named' }])
    expect(audit([patch('1.0.0', undefined)])[0]?.mendedBy).toEqual([])
  })

  it('offers the newest version that would mend it, none that was withdrawn or is for another model', () => {
    const offered = (available: AuditedPatch[]) => audit([], available)[0]?.remedies
    expect(offered([patch('1.9.0', 0.9), patch('1.10.0', 0.9)])).toMatchObject([{ version: '1.10.0' }])
    expect(offered([patch('1.0.0', 0.9, { yanked: 'leaks' })])).toEqual([])
    expect(offered([patch('1.0.0', 0.9, { base: { ...base, tokenizer: 'c'.repeat(64) } })])).toEqual([])
  })
})
