import { importPackage } from '@policypatch/core/platform'
import type { Log, Result } from 'sarif'
import { expectationText, figureText, type HeldFigure } from './hold-expectations.ts'

/** A test and its results. */
export interface TestResult {
  readonly name: string
  readonly held: readonly HeldFigure[]
}

const nameOf = ({ expectation, measured }: HeldFigure): string =>
  measured ? `${measured.metric}, ${measured.data}, ${measured.judge}` : expectationText(expectation)

const faultOf = (one: HeldFigure): string =>
  `expected ${expectationText(one.expectation)}; found ${figureText(one.measured)}`

/** Formats the results as JUnit XML, which most CI systems read: a suite per test, a case per figure. */
export async function junitReport(results: readonly TestResult[]): Promise<string> {
  const { default: junit } = await importPackage(
    'junit-report-builder',
    "which writes JUnit's XML",
    () => import('junit-report-builder'),
  )
  const report = junit.newBuilder()
  for (const { name, held } of results) {
    const suite = report.testSuite().name(name)
    for (const one of held) {
      const testCase = suite
        .testCase()
        .className(name)
        .name(nameOf(one))
        .standardOutput(figureText(one.measured))
      if (!one.passed) testCase.failure(faultOf(one), 'bound')
    }
  }
  return report.build()
}

/**
 * Formats the failures as SARIF 2.1.0, which code scanning reads: a result for each figure that misses its bound, located at the
 * file of expectations.
 */
export function sarifReport(
  results: readonly TestResult[],
  { file, version }: { readonly file: string; readonly version: string },
): Log {
  const failed = results.flatMap(({ name, held }) =>
    held
      .filter(({ passed }) => !passed)
      .map(
        (one): Result => ({
          ruleId: one.expectation.metric,
          level: 'error',
          message: { text: `${name}: ${faultOf(one)}` },
          locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(file) } } }],
          partialFingerprints: { 'expectation/v1': `${name}: ${expectationText(one.expectation)}` },
        }),
      ),
  )
  const rules = [...new Set(results.flatMap(({ held }) => held.map(({ expectation }) => expectation.metric)))]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            ...{ name: 'policypatch', version, rules: rules.map((id) => ({ id })) },
            informationUri: 'https://www.npmjs.com/package/policypatch',
          },
        },
        results: failed,
      },
    ],
  }
}
