import { type ReportData, wilsonInterval } from '@policypatch/core/evaluate'
import { beforeAll, describe, expect, test } from 'vitest'
import { exampleReport } from '../../test/example-report.ts'
import { renderReport } from './render-report.ts'

const ids = [
  'glance',
  'effects',
  'tradeoff',
  'distributions',
  'training',
  'examples',
  'agreement',
  'settings',
]
const sectionsOf = (page: string) =>
  [...page.matchAll(/<section[^>]* aria-labelledby="(\w+)-title"/g)].map(([, id]) => id)

describe('a report with everything in it', () => {
  const data = exampleReport()
  let page = ''
  beforeAll(async () => {
    page = await renderReport(data)
  })

  test('has every section, and a link to each', () => {
    expect(sectionsOf(page)).toEqual(ids)
    for (const id of ids) {
      expect(page).toContain(`<a href="#${id}">`)
      expect(page).toContain(` id="${id}"`)
    }
  })

  test('asks for nothing: no address, nothing to load, one script that its policy names', () => {
    expect(page).not.toMatch(/https?:|\bsrc=|@import|url\(|\bxlink/)
    expect(page.match(/<link [^>]*>/g)).toEqual(['<link rel="icon" href="data:,">'])
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page).toMatch(/default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-/)
  })

  test('every figure is SVG with a text for those who do not see it', () => {
    const figures = page.match(/<figure.*?<\/figure>/gs) ?? []
    expect(figures.length).toBeGreaterThan(15)
    for (const figure of figures) expect(figure).toMatch(/<svg role="img" aria-label="[^"]{20,}"/)
  })

  test('names judge, n and interval beside what it measured, and how to repeat it', () => {
    expect(page).toContain('judged by refusal phrases; n\u00a0=\u00a0100, mean of 3 seeds')
    expect(page).toMatch(/Of 15 figures, .*? improves <b>\d+<\/b> and worsens <b>\d+<\/b>/)
    expect(page).toContain('<code>npm run compare:domains</code>')
    expect(page).toContain('<th scope="row">sft.learningRate</th><td>0.02</td>')
    expect(page).toContain('Judged by toxic-bert')
  })

  test('says what ran where, if several machines did it', async () => {
    expect(page).not.toContain('What ran where')
    const ran = [{ worker: 'blue', host: 'rack-1', shards: 12, rows: 384, seconds: 61.25 }]
    expect(await renderReport({ ...data, ran })).toMatch(
      /What ran where.*blue<\/th><td>rack-1<\/td><td>12<\/td><td>384<\/td><td>61\.3<\/td>/s,
    )
  })

  test('shows what models wrote as text', () => {
    expect(page).toContain('birds &lt;b&gt;at dawn&lt;/b&gt; &amp; dusk?')
    expect(page).toContain('data-outcome="bettered"')
  })
})

const nothing: ReportData = {
  ...exampleReport(),
  measurements: [],
  agreement: [],
  examples: [],
  curves: [],
}

test('what was not measured has no section', async () => {
  expect(sectionsOf(await renderReport(nothing))).toEqual(['settings'])
})

test('without a base there are figures, and nothing to compare them with', async () => {
  const [one] = exampleReport().measurements.filter(({ subject }) => subject === 'patched')
  const page = await renderReport({ ...nothing, measurements: one ? [one] : [] })
  expect(sectionsOf(page)).toEqual(['effects', 'settings'])
  expect(page).toContain('All figures for harmfulness')
  expect(page).not.toContain('<figure')
})

test('names that are markup stay names, in figures too', async () => {
  const name = `<img src=x onerror="alert(1)">'&\u0000`
  const measurements = exampleReport().measurements.map((one) => ({
    ...one,
    metric: `${one.metric} ${name}`,
    judge: `${one.judge} ${name}`,
    data: `${one.data} ${name}`,
    subject: one.subject === 'lora' ? name : one.subject,
  }))
  const curves = exampleReport().curves.map((one) => ({ ...one, stage: name, metric: name }))
  const page = await renderReport({
    ...nothing,
    title: name,
    command: name,
    settings: { [name]: name },
    measurements,
    curves,
  })
  expect(sectionsOf(page)).toHaveLength(6)
  expect(page).not.toContain('<img')
  expect(page).not.toContain('\u0000')
})

test('a change has the sign of what moved, and a word for what that means', async () => {
  const share = (metric: string, subject: string, count: number, better: 'higher' | 'lower') => ({
    ...{ domain: 'harmfulness', metric, subject, judge: 'phrases', data: 'test', better },
    ...{ ...wilsonInterval(count, 100), interval: 'wilson' as const },
  })
  const page = await renderReport({
    ...nothing,
    measurements: [
      share('attack success rate', 'base', 92, 'lower'),
      share('attack success rate', 'patched', 8, 'lower'),
      share('over-refusal rate', 'base', 3, 'lower'),
      share('over-refusal rate', 'patched', 40, 'lower'),
    ],
  })
  expect(page).toMatch(/>−84\.0 \[[^\]]+\] better</)
  expect(page).toMatch(/>\+37\.0 \[[^\]]+\] worse</)
  expect(page).toContain('class="verdict better">better<')
  expect(page).toContain('class="verdict worse">worse<')
})

test('text of others is text wherever it stands, in figures and attributes too', async () => {
  const markup = `"'></td></text></script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\u001b[31m\${1}]`
  const kept = new Set(['kind', 'better', 'interval', 'created', 'role', 'format'])
  const hostile = (value: unknown): unknown => {
    if (typeof value === 'string') return value + markup
    if (Array.isArray(value)) return value.map(hostile)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, held]) => [key, kept.has(key) ? held : hostile(held)]),
    )
  }
  const data = hostile(exampleReport()) as ReportData
  const page = await renderReport({ ...data, settings: { [markup]: markup } })
  // The first section is of metrics that it knows by name.
  expect(sectionsOf(page)).toEqual(ids.slice(1))
  // Compared in short: a page is a megabyte.
  expect(page.match(/<(script|img|\/script)/g)).toEqual(['<script', '</script'])
  expect(/="[^"]*[<>]/.test(page.replace(/<(script|style)>.*?<\/\1>/gs, ''))).toBe(false)
  expect(['\u202e', '\u001b'].filter((character) => page.includes(character))).toEqual([])
  expect(page.match(/&lt;img src=x/g)?.length).toBeGreaterThan(100)
})
