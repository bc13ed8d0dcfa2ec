import { basename } from 'node:path'
import type { Domain, TrainPatchOptions } from '@policypatch/core'
import { compareVersions } from '@policypatch/core/patch'
import { patchNamePattern } from '@policypatch/core/platform'
import {
  type DpoLossType,
  type DpoReference,
  type PrefixInit,
  type TrainingPreset,
  trainingDefaults,
} from '@policypatch/core/train'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { requireOptions } from '../cli/help.ts'
import { integer, number, text } from './option-values.ts'

/** Training options of the command line. Core has the defaults for those that are optional here. */
export interface TrainingOptions {
  readonly out: string
  readonly name?: string
  readonly version: string
  readonly license: string
  readonly preset?: TrainingPreset
  readonly length?: number
  readonly init?: PrefixInit | 'likeliest'
  readonly initText?: string
  readonly sftSteps?: number
  readonly sftLr?: number
  readonly dpoSteps?: number
  readonly dpoLr?: number
  readonly dpoReference?: DpoReference
  readonly beta?: number
  readonly lossType?: DpoLossType
  readonly sftWeight?: number
  readonly distill?: number
  readonly batchSize?: number
  readonly microBatchSize?: number
  readonly harmlessShare?: number
  readonly maxResponseTokens?: number
  readonly margin?: number
  readonly winner?: number
  readonly filter: boolean
  readonly validation: boolean
  readonly minReferenceShare?: number
  /** `--no-eval`, also spelled `--no-check`. */
  readonly eval: boolean
  readonly gate: boolean
}

export function addTrainingOptions(command: Command): Command {
  const { gated, ungated, prefix, presets, minimumReferenceShare } = trainingDefaults
  const { sft, dpo } = ungated
  command
    .option('--out <directory>', 'folder for the patch')
    .option('--name <name>', 'name of the patch (default: the name of its folder)', patchName)
    .option('--version <version>', 'semantic version of the patch', semanticVersion, '0.1.0')
    .option('--license <spdx>', 'SPDX licence expression', 'Apache-2.0')
    .addOption(
      new Option('--preset <preset>', `training effort: ${presetsTold()} (default: balanced)`).choices(
        Object.keys(presets),
      ),
    )
    .option('--length <m>', `number of virtual tokens (default: ${prefix.length})`, integer(1))
    .addOption(
      new Option('--init <init>', `how to initialize the prefix (default: ${prefix.init})`).choices([
        'text',
        'likeliest',
        'vocab',
        'random',
      ]),
    )
    .option(
      '--init-text <text>',
      'sentence for --init text or likeliest (default: the system prompt of the reference, else a policy sentence)',
      text,
    )
    .option(
      '--sft-steps <n>',
      `steps of supervised fine-tuning; 0 skips it (default: ${gated.sft.steps}; ${sft.steps} with keep prompts but no gate)`,
      integer(0),
    )
    .option('--sft-lr <rate>', `learning rate of SFT (default: ${sft.learningRate})`, number(0))
    .option(
      '--dpo-steps <n>',
      `steps of preference optimization; 0 skips it (default: 0; ${dpo.steps} with keep prompts but no gate)`,
      integer(0),
    )
    .option('--dpo-lr <rate>', `learning rate of DPO (default: ${dpo.learningRate})`, number(0))
    .addOption(
      new Option(
        '--dpo-reference <r>',
        `reference model r of the DPO loss (default: ${dpo.reference})`,
      ).choices(['post-sft', 'reference', 'base']),
    )
    .option('--beta <beta>', `β of DPO (default: ${dpo.beta})`, number(0))
    .addOption(
      new Option('--loss-type <type>', 'DPO loss (default: sigmoid)').choices([
        'sigmoid',
        'ipo',
        'hinge',
        'robust',
      ]),
    )
    .option('--sft-weight <weight>', 'weight of the SFT loss during DPO (default: 0)', number(0))
    .option(
      '--distill <weight>',
      "weight of the KL divergence from the reference's distributions; 0 skips it (default: 0)",
      number(0),
    )
    .option('--batch-size <n>', 'examples per step (default: 8)', integer(1))
    .option(
      '--micro-batch-size <n>',
      'examples per part of a step; parts take turns, or go to the workers of --queue (default: as many as are fast)',
      integer(1),
    )
    .option(
      '--harmless-share <share>',
      `share of harmless (keep) examples in a batch (default: ${gated.sft.harmlessShare}; without a gate, as in the data)`,
      number(0, 1),
    )
    .option(
      '--max-response-tokens <n>',
      'cut training responses to this length (default: --max-tokens)',
      integer(1),
    )
    .option(
      '--margin <s>',
      'minimum difference between the scores of chosen and rejected (default: 0.5)',
      number(-1, 1),
    )
    .option('--winner <s>', 'minimum score of chosen (default: 0.5)', number(0, 1))
    .option('--no-filter', 'keep every pair')
    .option(
      '--min-reference-share <share>',
      `minimum share of targets that the reference must answer as wanted; 0 trains anyway (default: ${minimumReferenceShare}; 0 with --no-filter)`,
      number(0, 1),
    )
    .option(
      '--no-check, --no-eval',
      'skip the short evaluation on held-out prompts after training, and do not fail if the patch fails it',
    )
    .option('--no-validation', 'hold out no prompts to choose the checkpoint')
    .option('--no-gate', 'train without a gate: the prefix applies to every prompt')
  return requireOptions(command, '--out')
}

/** Describes what each preset changes, for the help. */
function presetsTold(): string {
  return Object.entries(trainingDefaults.presets)
    .map(
      ([name, { steps, everyday, limit }]) =>
        `${name} (steps × ${steps}, ${everyday} everyday prompts, up to ${limit} held out per kind)`,
    )
    .join(', ')
}

/** Converts the options for `trainPatch`. Anything not given comes from the domain's recipe or the defaults. */
export function trainingOf(options: TrainingOptions, domain?: Domain): Partial<TrainPatchOptions> {
  const { preset, version, license, batchSize, microBatchSize, harmlessShare, distill } = options
  const both = given({ batchSize, microBatchSize, harmlessShare })
  const sft = given({ steps: options.sftSteps, learningRate: options.sftLr })
  const dpo = given({
    ...{ steps: options.dpoSteps, learningRate: options.dpoLr, reference: options.dpoReference },
    ...{ beta: options.beta, lossType: options.lossType, sftWeight: options.sftWeight },
  })
  const thresholds = given({ marginThreshold: options.margin, winnerThreshold: options.winner })
  // Options for both stages do not turn on a stage that is not trained.
  const stage = <Own extends { steps?: number }>(own: Own, isUsual: boolean) => {
    if (own.steps === 0) return false
    return isUsual || isAsked(own) ? { ...both, ...own } : undefined
  }
  return {
    preset,
    manifest: { name: options.name ?? nameFrom(options.out), version, license },
    prefix: given({ length: options.length, init: options.init, text: options.initText }),
    sft: stage(sft, domain?.training.sft !== false),
    dpo: stage(dpo, Boolean(domain?.training.dpo)),
    filter: options.filter && (isAsked(thresholds) ? thresholds : undefined),
    distillation: distill === undefined ? undefined : distill > 0 && { weight: distill },
    validation: options.validation ? undefined : false,
    check: options.eval ? undefined : false,
    minimumReferenceShare: options.minReferenceShare,
    gate: options.gate ? undefined : false,
    maxResponseTokens: options.maxResponseTokens,
  }
}

const isAsked = (flags: object) => Object.keys(flags).length > 0

/** Drops undefined values. */
function given<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}

/** Checked before training, so that an invalid name does not come to light only at the end. */
export function patchName(text: string): string {
  if (patchNamePattern.test(text)) return text
  throw new InvalidArgumentError(
    'It must be 1 to 64 of a-z, 0-9, ".", "_" and "-", with a letter or digit at both ends, and not a device name such as con.',
  )
}

function nameFrom(directory: string): string {
  const name = basename(directory).toLowerCase()
  return patchNamePattern.test(name) ? name : 'patch'
}

export function semanticVersion(text: string): string {
  try {
    compareVersions(text, text)
  } catch (cause) {
    throw new InvalidArgumentError((cause as Error).message)
  }
  return text
}
