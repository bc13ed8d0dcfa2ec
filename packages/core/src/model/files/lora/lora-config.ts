import * as z from 'zod/mini'
import { PatchError } from '../../../errors.ts'
import { parseJsonFile } from '../../../storage/parse-json-file.ts'
import { checkShape, describeIssues } from '../../../text/check-shape.ts'
import {
  checkFieldRules,
  type FieldRule,
  type FieldRules,
  isEmpty,
  only,
  rowsOf,
} from '../../decoder/config/field-rules.ts'
import { adapterRules, checkPeftType, unknownAdapterField } from './adapter-files.ts'
import {
  layerIndex,
  type ModulePatterns,
  type ModuleTest,
  modulePatterns,
  nameTest,
} from './module-pattern.ts'

const positive = z.number().check(z.positive())
const index = z.int().check(z.nonnegative())
const byPattern = z.nullish(z.record(z.string(), positive))
const modules = z.nullish(z.union([z.string(), z.array(z.string())]))
const flag = z.nullish(z.boolean())

/** Limit on modules listed by name, far more than a model has kinds of modules. */
const mostModules = 100
const isShort = (value: object) => Object.keys(value).length <= mostModules

/** The fields of a PEFT adapter_config.json that affect the arithmetic. */
const schema = z.looseObject({
  r: z.int().check(z.positive()),
  lora_alpha: positive,
  use_rslora: flag,
  use_dora: flag,
  lora_bias: flag,
  ensure_weight_tying: flag,
  rank_pattern: byPattern,
  alpha_pattern: byPattern,
  target_modules: modules,
  exclude_modules: modules,
  layers_to_transform: z.nullish(z.union([index, z.array(index)])),
  layers_pattern: modules,
  modules_to_save: z.nullish(z.array(z.string()).check(z.maxLength(mostModules))),
  trainable_token_indices: z.nullish(
    z.union([z.array(index), z.record(z.string(), z.array(index)).check(z.refine(isShort))]),
  ),
  base_model_name_or_path: z.nullish(z.string()),
})

type Config = z.infer<typeof schema>

export interface LoraConfig {
  readonly baseModel: string | undefined
  /** Whether to rescale the weight's norms after each change (DoRA). */
  readonly usesDora: boolean
  /** Whether B has a bias, added to the module's. */
  readonly hasBias: boolean
  /** Whether changes to the embeddings also apply to a tied output projection. */
  readonly keepsTies: boolean
  /** Rank for a module, named as in `model.layers.0.mlp.down_proj`. */
  rank(module: string): number
  /** Multiplier of B·A: α/r, or α/√r with rsLoRA. */
  scale(module: string): number
  /** The field because of which PEFT would not apply LoRA to a module. */
  leavesOut(module: string): string | undefined
  /** Whether a module was trained and saved in full. */
  savesWhole(module: string): boolean
  /** A module that was trained in full but has no tensors. */
  missing(modules: readonly string[]): string | undefined
  /** Whether individual embedding rows were trained. */
  readonly trainsRows: boolean
  /** Rows of an embedding that were trained, in saved order. */
  trainedRows(module: string): readonly number[] | undefined
}

/**
 * Parses adapter_config.json of a PEFT LoRA adapter.
 *
 * @throws PatchError `MALFORMED`, or `UNSUPPORTED` naming every option that is not implemented.
 */
export function parseLoraConfig(file: string, bytes: Uint8Array): LoraConfig {
  const json = parseJsonFile(bytes, file, 'The file is damaged; save or download the adapter again')
  checkPeftType(json, file, ['LORA'], loraRemedy)
  checkFieldRules(json, loraRules, file, unknownAdapterField)
  const parsed = checkShape(schema, withoutEmpty(json))
  if (!parsed.success) throw malformed(file, describeIssues(parsed.error.issues), parsed.error)
  return loraConfig(file, parsed.data)
}

/** An empty option counts as absent. */
function withoutEmpty(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value === false || !isEmpty(value)))
}

function loraConfig(file: string, config: Config): LoraConfig {
  const patterns = modulePatterns(file)
  const ranks = firstOf(patterns, config.rank_pattern)
  const alphas = firstOf(patterns, config.alpha_pattern)
  const rank = (module: string) => ranks(module) ?? config.r
  const rows = config.trainable_token_indices
  return {
    baseModel: config.base_model_name_or_path ?? undefined,
    usesDora: config.use_dora === true,
    hasBias: config.lora_bias === true,
    keepsTies: config.ensure_weight_tying === true,
    rank,
    scale(module) {
      const r = rank(module)
      return (alphas(module) ?? config.lora_alpha) / (config.use_rslora ? Math.sqrt(r) : r)
    },
    leavesOut: leavesOut(patterns, config),
    // As in PEFT, matches the end of the name of the module or of one that contains it: `norm` also matches `input_layernorm`.
    savesWhole: (module) => (config.modules_to_save ?? []).some((name) => endsIn(module, name)),
    missing: (modules) =>
      config.modules_to_save?.find((name) => !modules.some((module) => endsIn(module, name))),
    trainsRows: rows !== undefined && rows !== null,
    trainedRows: (module) =>
      Array.isArray(rows) ? rows : Object.entries(rows ?? {}).find(([name]) => nameTest([name])(module))?.[1],
  }
}

const endsIn = (module: string, name: string) => `${module}.`.includes(`${name}.`)

/** As in PEFT, patterns match the end of a module's name, and the first match wins. */
function firstOf(
  patterns: ModulePatterns,
  values: Config['rank_pattern'],
): (module: string) => number | undefined {
  const compiled = Object.entries(values ?? {}).map(
    ([pattern, value]) => [patterns.end(pattern), value] as const,
  )
  const known = new Map<string, number | undefined>()
  return (module) => {
    if (!known.has(module)) known.set(module, compiled.find(([fits]) => fits(module))?.[1])
    return known.get(module)
  }
}

/** Like PEFT's `check_target_module_exists`. */
function leavesOut(patterns: ModulePatterns, config: Config): LoraConfig['leavesOut'] {
  const test = (names: Config['target_modules']): ModuleTest | undefined => {
    if (names === undefined || names === null || names === 'all-linear') return undefined
    return typeof names === 'string' ? patterns.whole(names) : nameTest(names)
  }
  const [targeted, excluded] = [test(config.target_modules), test(config.exclude_modules)]
  const layers = new Set([config.layers_to_transform ?? []].flat())
  const stacks = [config.layers_pattern ?? []].flat().map((stack) => patterns.end(stack))
  return (module) => {
    if (excluded?.(module)) return 'exclude_modules'
    if (targeted && !targeted(module)) return 'target_modules'
    if (layers.size === 0 || typeof config.target_modules === 'string') return undefined
    const index = layerIndex(module, (name) => stacks.length === 0 || stacks.some((stack) => stack(name)))
    return index !== undefined && layers.has(index) ? undefined : 'layers_to_transform'
  }
}

function malformed(file: string, found: string, cause: unknown): PatchError {
  return new PatchError('MALFORMED', {
    expected: `the configuration of a PEFT adapter in ${file}`,
    found,
    remedy: 'The file is damaged; save or download the adapter again',
    cause,
  })
}

const loraRemedy = 'Merge the adapter into its model with PEFT and use the merged model'

/** A method that changes weights in ways other than the fields marked `read`. */
const method: FieldRule = { only: 'absent', allows: isEmpty, remedy: loraRemedy }

const start: FieldRule = { harmless: 'it chooses where training starts' }

/** Initializations that leave the base weights unchanged, unlike PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA. */
const keepsBase = ['gaussian', 'eva', 'orthogonal', 'mica']

/** The rule for each field of PEFT 0.21's LoraConfig. */
export const loraRules: FieldRules = {
  ...adapterRules,
  ...rowsOf('r lora_alpha use_rslora rank_pattern alpha_pattern use_dora lora_bias', 'read'),
  ...rowsOf('target_modules exclude_modules layers_to_transform layers_pattern', 'read'),
  ...rowsOf('modules_to_save trainable_token_indices ensure_weight_tying', 'read'),
  bias: { harmless: 'the biases that were trained are among the tensors' },
  fan_in_fan_out: { harmless: 'PEFT sets it to false for linear layers and embeddings' },
  lora_dropout: { harmless: 'it matters in training alone' },
  init_lora_weights: {
    only: `true, false, ${keepsBase.join(', ')}, because others also change the base weights,`,
    allows: (value) =>
      typeof value === 'boolean' || (typeof value === 'string' && keepsBase.includes(value.toLowerCase())),
    remedy:
      'Convert it to plain LoRA with PEFT (`path_initial_model_for_weight_conversion`), or merge it with PEFT',
  },
  eva_config: start,
  ...rowsOf('loftq_config corda_config lora_ga_config', method),
  ...rowsOf('megatron_config layer_replication target_parameters alora_invocation_tokens', method),
  ...rowsOf('use_qalora use_bdlora arrow_config kasa_config velora_config monteclora_config', method),
  megatron_core: { harmless: 'it goes with megatron_config' },
  qalora_group_size: { harmless: 'it goes with use_qalora' },
  runtime_config: { harmless: 'it says where PEFT computes' },
  task_type: only('CAUSAL_LM'),
}
