import * as z from 'zod/mini'
import { describeIssues } from '../describe-issues.ts'
import { describeValue } from '../describe-value.ts'
import { PatchError } from '../errors.ts'
import { inEnglish } from '../in-english.ts'
import { parseJsonFile } from '../parse-json-file.ts'
import { unknownAdapterField } from './config/adapter-rules.ts'
import { checkFieldRules, isEmpty } from './config/field-rules.ts'
import { loraRules } from './lora-rules.ts'
import { type ModulePattern, modulePattern, namedIn } from './module-pattern.ts'

const positive = z.number().check(z.positive())
const index = z.int().check(z.nonnegative())
const patterns = z.nullish(z.record(z.string(), positive))
const modules = z.nullish(z.union([z.string(), z.array(z.string())]))
const flag = z.nullish(z.boolean())

/** What of a PEFT adapter_config.json decides the arithmetic. */
const schema = z.looseObject({
  r: z.int().check(z.positive()),
  lora_alpha: positive,
  use_rslora: flag,
  use_dora: flag,
  lora_bias: flag,
  ensure_weight_tying: flag,
  rank_pattern: patterns,
  alpha_pattern: patterns,
  target_modules: modules,
  exclude_modules: modules,
  layers_to_transform: z.nullish(z.union([index, z.array(index)])),
  layers_pattern: modules,
  modules_to_save: z.nullish(z.array(z.string())),
  trainable_token_indices: z.nullish(z.union([z.array(index), z.record(z.string(), z.array(index))])),
  base_model_name_or_path: z.nullish(z.string()),
})

type Config = z.infer<typeof schema>

export interface LoraConfig {
  readonly baseModel: string | undefined
  /** Whether each change is followed by setting the weight's norms (DoRA). */
  readonly usesDora: boolean
  /** Whether B has a bias, added to that of the module. */
  readonly hasBias: boolean
  /** Whether what is done to the embeddings is done to an output projection tied to them. */
  readonly keepsTies: boolean
  /** Rank of a module, by its name such as `model.layers.0.mlp.down_proj`. */
  rank(module: string): number
  /** What B·A is multiplied by: α/r, or α/√r with rsLoRA. */
  scale(module: string): number
  /** Why PEFT would not put LoRA on a module: the field that leaves it out. */
  leavesOut(module: string): string | undefined
  /** Whether a module was trained and saved whole. */
  savesWhole(module: string): boolean
  /** A module that was trained whole and is not among those that have tensors. */
  missing(modules: readonly string[]): string | undefined
  /** Whether rows of embeddings were trained by themselves. */
  readonly trainsRows: boolean
  /** Rows of an embedding that were trained, in the order in which they are saved. */
  trainedRows(module: string): readonly number[] | undefined
}

/**
 * Parses adapter_config.json of a PEFT LoRA adapter.
 *
 * @throws PatchError `MALFORMED`, or `UNSUPPORTED` naming every option that is not implemented.
 */
export function parseLoraConfig(file: string, bytes: Uint8Array): LoraConfig {
  const json = parseJsonFile(bytes, file, 'The file is damaged; save or fetch the adapter again')
  if (json.peft_type !== 'LORA') {
    throw new PatchError('UNSUPPORTED', {
      expected: `a LoRA adapter (peft_type LORA) in ${file}`,
      found: `peft_type ${describeValue(json.peft_type)}`,
      remedy: 'Merge the adapter into its model with PEFT and use the merged model',
    })
  }
  checkFieldRules(json, loraRules, file, unknownAdapterField)
  const parsed = schema.safeParse(withoutEmpty(json), inEnglish)
  if (!parsed.success) throw malformed(file, describeIssues(parsed.error.issues), parsed.error)
  return loraConfig(file, parsed.data)
}

/** An option given empty is an option not given. */
function withoutEmpty(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value === false || !isEmpty(value)))
}

function loraConfig(file: string, config: Config): LoraConfig {
  const ranks = firstOf(file, config.rank_pattern)
  const alphas = firstOf(file, config.alpha_pattern)
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
    leavesOut: leavesOut(file, config),
    // As PEFT, by the end of its name or of that of a module it is in: `norm` stands for `input_layernorm` too.
    savesWhole: (module) => (config.modules_to_save ?? []).some((name) => endsIn(module, name)),
    missing: (modules) =>
      config.modules_to_save?.find((name) => !modules.some((module) => endsIn(module, name))),
    trainsRows: rows !== undefined && rows !== null,
    trainedRows: (module) =>
      Array.isArray(rows) ? rows : Object.entries(rows ?? {}).find(([name]) => namedIn(module, [name]))?.[1],
  }
}

const endsIn = (module: string, name: string) => `${module}.`.includes(`${name}.`)

/** As in PEFT, each pattern is a regular expression for the end of a module's name, and the first that fits counts. */
function firstOf(file: string, values: Config['rank_pattern']): (module: string) => number | undefined {
  const compiled = Object.entries(values ?? {}).map(
    ([pattern, value]) => [compile(file, `(?:.*\\.)?(?:${pattern})`), value] as const,
  )
  return (module) => compiled.find(([fits]) => fits(module))?.[1]
}

/** As PEFT's `check_target_module_exists`. */
function leavesOut(file: string, config: Config): LoraConfig['leavesOut'] {
  const test = (names: Config['target_modules']): ((module: string) => unknown) | undefined => {
    if (names === undefined || names === null || names === 'all-linear') return undefined
    return typeof names === 'string' ? compile(file, names) : (module) => namedIn(module, names)
  }
  const [targeted, excluded] = [test(config.target_modules), test(config.exclude_modules)]
  const layers = config.layers_to_transform ?? undefined
  const stacks = [config.layers_pattern ?? '[^.]*'].flat()
  const numbered = stacks.map((stack) => compile(file, `(?:.*?\\.)?(?:${stack})\\.(\\d+)\\..*`))
  return (module) => {
    if (excluded?.(module)) return 'exclude_modules'
    if (targeted && !targeted(module)) return 'target_modules'
    if (layers === undefined || typeof config.target_modules === 'string') return undefined
    const found = numbered.map((match) => match(module)).find((match) => match)
    return found && [layers].flat().includes(Number(found[1])) ? undefined : 'layers_to_transform'
  }
}

function compile(file: string, pattern: string): ModulePattern {
  try {
    return modulePattern(pattern)
  } catch (cause) {
    throw malformed(file, `the pattern ${describeValue(pattern)}`, cause)
  }
}

function malformed(file: string, found: string, cause: unknown): PatchError {
  return new PatchError('MALFORMED', {
    expected: `the configuration of a PEFT adapter in ${file}`,
    found,
    remedy: 'The file is damaged; save or fetch the adapter again',
    cause,
  })
}
