import { readAbilityData, readCrowsPairs, readReport } from '@policypatch/core/evaluate'
import fc from 'fast-check'
import { openResponseJournal } from '../../../packages/core/src/pairs/responses/response-journal.ts'
import { tinyReport } from '../../../packages/core/test/tiny-report.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { storageOf } from '../storage-of.ts'

const { measurements, ...about } = tinyReport()
/** Most values are removed, so that changes affect the rest. */
const report = {
  ...about,
  measurements: measurements.slice(2, 6).map((one) => ({ ...one, values: one.values?.slice(0, 3) })),
}
const reportText = utf8(JSON.stringify(report))

export const reportReader: FuzzedReader = {
  name: 'report',
  files: fc.oneof(
    {
      weight: 3,
      arbitrary: changedJson(
        fc.constantFrom<unknown>(report, report, { report, other: 1 }).map(treeOf),
        fc.constantFrom(
          '"policypatch-report/v1"',
          '"policypatch-report/v2"',
          '"wilson"',
          '"bootstrap"',
          '"higher"',
          '[[1,2]]',
          '"2026-01-02T03:04:05Z"',
        ),
      ).map((text) => ({ 'report.json': utf8(text) })),
    },
    { weight: 1, arbitrary: damaged(fc.constant({ 'report.json': reportText }), [reportText]) },
  ),
  async read(files) {
    await readReport({ storage: await storageOf(files, 'r'), path: 'r/report.json' })
  },
  ambiguity: (files) => doubleNameIn(files['report.json']),
}

/** Rows of the files for measuring ability and stereotypes. */
const rowsOf: Readonly<Record<string, readonly object[]>> = {
  'minimal-pairs.jsonl': [{ good: 'Who left?', bad: 'Who left who?', phenomenon: 'p', field: 'syntax' }],
  'multiple-choice.jsonl': [{ question: 'a?', choices: ['b', 'c'], answer: 1 }],
  'texts.jsonl': [{ text: 'A text.' }],
  'instructions.jsonl': [
    {
      prompt: 'a',
      require: [
        { type: 'words', least: 1, most: 2 },
        { type: 'json', keys: ['a'] },
        { type: 'json', length: 3 },
        { type: 'answer', any: ['b'] },
        { type: 'case', case: 'lower' },
      ],
    },
  ],
  'crows-pairs.jsonl': [
    { sent_more: 'a', sent_less: 'b', bias_type: 'gender' },
    { text: 'a', other: 'b' },
  ],
}
const right: Files = Object.fromEntries(
  Object.entries(rowsOf).map(([name, rows]) => [
    name,
    utf8(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  ]),
)

const texts = oddStrings.map((text) => JSON.stringify(text))
const changedRows = fc
  .constantFrom(...Object.entries(rowsOf))
  .chain(([name, rows]) =>
    fc
      .array(changedJson(fc.constantFrom(...rows).map(treeOf), texts), { minLength: 1, maxLength: 3 })
      .map((lines): Files => ({ ...right, [name]: utf8(`${lines.join('\n')}\n`) })),
  )

export const evaluationReader: FuzzedReader = {
  name: 'evaluation-data',
  files: fc.oneof(
    { weight: 3, arbitrary: changedRows },
    { weight: 1, arbitrary: damaged(fc.constant(right), Object.values(right)) },
  ),
  async read(files) {
    const storage = await storageOf(files, 'e')
    await readAbilityData({ storage, path: 'e' })
    await readCrowsPairs({ storage, path: 'e/crows-pairs.jsonl' })
  },
  ambiguity(files) {
    return Object.values(files)
      .map((bytes) => doubleNameIn(bytes, true))
      .find((found) => found !== undefined)
  },
}

const settings = { run: 'r', seed: 1 }
const journalRows: readonly object[] = [
  { settings },
  { source: 'reference', index: 0, response: 'a' },
  { source: 'reference', index: 1, response: null, ended: 'cut' },
  { source: 'judge', index: 0, score: 0.5 },
]
const journalText = utf8(journalRows.map((row) => `${JSON.stringify(row)}\n`).join(''))
const journal = 'journal.jsonl'

/** The journal of a stopped run, whose last line may be cut off. */
export const journalReader: FuzzedReader = {
  name: 'journal',
  files: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.tuple(...journalRows.map((row) => changedJson(fc.constant(treeOf(row)), texts))),
          fc.constantFrom('\n', '\n', '', '\n{"source": "jud'),
        )
        .map(([lines, end]) => ({ [journal]: utf8(lines.join('\n') + end) })),
    },
    { weight: 1, arbitrary: damaged(fc.constant({ [journal]: journalText }), [journalText]) },
  ),
  async read(files) {
    const opened = await openResponseJournal(
      { storage: await storageOf(files, 'j'), path: `j/${journal}` },
      settings,
    )
    opened.responses('reference').get(0)
  },
  ambiguity(files) {
    // A cut-off last line is dropped.
    const bytes = files[journal] ?? new Uint8Array(0)
    return doubleNameIn(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1), true)
  },
}
