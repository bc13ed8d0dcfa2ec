import { basename } from 'node:path'
import {
  compareVersions,
  type DpoLossType,
  type DpoReference,
  type PrefixInit,
  type TrainPatchOptions,
  trainingDefaults,
} from '@policypatch/core'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { requireOptions } from './help.ts'
import { integer, number, text } from './option-values.ts'

/** The hyper-parameters that can be given; core has the defaults of those that are optional here. */
export interface TrainingOptions {
  readonly out: string
  readonly name?: string
  readonly version: string
  readonly domain?: string
  readonly license: string
  readonly length: number
  readonly init: PrefixInit
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
  readonly harmlessShare?: number
  readonly maxResponseTokens?: number
  readonly margin?: number
  readonly winner?: number
  readonly filter: boolean
  readonly validation: boolean
  readonly minReferenceShare?: number
  readonly check: boolean
  readonly gate: boolean
}

export function addTrainingOptions(command: Command): Command {
  const { gated, ungated, prefix, minimumReferenceShare } = trainingDefaults
  const { sft, dpo } = ungated
  command
    .option('--out <directory>', 'where the patch is written')
    .option('--name <name>', 'name of the patch (default: that of its directory)', patchName)
    .option('--version <version>', 'semantic version of the patch', semanticVersion, '0.1.0')
    .option(
      '--domain <domain>',
      'what it patches (default: harmfulness, or goal where the prompts are targets)',
    )
    .option('--license <spdx>', 'its licence', 'Apache-2.0')
    .option('--length <m>', 'virtual tokens', integer(1), prefix.length)
    .addOption(
      new Option('--init <init>', 'what it starts from').choices(['text', 'vocab', 'random']).default('text'),
    )
    .option(
      '--init-text <text>',
      'the sentence that init text starts from (default: the system prompt of the reference, else a policy sentence)',
      text,
    )
    .option(
      '--sft-steps <n>',
      `steps of supervised fine-tuning; 0 leaves it out (default: ${gated.sft.steps}; ${sft.steps} where prompts to keep come without a gate)`,
      integer(0),
    )
    .option('--sft-lr <rate>', `its learning rate (default: ${sft.learningRate})`, number(0))
    .option(
      '--dpo-steps <n>',
      `steps of preference optimization; 0 leaves it out (default: 0; ${dpo.steps} where prompts to keep come without a gate)`,
      integer(0),
    )
    .option('--dpo-lr <rate>', `its learning rate (default: ${dpo.learningRate})`, number(0))
    .addOption(
      new Option('--dpo-reference <r>', `r of its loss (default: ${dpo.reference})`).choices([
        'post-sft',
        'reference',
        'base',
      ]),
    )
    .option('--beta <beta>', `its β (default: ${dpo.beta})`, number(0))
    .addOption(
      new Option('--loss-type <type>', 'its loss (default: sigmoid)').choices([
        'sigmoid',
        'ipo',
        'hinge',
        'robust',
      ]),
    )
    .option('--sft-weight <weight>', 'weight of the SFT loss in it (default: 0)', number(0))
    .option(
      '--distill <weight>',
      "weight of the divergence from the reference's distributions (default: 0)",
      number(0),
    )
    .option('--batch-size <n>', 'examples per step (default: 8)', integer(1))
    .option(
      '--harmless-share <share>',
      `share of examples to keep in a batch (default: ${gated.sft.harmlessShare}; without a gate their share of all)`,
      number(0, 1),
    )
    .option('--max-response-tokens <n>', 'responses are cut to this (default: --max-tokens)', integer(1))
    .option(
      '--margin <s>',
      'least difference of the scores of chosen and rejected (default: 0.5)',
      number(-1, 1),
    )
    .option('--winner <s>', 'least score of chosen (default: 0.5)', number(0, 1))
    .option('--no-filter', 'keep every pair')
    .option(
      '--min-reference-share <share>',
      `least share of targets that the reference must answer as wanted; 0 trains on whatever there is (default: ${minimumReferenceShare}; 0 with --no-filter)`,
      number(0, 1),
    )
    .option(
      '--no-check',
      'do not ask the patched model what training never saw, nor fail where the patch does',
    )
    .option('--no-validation', 'set no prompts apart to choose the checkpoint by')
    .option('--no-gate', 'let the prefix take effect on every prompt')
  return requireOptions(command, '--out')
}

/** These options as `trainPatch` takes them. */
export function trainingOf(options: TrainingOptions): Partial<TrainPatchOptions> {
  const { sftSteps, dpoSteps, distill, version, domain, license, filter } = options
  const both = given({ batchSize: options.batchSize, harmlessShare: options.harmlessShare })
  const sft = given({ steps: sftSteps, learningRate: options.sftLr })
  const dpo = given({ steps: dpoSteps, learningRate: options.dpoLr, reference: options.dpoReference })
  const { beta, lossType, sftWeight } = options
  const preference = { ...dpo, ...given({ beta, lossType, sftWeight }) }
  const thresholds = given({ marginThreshold: options.margin, winnerThreshold: options.winner })
  return {
    manifest: { name: options.name ?? nameFrom(options.out), version, license, ...given({ domain }) },
    prefix: { length: options.length, init: options.init, ...given({ text: options.initText }) },
    sft: sftSteps === 0 ? false : { ...both, ...sft },
    ...(dpoSteps === 0 && { dpo: false as const }),
    ...(dpoSteps !== 0 && Object.keys(preference).length > 0 && { dpo: { ...both, ...preference } }),
    filter: filter ? thresholds : false,
    ...(distill !== undefined && { distillation: { weight: distill } }),
    ...(!options.validation && { validation: false as const }),
    ...(!options.check && { check: false as const }),
    ...given({ minimumReferenceShare: options.minReferenceShare }),
    ...(!options.gate && { gate: false as const }),
    ...given({ maxResponseTokens: options.maxResponseTokens }),
  }
}

/** Without what was not given. */
function given<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}

// Checked before training: that a name cannot be used is bad news at its end.
const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/

export function patchName(text: string): string {
  if (namePattern.test(text)) return text
  throw new InvalidArgumentError('It must be 1 to 64 of a-z, 0-9, ".", "_" and "-".')
}

function nameFrom(directory: string): string {
  const name = basename(directory).toLowerCase()
  return namePattern.test(name) ? name : 'patch'
}

export function semanticVersion(text: string): string {
  try {
    compareVersions(text, text)
  } catch (cause) {
    throw new InvalidArgumentError((cause as Error).message)
  }
  return text
}
