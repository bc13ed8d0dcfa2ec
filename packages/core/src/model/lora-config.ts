import * as z from 'zod/mini'
import { PatchError } from '../errors.ts'
import { inEnglish } from '../in-english.ts'

const positive = z.number().check(z.positive())
const patterns = z.nullish(z.record(z.string(), positive))

/** What of a PEFT adapter_config.json decides the arithmetic. */
const schema = z.looseObject({
  peft_type: z.string(),
  r: z.int().check(z.positive()),
  lora_alpha: positive,
  use_rslora: z.nullish(z.boolean()),
  rank_pattern: patterns,
  alpha_pattern: patterns,
  target_modules: z.nullish(z.union([z.string(), z.array(z.string())])),
  base_model_name_or_path: z.nullish(z.string()),
})

type Config = z.infer<typeof schema>

export interface LoraConfig {
  readonly baseModel: string | undefined
  /** Rank of a module, by its name such as `model.layers.0.mlp.down_proj`. */
  rank(module: string): number
  /** What B·A is multiplied by: α/r, or α/√r with rsLoRA. */
  scale(module: string): number
}

/** Options under which the change of a weight is something other than scale·B·A, or more than weights change. */
const unsupportedOptions = [
  'fan_in_fan_out',
  'use_dora',
  'use_qalora',
  'use_bdlora',
  'lora_bias',
  'modules_to_save',
  'layer_replication',
  'trainable_token_indices',
  'target_parameters',
  'alora_invocation_tokens',
  'arrow_config',
  'kasa_config',
  'velora_config',
  'monteclora_config',
  'megatron_config',
] as const

/** Initialisations that change the base weights too, which then are not those of the released model. */
const changesBase = /^(pissa|olora|corda|loftq|lora_ga)/

/**
 * Parses adapter_config.json of a PEFT LoRA adapter.
 *
 * @throws PatchError `MALFORMED`, or `UNSUPPORTED` naming every option that is not implemented.
 */
export function parseLoraConfig(file: string, bytes: Uint8Array): LoraConfig {
  const config = parse(file, bytes)
  const unsupported = unsupportedOptions
    .filter((name) => isSet(config[name]))
    .map((name) => describe(config, name))
  if (config.peft_type !== 'LORA') unsupported.unshift(describe(config, 'peft_type'))
  if (isSet(config.bias) && config.bias !== 'none') unsupported.push(describe(config, 'bias'))
  if (changesBase.test(String(config.init_lora_weights)))
    unsupported.push(describe(config, 'init_lora_weights'))
  if (unsupported.length > 0) {
    throw new PatchError('UNSUPPORTED', {
      expected: `a plain LoRA adapter (peft_type LORA, bias none, no further method) in ${file}`,
      found: unsupported.join(', '),
      remedy: 'Merge the adapter into its model with PEFT and use the merged model',
    })
  }
  const ranks = matcher(file, config.rank_pattern)
  const alphas = matcher(file, config.alpha_pattern)
  const rank = (module: string) => ranks(module) ?? config.r
  return {
    baseModel: config.base_model_name_or_path ?? undefined,
    rank,
    scale(module) {
      const r = rank(module)
      return (alphas(module) ?? config.lora_alpha) / (config.use_rslora ? Math.sqrt(r) : r)
    },
  }
}

function parse(file: string, bytes: Uint8Array): Config {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)), inEnglish)
  } catch (cause) {
    throw malformed(file, cause instanceof z.core.$ZodError ? z.prettifyError(cause) : 'no JSON', cause)
  }
}

/** As in PEFT, each pattern is a regular expression for the end of a module's name, and the first that fits counts. */
function matcher(file: string, patterns: Config['rank_pattern']): (module: string) => number | undefined {
  const compiled = Object.entries(patterns ?? {}).map(([pattern, value]): [RegExp, number] => {
    try {
      return [new RegExp(`^(?:.*\\.)?(?:${pattern})$`), value]
    } catch (cause) {
      throw malformed(file, `the pattern ${pattern}`, cause)
    }
  })
  return (module) => compiled.find(([pattern]) => pattern.test(module))?.[1]
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false
}

function describe(config: Config, name: string): string {
  return `${name} ${JSON.stringify(config[name])}`
}

function malformed(file: string, found: string, cause: unknown): PatchError {
  return new PatchError('MALFORMED', {
    expected: `the configuration of a PEFT adapter in ${file}`,
    found,
    remedy: 'The file is damaged; save or fetch the adapter again',
    cause,
  })
}
