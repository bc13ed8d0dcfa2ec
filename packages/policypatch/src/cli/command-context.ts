import { chooseDevice, type Device, resolveModel } from '@policypatch/backend-node'
import type { LanguageModel, Patch } from '@policypatch/core'
import type { WorkerShare } from '@policypatch/core/evaluate'
import type { Trust } from '@policypatch/core/patch'
import type { ModelDiagnosis, Precision } from '@policypatch/core/platform'
import { type Command, Option } from 'commander'
import { workplace } from '../cluster/on-cluster.ts'
import { applyConfig } from '../config/apply-config.ts'
import { type DiagnoseModelOptions, diagnoseModel } from '../diagnose-model.ts'
import { type LoadModelOptions, loadModel } from '../load-model.ts'
import { patchFinder } from '../patches/patch-finder.ts'
import { missingOptions } from './help.ts'
import { interruption } from './interruption.ts'
import { type ProgressReporter, progressReporter } from './progress-reporter.ts'
import { printJson, printText } from './terminal.ts'

interface CommonOptions {
  readonly device?: Device | 'auto'
  readonly precision?: Precision
  readonly json?: boolean
  readonly quiet?: boolean
  readonly trust?: string
}

const common = (flags: string, description: string) =>
  new Option(flags, description).helpGroup('Common options:')

/** The options that every command takes, before or after its name. */
export function addCommonOptions(command: Command): void {
  command
    .addOption(common('--json', 'print the result as JSON, and errors as JSON on standard error'))
    .addOption(common('--quiet', 'hide progress'))
    .addOption(common('--verbose', 'show the causes of an error'))
}

/** The options of commands that run a model. */
export function addModelOptions(command: Command, { precision = true } = {}): Command {
  command.addOption(
    common('--device <device>', 'where models run; auto chooses the fastest available')
      .choices(['auto', 'cpu', 'cuda', 'webgpu'])
      .default('cpu'),
  )
  if (!precision) return command
  return command.addOption(
    common(
      '--precision <precision>',
      'multiply weights in float32, or in int8, which is faster on a CPU (default: int8 on cpu, else float32)',
    ).choices(['float32', 'int8']),
  )
}

/** The option of commands that use patches. */
export const addTrustOption = (command: Command): Command =>
  command.addOption(
    common(
      '--trust <policy>',
      'use only patches that this trust policy takes: a JSON file or a module (default: POLICYPATCH_TRUST, else any patch)',
    ),
  )

/** What a command works with. */
export interface CommandContext {
  /** Undefined for the device's own. */
  readonly precision: Precision | undefined
  /** Whether results are to be printed as JSON. */
  readonly json: boolean
  /** On standard error. */
  readonly progress: ProgressReporter
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal
  /** Whether an option was given, on the command line or in the project's configuration; by its name in camel case. */
  isGiven(option: string): boolean
  /** Ends the command as one that was used wrongly. */
  usageError(message: string): never
  /** The trust policy that was asked for. */
  trust(): Promise<Trust | undefined>
  /**
   * Reads a patch: in a folder, a zip archive, or of a name. Under a trust policy nothing else is taken than what it takes; without one,
   * a line on standard error says of a patch that nobody vouches for it.
   */
  findPatch(place: string): Promise<Patch>
  /**
   * Loads a model on the device that was asked for, showing how far it is. Where the command has a queue, the model's long work is
   * done there.
   */
  loadModel(
    idOrPath: string,
    options?: Pick<LoadModelOptions, 'adapter' | 'precision'>,
  ): Promise<LanguageModel>
  /** Diagnoses a model on that device, showing what is being checked. */
  diagnoseModel(
    idOrPath: string,
    options: Pick<DiagnoseModelOptions, 'patch' | 'probe' | 'step'>,
  ): Promise<ModelDiagnosis>
  /** Finds a model's files, and fetches them where they are not on this machine, without loading it. */
  findModel(idOrPath: string): Promise<void>
  /** Prints a result on standard output: one as text, or as JSON where that is asked for. */
  print(text: string, json: unknown): void
  /** What ran where so far; nothing where the command has no queue. */
  ran(): Promise<readonly WorkerShare[]>
  /** Leaves what the command joined. */
  leave(): Promise<void>
}

/** A commander action that works with a {@link CommandContext}, whose progress display ends with it. */
export function inContext<Options extends object>(
  run: (context: CommandContext, options: Options, operands: readonly string[]) => Promise<void>,
) {
  return async (...parameters: unknown[]): Promise<void> => {
    const command = parameters.at(-1) as Command
    const config = await applyConfig(command)
    const missing = missingOptions(command)
    if (missing.length > 0) command.error(`error: ${missing.join(' and ')} must be given`)
    const context = createContext(command)
    if (config !== undefined) context.progress.line(`Options from ${config}`)
    try {
      await run(context, command.opts<Options>(), command.args)
    } finally {
      await context.leave()
      context.progress.end()
    }
  }
}

function createContext(command: Command): CommandContext {
  const common = command.optsWithGlobals<CommonOptions>()
  const { device = 'cpu', precision, json = false, quiet = false, trust: policy } = common
  const progress = progressReporter({ quiet })
  const signal = interruption(() => progress.line('Stopping. Press Ctrl-C again to stop immediately.'))
  const patches = patchFinder(policy ?? process.env.POLICYPATCH_TRUST)
  // A worker has a queue too, and does the work itself.
  const place = workplace(command.name() === 'worker' ? {} : command.opts(), progress.line)
  let chosen: Promise<Device> | undefined
  const chooseOnce = async (): Promise<Device> => {
    const { device: fastest, reason } = await chooseDevice()
    progress.line(`Running on ${fastest} (${reason})`)
    return fastest
  }
  const reportDownload = ({ file, ...count }: { file: string; done: number; total: number | undefined }) =>
    progress.report({ stage: `download ${file}`, ...count, unit: 'bytes' })
  return {
    precision,
    json,
    progress,
    signal,
    isGiven: (option) => !['default', undefined].includes(command.getOptionValueSource(option)),
    usageError: (message) => command.error(`error: ${message}`),
    trust: patches.trust,
    findPatch: patches.find,
    async loadModel(idOrPath, { adapter, precision: own } = {}) {
      // A command that loads several models measures once.
      if (device === 'auto') chosen ??= chooseOnce()
      const model = await loadModel(idOrPath, {
        adapter,
        weightsDigest: await patches.needWeightsDigest(),
        device: device === 'auto' ? await chosen : device,
        precision: own ?? precision,
        signal,
        onNotice: progress.line,
        onProgress: (loaded) =>
          loaded.stage === 'download'
            ? reportDownload(loaded)
            : progress.report({ stage: 'load weights', done: loaded.done, total: loaded.total }),
      })
      await patches.check(model)
      return place.spread(model)
    },
    async diagnoseModel(idOrPath, options) {
      return diagnoseModel(idOrPath, {
        ...{ device, precision, signal, ...options },
        onNotice: progress.line,
        onProgress: (made) =>
          made.stage === 'download' ? reportDownload(made) : progress.line(`Checking: ${made.check}`),
      })
    },
    async findModel(idOrPath) {
      await resolveModel(idOrPath, { onNotice: progress.line, onProgress: reportDownload, signal })
    },
    print: (text, value) => (json ? printJson(value) : printText(text)),
    ran: place.ran,
    leave: place.leave,
  }
}
