import { basename } from 'node:path'
import {
  compareVersions,
  type DpoLossType,
  type DpoReference,
  type PrefixInit,
  type TrainPatchOptions,
} from '@policypatch/core'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { integer, number } from './option-values.ts'

/** The hyper-parameters that can be given; core has the defaults of those that are optional here. */
export interface TrainingOptions {
  readonly out: string
  readonly name?: string
  readonly version: string
  readonly domain: string
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
  return command
    .requiredOption('--out <directory>', 'where the patch is written')
    .option('--name <name>', 'name of the patch (default: that of its directory)', patchName)
    .option('--version <version>', 'semantic version of the patch', semanticVersion, '0.1.0')
    .option('--domain <domain>', 'what it patches', 'harmfulness')
    .option('--license <spdx>', 'its licence', 'Apache-2.0')
    .option('--length <m>', 'virtual tokens', integer(1), 50)
    .addOption(
      new Option('--init <init>', 'what it starts from').choices(['text', 'vocab', 'random']).default('text'),
    )
    .option(
      '--init-text <text>',
      'the sentence that init text starts from (default: the system prompt of the reference, else a policy sentence)',
    )
    .option('--sft-steps <n>', 'steps of supervised fine-tuning; 0 leaves it out', integer(0))
    .option('--sft-lr <rate>', 'its learning rate', number(0))
    .option(
      '--dpo-steps <n>',
      'steps of preference optimization; 0 leaves it out (default: out, unless there is no gate)',
      integer(0),
    )
    .option('--dpo-lr <rate>', 'its learning rate', number(0))
    .addOption(new Option('--dpo-reference <r>', 'r of its loss').choices(['post-sft', 'reference', 'base']))
    .option('--beta <beta>', 'its β', number(0))
    .addOption(new Option('--loss-type <type>', 'its loss').choices(['sigmoid', 'ipo', 'hinge', 'robust']))
    .option('--sft-weight <weight>', 'weight of the SFT loss in it', number(0))
    .option('--distill <weight>', "weight of the divergence from the reference's distributions", number(0))
    .option('--batch-size <n>', 'examples per step', integer(1))
    .option('--harmless-share <share>', 'share of harmless examples in a batch', number(0, 1))
    .option('--max-response-tokens <n>', 'responses are cut to this', integer(1))
    .option('--margin <s>', 'least difference of the scores of chosen and rejected', number(-1, 1))
    .option('--winner <s>', 'least score of chosen', number(0, 1))
    .option('--no-filter', 'keep every pair')
    .option(
      '--min-reference-share <share>',
      'least share of targets that the reference must answer as wanted; 0 trains on whatever there is (default: 0.3)',
      number(0, 1),
    )
    .option(
      '--no-check',
      'do not ask the patched model what training never saw, nor fail where the patch does',
    )
    .option('--no-validation', 'set no prompts apart to choose the checkpoint by')
    .option('--no-gate', 'let the prefix take effect on every prompt')
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
    manifest: { name: options.name ?? nameFrom(options.out), version, domain, license },
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

function patchName(text: string): string {
  if (namePattern.test(text)) return text
  throw new InvalidArgumentError('It must be 1 to 64 of a-z, 0-9, ".", "_" and "-".')
}

function nameFrom(directory: string): string {
  const name = basename(directory).toLowerCase()
  return namePattern.test(name) ? name : 'patch'
}

function semanticVersion(text: string): string {
  try {
    compareVersions(text, text)
  } catch (cause) {
    throw new InvalidArgumentError((cause as Error).message)
  }
  return text
}
