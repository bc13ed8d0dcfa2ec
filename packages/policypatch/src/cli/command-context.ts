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

/** Adds the options that every command takes, before or after its name. */
export function addCommonOptions(command: Command): void {
  command
    .addOption(common('--json', 'print the result as JSON, and errors as JSON on standard error'))
    .addOption(common('--quiet', 'hide progress'))
    .addOption(common('--verbose', 'show the causes of an error'))
}

/** Adds the options of commands that run a model. */
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

/** Adds the option of commands that use patches. */
export const addTrustOption = (command: Command): Command =>
  command.addOption(
    common(
      '--trust <policy>',
      'use only patches that this trust policy takes: a JSON file or a module (default: POLICYPATCH_TRUST, else any patch)',
    ),
  )

/** The services and settings that a command works with. */
export interface CommandContext {
  /** Undefined for the device's default. */
  readonly precision: Precision | undefined
  /** Whether results are to be printed as JSON. */
  readonly json: boolean
  /** Prints on standard error. */
  readonly progress: ProgressReporter
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal
  /** Whether an option, by its name in camel case, was given on the command line or in the project's configuration. */
  isGiven(option: string): boolean
  /** Ends the command with a usage error. */
  usageError(message: string): never
  /** The trust policy, if one was given. */
  trust(): Promise<Trust | undefined>
  /**
   * Reads a patch from a folder or a zip archive, or by name. With a trust policy, accepts only patches that the policy accepts.
   * Without one, warns on standard error that nobody vouches for the patch.
   */
  findPatch(place: string): Promise<Patch>
  /**
   * Loads a model on the requested device and shows the progress. If the command has a queue, the model's long work runs there.
   */
  loadModel(
    idOrPath: string,
    options?: Pick<LoadModelOptions, 'adapter' | 'precision'>,
  ): Promise<LanguageModel>
  /** Diagnoses a model on that device and shows what is being checked. */
  diagnoseModel(
    idOrPath: string,
    options: Pick<DiagnoseModelOptions, 'patch' | 'probe' | 'step'>,
  ): Promise<ModelDiagnosis>
  /** Finds a model's files without loading it, and downloads them if they are not on this machine. */
  findModel(idOrPath: string): Promise<void>
  /** Prints a result on standard output, as text or, if requested, as JSON. */
  print(text: string, json: unknown): void
  /** What ran where so far; empty if the command has no queue. */
  ran(): Promise<readonly WorkerShare[]>
  /** Leaves the cluster that the command joined. */
  leave(): Promise<void>
}

/** Turns a function of a {@link CommandContext} into a commander action. The progress display ends with the action. */
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
  // A worker also has a queue, but does the work itself.
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
      // A command that loads several models measures the devices once.
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
