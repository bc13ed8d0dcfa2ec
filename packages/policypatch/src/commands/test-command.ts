import { createRequire } from 'node:module'
import { fileStorage } from '@policypatch/backend-node'
import { composePatches, type LanguageModel, type Patch, PatchError } from '@policypatch/core'
import { Command } from 'commander'
import { addModelOptions, addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { setOption } from '../config/apply-config.ts'
import { expectationText, figureText, holdExpectations } from '../expectations/hold-expectations.ts'
import { type ExpectationTest, malformed, readExpectations } from '../expectations/read-expectations.ts'
import { junitReport, sarifReport, type TestResult } from '../expectations/test-reports.ts'
import { subjectOf } from '../measure/domain-figures.ts'
import type { EvalOptions } from '../measure/eval-options.ts'
import { measureAsked } from '../measure/measure-asked.ts'
import { checkEvalOptions, evalCommand } from './eval-command.ts'

const { version } = createRequire(import.meta.url)('policypatch/package.json') as { version: string }

interface TestOptions {
  readonly model?: string
  readonly patch?: readonly string[]
  readonly junit?: string
  readonly sarif?: string
}

/** A test with its options, and the names of those that it sets itself. */
interface AskedTest extends Pick<ExpectationTest, 'name' | 'expect'> {
  readonly options: EvalOptions
  readonly given: ReadonlySet<string>
}

/** `test`: checks a model and its patches against a file of expectations. */
export function testCommand(): Command {
  const command = new Command('test')
    .description('measure a model and its patches, and fail if a figure misses its bound')
    .argument(
      '[file]',
      'the expectations: JSON, or a module with them as its default export',
      'policypatch.test.json',
    )
    .option('--model <model>', "the model, in place of the file's")
    .option('--patch <patch...>', "the patches, applied together, in place of the file's")
    .option('--junit <file>', "also write the results as JUnit's XML")
    .option('--sarif <file>', 'also write what failed as SARIF 2.1.0')
    .action(inContext(test))
  return addExamples(
    addTrustOption(addModelOptions(command)),
    ['In continuous integration', 'policypatch test --junit results.xml --sarif results.sarif'],
    ['A new version, before it is released', 'policypatch test safety.json --patch patches/harmfulness'],
  )
}

async function test(
  context: CommandContext,
  options: TestOptions,
  [file = '']: readonly string[],
): Promise<void> {
  const expectations = await readExpectations(file)
  const { model = expectations.model, patch: places = expectations.patches } = options
  const patches = await stackOf(await Promise.all(places.map((place) => context.findPatch(place))))
  const asked = expectations.tests.map((one) => askedBy(file, one))
  const own = withOneModel(context)
  for (const one of asked) await checkEvalOptions(own.contextOf(one), one.options)
  const [patched] = patches
  const subject = patched ? subjectOf(patched) : 'base'
  const results: TestResult[] = []
  for (const one of asked) {
    context.progress.line(`Test: ${one.name}`)
    const measured = await measureAsked(
      own.contextOf(one),
      { ...one.options, ...(model && { model }) },
      patches,
    )
    results.push({
      name: one.name,
      held: holdExpectations(measured.report.measurements, one.expect, subject),
    })
  }
  await writeReports(results, file, options)
  context.print(describe(results), results)
  const all = results.flatMap(({ held }) => held)
  const failed = all.filter(({ passed }) => !passed)
  if (failed.length === 0) return
  throw new PatchError('EXPECTATION_FAILED', {
    expected: `all ${all.length} figures of ${subject} within their bounds`,
    found: `${failed.length} outside`,
    remedy: 'Read the table above; fix the model with another patch or version, or correct the bounds',
  })
}

/** Composes several patches into one. */
async function stackOf(patches: readonly Patch[]): Promise<readonly Patch[]> {
  return patches.length > 1 ? [await composePatches({ patches })] : patches
}

/** Parses the options of one test, with the checks of `eval`. */
function askedBy(file: string, { name, options, expect }: ExpectationTest): AskedTest {
  const command = evalCommand()
  const refused = new Set(['model', 'patch', 'out', 'record', 'fresh', 'config'])
  const problems = Object.entries(options).flatMap(([option, value]) => {
    const problem = refused.has(option) ? 'is not an option of a test' : setOption(command, option, value)
    return problem === undefined ? [] : [`${name}: ${option}: ${problem}`]
  })
  if (problems.length > 0) throw malformed(file, problems.join('; '))
  return { name, expect, options: command.opts<EvalOptions>(), given: new Set(Object.keys(options)) }
}

/** A context that loads each model only once, and in which an option counts as given if the test gives it. */
function withOneModel(context: CommandContext) {
  const loaded = new Map<string, Promise<LanguageModel>>()
  const loadModel: CommandContext['loadModel'] = (id, options) => {
    if (options?.adapter !== undefined) return context.loadModel(id, options)
    const held = loaded.get(id) ?? context.loadModel(id, options)
    loaded.set(id, held)
    return held
  }
  return {
    contextOf: ({ given }: AskedTest): CommandContext => ({
      ...{ ...context, loadModel, isGiven: (name) => given.has(name) },
    }),
  }
}

async function writeReports(
  results: readonly TestResult[],
  file: string,
  { junit, sarif }: TestOptions,
): Promise<void> {
  const storage = fileStorage()
  const write = (path: string, text: string) => storage.write(path, new TextEncoder().encode(text))
  if (junit !== undefined) await write(junit, await junitReport(results))
  if (sarif !== undefined)
    await write(sarif, `${JSON.stringify(sarifReport(results, { file, version }), null, 2)}\n`)
}

function describe(results: readonly TestResult[]): string {
  const rows = results.flatMap(({ name, held }) =>
    held.map(({ expectation, measured, passed }) => [
      ...[passed ? 'ok' : 'FAILED', name, expectationText(expectation)],
      ...[measured?.data ?? '–', figureText(measured)],
    ]),
  )
  return renderTable([['', 'test', 'expected', 'measured on', 'found'], ...rows])
}
