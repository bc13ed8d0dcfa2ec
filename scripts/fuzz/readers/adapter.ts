import { importPeftPromptTuning } from '@policypatch/core/patch'
import { loadStoredModel } from '@policypatch/core/platform'
import fc from 'fast-check'
import { cpuBackend } from '../../../packages/core/test/cpu-backend.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden, goldenFolder } from '../golden-files.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { changedSafetensors, safetensorsAmbiguity } from '../safetensors-parts.ts'
import { storageOf } from '../storage-of.ts'

const [config, weights] = ['adapter_config.json', 'adapter_model.safetensors']
const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes))
const goldens = 'test/goldens'

/** Adapter folders with some fields, tensors or bytes changed. */
function changed(folders: readonly Files[], texts: fc.Arbitrary<string>): fc.Arbitrary<Files> {
  return fc.oneof(
    ...folders.map((folder) => {
      const trees = fc.constant(treeOf(json(folder[config])))
      const [texts_, bytes] = [
        changedJson(trees, texts).map(utf8),
        changedSafetensors(folder[weights]!, texts),
      ]
      return fc.oneof(
        { weight: 3, arbitrary: texts_.map((text) => ({ ...folder, [config]: text })) },
        { weight: 2, arbitrary: bytes.map((held) => ({ ...folder, [weights]: held })) },
        { weight: 1, arbitrary: fc.record({ [config]: texts_, [weights]: bytes }) },
        { weight: 2, arbitrary: damaged(fc.constant(folder), Object.values(folder)) },
      )
    }),
  )
}

const ambiguity = (files: Files) =>
  doubleNameIn(files[config]) ?? (files[weights] && safetensorsAmbiguity(files[weights]))

const { bases } = json(golden(`${goldens}/lora-adapters/merged.json`)) as {
  readonly bases: Record<string, string>
}
const { tokenizerJson } = json(golden(`${goldens}/tokenizer-smollm.json`))
const tokenizer = {
  'tokenizer.json': utf8(JSON.stringify(tokenizerJson)),
  'tokenizer_config.json': utf8('{"eos_token": "<|endoftext|>"}'),
}
const models = await Promise.all(
  [...new Set(Object.values(bases))].map(
    async (name) =>
      [name, await storageOf({ ...goldenFolder(`${goldens}/models/${name}`), ...tokenizer }, 'm')] as const,
  ),
).then((all) => new Map(all))

/** Module names and patterns for them, some of which are slow to match. */
const modules = fc
  .oneof(
    oddStrings,
    fc.constantFrom(
      ...[
        'q_proj',
        'layers.0.self_attn.q_proj',
        'all-linear',
        '.*',
        'embed_tokens',
        'lm_head',
        '(a+)+$',
        '.*.*.*.*.*x',
        '(q|k)_proj',
      ],
      ...['^(.*)*$', '(?=q)q', '\\1', '[', 'a{1,1000}{1,1000}', '0', 'model.norm'],
    ),
  )
  .map((name) => JSON.stringify(name))
const patterns = fc
  .array(fc.tuple(modules, fc.constantFrom('1', '4', '0', '1e9', '0.5', '-1', '"a"')), { maxLength: 3 })
  .map((pairs) => `{${pairs.map((pair) => pair.join(':')).join(',')}}`)
const texts = fc.oneof(
  modules,
  patterns,
  fc.array(modules, { maxLength: 3 }).map((all) => `[${all.join(',')}]`),
  fc.constantFrom(
    '"DORA"',
    '"LORA"',
    '"pissa"',
    '[0,1]',
    '{"embed_tokens":[1,5,96]}',
    '[1000000000]',
    '[-1]',
    '[0,0]',
    '"PROMPT_TUNING"',
  ),
)

/** The base is not among the fuzzed files, because it is the user's own. */
const baseFile = 'base.txt'
const lora: fc.Arbitrary<Files> = fc.oneof(
  ...Object.entries(bases).map(([name, base]) =>
    changed([goldenFolder(`${goldens}/lora-adapters/${name}`)], texts).map((files) => ({
      ...files,
      [baseFile]: utf8(base),
    })),
  ),
)

const backend = cpuBackend()

/** An adapter that is merged into a model while it is loaded. */
export const loraReader: FuzzedReader = {
  name: 'lora',
  files: lora,
  async read({ [baseFile]: base, ...files }) {
    const storage = models.get(new TextDecoder().decode(base)) ?? (await storageOf({}, 'm'))
    const adapter = { storage: await storageOf(files, 'a'), path: 'a' }
    const model = await loadStoredModel({ storage, path: 'm' }, { backend, adapter })
    await model.dispose()
  },
  ambiguity,
}

const prompts = ['adapter', 'p-tuning'].map((name) => goldenFolder(`${goldens}/peft/${name}`))

export const promptTuningReader: FuzzedReader = {
  name: 'prompt-tuning',
  files: changed(
    prompts.map(({ [config]: text, [weights]: bytes }) => ({ [config]: text!, [weights]: bytes! })),
    fc.constantFrom(
      '"P_TUNING"',
      '"PROMPT_TUNING"',
      '"PREFIX_TUNING"',
      '"CAUSAL_LM"',
      '"prompt_embeddings"',
      '[4,16]',
      '[2,32]',
      '"MLP"',
    ),
  ),
  async read(files) {
    await importPeftPromptTuning({ storage: await storageOf(files, 'a'), path: 'a' })
  },
  ambiguity,
}
