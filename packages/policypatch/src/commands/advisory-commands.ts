import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import { readReport } from '@policypatch/core/evaluate'
import { type BaseModelIdentity, describeBase } from '@policypatch/core/patch'
import { parseJsonFile } from '@policypatch/core/platform'
import type { Advisory, AuditedPatch, Finding, Severity } from '@policypatch/registry'
import type { RepositoryFaults, StateContext } from '@policypatch/registry/state'
import { Command, Option } from 'commander'
import { addModelOptions, addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples, requireOptions } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { openState, statePlaces } from '../installed/state-context.ts'
import { openRegistry } from '../open-registry.ts'
import { number, text } from '../options/option-values.ts'

const severities: readonly Severity[] = ['low', 'moderate', 'high', 'critical']

interface AuditOptions {
  readonly advisories?: readonly string[]
  readonly level: Severity
  readonly fix?: true
}

/** `audit`: finds known faults of models, and patches that fix them. */
export function auditCommand(): Command {
  const command = new Command('audit')
    .description('find the known faults of models, and the patches that fix them')
    .argument('<models...>', 'Hub ids, folders or .gguf files')
    .option(
      '--advisories <files...>',
      'advisories, or folders with them, besides those of the repositories in policypatch.json',
    )
    .option('--fix', 'install the patches of these repositories that fix open faults')
    .addOption(
      new Option('--level <severity>', 'fail for open faults of this severity and above')
        .choices(severities)
        .default('low'),
    )
    .action(inContext(audit))
  return addExamples(
    addTrustOption(addModelOptions(command)),
    ['A model', 'policypatch audit HuggingFaceTB/SmolLM2-135M-Instruct'],
    ['In continuous integration', 'policypatch audit models/chat.gguf --advisories advisories --level high'],
  )
}

/** The findings of one model. */
interface AuditedModel {
  readonly model: string
  readonly findings: readonly Finding[]
}

async function audit(
  context: CommandContext,
  { advisories: files = [], level, fix }: AuditOptions,
  models: readonly string[],
): Promise<void> {
  const { auditModel } = await openRegistry()
  const { repositoryFaults } = await import('@policypatch/registry/state')
  const state = await openState(context, ['audit', '--fix', ...models])
  const known = await repositoryFaults(state)
  const advisories = [...known.advisories, ...(await readAdvisories(files))]
  const bases: { readonly id: string; readonly base: BaseModelIdentity }[] = []
  for (const id of models) {
    const model = await context.loadModel(id)
    bases.push({ id, base: describeBase(model) })
    await model.dispose()
  }
  const findings = async (): Promise<AuditedModel[]> => {
    const installed = await installedAnywhere()
    const { available } = known
    return bases.map(({ id, base }) => ({
      model: id,
      findings: auditModel({ base, advisories, installed, available }),
    }))
  }
  let audited = await findings()
  if (fix && (await installRemedies(state, audited, known))) audited = await findings()
  context.print(audited.map(describe).join('\n\n'), audited)
  const open = audited.flatMap((one) =>
    one.findings.filter(
      ({ mendedBy, severity }) =>
        mendedBy.length === 0 && severities.indexOf(severity) >= severities.indexOf(level),
    ),
  )
  if (open.length === 0) return
  throw new PatchError('EXPECTATION_FAILED', {
    expected: `no open fault of the severity ${level} or above`,
    found: `${open.length}: ${open.map(({ id }) => id).join(', ')}`,
    remedy: open.some(({ remedies }) => remedies.length > 0)
      ? 'Install the patches that fix them, as --fix does, and apply them wherever the model is used'
      : 'Install a patch that fixes it, and apply it wherever the model is used',
  })
}

/** Patches in use in the project and on the machine. */
async function installedAnywhere(): Promise<AuditedPatch[]> {
  const { auditedPatches } = await import('@policypatch/registry/state')
  const all: AuditedPatch[] = []
  for (const place of await statePlaces()) all.push(...(await auditedPatches(place)))
  return all
}

/** Installs the first patch that fixes each open fault. Returns whether there was one. */
async function installRemedies(
  state: StateContext,
  audited: readonly AuditedModel[],
  { available }: RepositoryFaults,
): Promise<boolean> {
  const { install } = await import('@policypatch/registry/state')
  const wanted = audited.flatMap(({ findings }) =>
    findings.flatMap(({ remedies: [first] }) => {
      const offered = available.find(({ name, version }) => name === first?.name && version === first.version)
      return offered ? [`${offered.repository}:${offered.name}@^${offered.version}`] : []
    }),
  )
  if (wanted.length > 0) await install(state, [...new Set(wanted)])
  return wanted.length > 0
}

/** Reads the advisories in files, and in the .json files of folders. */
async function readAdvisories(paths: readonly string[]): Promise<Advisory[]> {
  const { parseAdvisory } = await openRegistry()
  const storage = fileStorage()
  const files: string[] = []
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false
    const inside = isFolder ? (await readdir(path)).filter((name) => name.endsWith('.json')).sort() : []
    files.push(...(isFolder ? inside.map((name) => join(path, name)) : [path]))
  }
  return Promise.all(
    files.map(async (file) => parseAdvisory(parseJsonFile(await storage.read(file), file), file)),
  )
}

function describe({ model, findings }: AuditedModel): string {
  if (findings.length === 0) return `${model}: no known fault`
  const rows = findings.map(({ id, severity, summary, fault, mendedBy, remedies }) => {
    const named = (all: Finding['mendedBy']) =>
      all.map(({ name, version }) => `${name}@${version}`).join(', ')
    const state =
      mendedBy.length > 0
        ? `fixed by ${named(mendedBy)}`
        : remedies.length > 0
          ? `open; ${named(remedies)} fixes it`
          : 'open'
    return [severity, id, summary, `${fault.metric} ${fault.value}, bound ${fault.bound}`, state]
  })
  return `${model}:\n${renderTable([['severity', 'advisory', 'fault', 'measured', 'state'], ...rows])}`
}

interface AdviseOptions {
  readonly model?: string
  readonly id: string
  readonly summary: string
  readonly details?: string
  readonly severity: Severity
  readonly metric: string
  readonly judge?: string
  readonly data?: string
  readonly bound: number
  readonly mendedBy?: readonly string[]
  readonly out: string
}

/** `advise`: writes an advisory about a measured fault. */
export function adviseCommand(): Command {
  const command = new Command('advise')
    .description('write an advisory (OSV 1.7) of a fault that eval measured of a base model')
    .argument('<report>', 'what `eval --out` wrote')
    .option('--id <id>', 'its id, such as x_ACME-2026-0001', text)
    .option('--summary <text>', 'the fault in one line', text)
    .option('--details <text>', 'more about it, in Markdown', text)
    .addOption(new Option('--severity <severity>', 'how bad it is').choices(severities))
    .option('--metric <metric>', 'the figure that shows it, as the report names it', text)
    .option('--judge <judge>', 'its judge (default: the only one)', text)
    .option('--data <data>', 'what it was measured on (default: the only data)', text)
    .option(
      '--bound <value>',
      'the worst value at which the fault counts as fixed',
      number(Number.NEGATIVE_INFINITY),
    )
    .option('--mended-by <patch...>', 'patches that fix it, each NAME or NAME@RANGE')
    .option('--model <model>', "the model (default: the report's base model)")
    .option('--out <file>', 'output file', 'advisory.json')
    .action(inContext(advise))
  requireOptions(command, '--id', '--summary', '--severity', '--metric', '--bound')
  return addExamples(addModelOptions(command), [
    'A model that answers harmful requests',
    'policypatch advise evaluation.json --id x_ACME-2026-0001 --severity high --metric "refusal rate" --bound 0.8 --summary "Answers harmful requests"',
  ])
}

async function advise(
  context: CommandContext,
  options: AdviseOptions,
  [path = '']: readonly string[],
): Promise<void> {
  const { advise: adviseOn } = await openRegistry()
  const report = await readReport(path)
  const model = await context.loadModel(options.model ?? report.base)
  const advisory = adviseOn({ ...options, report, base: describeBase(model) })
  await model.dispose()
  await fileStorage().write(options.out, new TextEncoder().encode(`${JSON.stringify(advisory, null, 2)}\n`))
  context.print(`${options.out}: ${advisory.id}, ${advisory.summary}`, { out: options.out, advisory })
}
