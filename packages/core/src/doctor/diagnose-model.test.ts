import { describe, expect, it } from 'vitest'
import { cpuBackend } from '../../test/cpu-backend.ts'
import { goldenStorage } from '../../test/goldens.ts'
import { tinyTokenizerFiles } from '../../test/models/tiny-model.ts'
import type { PatchError } from '../errors.ts'
import { loadStoredModel } from '../model/files/load-model.ts'
import { describeBase } from '../patch/apply/check-fit.ts'
import { createPatch } from '../patch/release/create-patch.ts'
import type { StoredPlace } from '../storage/place.ts'
import { diagnoseModel } from './diagnose-model.ts'
import type { DiagnoseOptions } from './diagnose-options.ts'
import type { CheckName, ModelDiagnosis } from './diagnosis.ts'
import { formatDiagnosis } from './format-diagnosis.ts'

const backend = cpuBackend()
const step = { batchSize: 3, promptTokens: 5, responseTokens: 4, prefixLength: 6 }

/** A tiny model whose files may be changed: JSON by a function, others by their text. */
async function tinyModel(
  changed: Readonly<Record<string, string | ((json: Record<string, unknown>) => object)>> = {},
  name = 'llama',
): Promise<StoredPlace> {
  const path = `models/${name}`
  const storage = await goldenStorage(path)
  const write = (file: string, text: string) =>
    storage.write(`${path}/${file}`, new TextEncoder().encode(text))
  for (const [file, text] of Object.entries(tinyTokenizerFiles)) await write(file, text)
  for (const [file, change] of Object.entries(changed)) {
    if (typeof change === 'string') await write(file, change)
    else {
      const json = JSON.parse(new TextDecoder().decode(await storage.read(`${path}/${file}`)))
      await write(file, JSON.stringify(change(json)))
    }
  }
  return { storage, path }
}

const diagnose = (place: StoredPlace, options: Partial<DiagnoseOptions> = {}) =>
  diagnoseModel(place, { backend, step, ...options })

const stateOf = ({ checks }: ModelDiagnosis, name: CheckName) => checks.find((check) => check.name === name)
const failing = ({ checks }: ModelDiagnosis) =>
  checks.filter(({ state }) => state === 'fails').map(({ name }) => name)

describe('a model that works', () => {
  it('is described, loaded, and tried, and nothing fails', async () => {
    const diagnosis = await diagnose(await tinyModel(), { memoryInUse: () => 1000 })
    expect(failing(diagnosis)).toEqual([])
    expect(diagnosis).toMatchObject({ works: true, advice: [], runsOn: 'eager-cpu, float32' })
    expect(diagnosis.model).toMatchObject({
      family: 'llama',
      layers: 3,
      types: { F32: 1 },
      license: undefined,
    })
    const parameters = 2 * 97 * 32 + 32 + 3 * (2 * 32 * 32 + 2 * 16 * 32 + 3 * 64 * 32 + 2 * 32)
    expect(diagnosis.model).toMatchObject({ parameters, bytes: 4 * parameters })
    expect(diagnosis.checks.map(({ name }) => name)).toEqual(
      'files configuration weights tokenizer template positions memory loads reads generates trains'.split(
        ' ',
      ),
    )
    const { load = 0, firstToken = 0, token = 0, step: time = 0 } = diagnosis.times ?? {}
    for (const seconds of [load, firstToken, token, time]) expect(seconds).toBeGreaterThan(0)
  })

  it('takes what its parts take', async () => {
    const { memory } = await diagnose(await tinyModel(), { memoryInUse: () => 1000, probe: false })
    for (const { parts, total } of [memory?.training, memory?.generation].flatMap((use) => use ?? [])) {
      expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(total)
      expect(parts[0]).toEqual({ name: 'in use before loading', bytes: 1000 })
    }
  })

  it('is told in lines that begin in one column, with a verdict', async () => {
    const text = formatDiagnosis(await diagnose(await tinyModel(), { probe: false }))
    expect(text).toContain('\n  family         llama, 3 layers, 32 wide\n')
    expect(text).toContain('\n  ok     weights        all 30 are there, and no others\n')
    expect(text).toMatch(/\n {2}in all +\d+ MB\n/)
    expect(text).toMatch(/\n\nAll is well\.$/)
  })
})

describe('a model that would not load', () => {
  it('has all that is wrong told at once, in the words of loading', async () => {
    const place = await tinyModel({
      'config.json': (json) => ({ ...json, attention_bias: 'yes', use_qk_norm: true }),
      'tokenizer.json': '{"model": {"type": "Other"}}',
    })
    const diagnosis = await diagnose(place)
    expect(failing(diagnosis)).toEqual(['configuration', 'tokenizer'])
    expect(diagnosis).toMatchObject({ works: false, model: undefined, times: undefined })
    const thrown: PatchError = await loadStoredModel(place, { backend }).catch((error) => error)
    expect(stateOf(diagnosis, 'configuration')?.problems).toEqual([
      { code: thrown.code, expected: thrown.expected, found: thrown.found, remedy: thrown.remedy },
    ])
    expect(formatDiagnosis(diagnosis)).toMatch(
      /FAILS {2}tokenizer {6}UNSUPPORTED|FAILS {2}tokenizer {6}MALFORMED/,
    )
    expect(formatDiagnosis(diagnosis)).toMatch(/\nconfiguration and tokenizer would fail\.$/)
  })

  it('has every tensor named that is absent, superfluous or of another shape', async () => {
    const place = await tinyModel({
      'config.json': (json) => ({ ...json, intermediate_size: 65, num_hidden_layers: 2 }),
    })
    const { problems = [] } = stateOf(await diagnose(place), 'weights') ?? {}
    expect(problems[0]).toMatchObject({
      code: 'UNSUPPORTED',
      found: expect.stringMatching(/layers\.2\..* and 8 more/),
    })
    expect(problems.slice(1).map(({ code }) => code)).toEqual(new Array(6).fill('SHAPE_MISMATCH'))
    expect(problems[1]?.expected).toContain('model.layers.0.mlp.gate_proj.weight of shape [65,32]')
  })

  it('has no weights at all', async () => {
    const { storage, path } = await tinyModel()
    await storage.remove(`${path}/model.safetensors`)
    const diagnosis = await diagnose({ storage, path })
    expect(stateOf(diagnosis, 'files')?.problems).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })])
  })
})

describe('what a model is used for', () => {
  it('must fit the context', async () => {
    const diagnosis = await diagnose(await tinyModel(), {
      step: { ...step, prefixLength: 250 },
      probe: false,
    })
    expect(stateOf(diagnosis, 'positions')?.problems).toMatchObject([
      { code: 'CONTEXT_EXCEEDED', found: '250 + 5 + 4' },
    ])
    expect(diagnosis.advice).toEqual([expect.stringContaining('at most 247 virtual tokens (--length 247)')])
  })

  it('must fit the memory: what does not is not tried, and what would is said', async () => {
    const small = { ...backend, availableMemory: () => 64e6 }
    const diagnosis = await diagnose(await tinyModel(), { backend: small })
    expect(failing(diagnosis)).toEqual(['memory'])
    expect(stateOf(diagnosis, 'loads')?.state).toBe('skipped')
    expect(diagnosis.advice.join(' ')).toMatch(/Free .* of memory.*smaller model|fewer bits/)
  })

  it('trains with a smaller batch where the whole would not fit without recomputing', async () => {
    const { memory } = await diagnose(await tinyModel(), { probe: false, step: { ...step, batchSize: 64 } })
    const needed = (memory?.training.total ?? 0) / 0.8
    const less = { ...backend, availableMemory: () => 0.999 * needed }
    const diagnosis = await diagnose(await tinyModel(), {
      probe: false,
      step: { ...step, batchSize: 64 },
      backend: less,
    })
    expect(diagnosis.memory?.training.plan).toEqual({ recompute: 'block', weights: 'held' })
    const [advice = ''] = diagnosis.advice
    const batch = Number(/--batch-size (\d+)/.exec(advice)?.[1])
    expect(batch).toBeGreaterThan(0)
    expect(batch).toBeLessThan(64)
  })

  it('refuses a template that leaves a message out', async () => {
    const config = JSON.parse(tinyTokenizerFiles['tokenizer_config.json'] as string)
    const place = await tinyModel({
      'tokenizer_config.json': JSON.stringify({
        ...config,
        chat_template:
          "{% for m in messages %}{% if m.role != 'assistant' %}{{ m.content }}{% endif %}{% endfor %}",
      }),
    })
    const { problems } = stateOf(await diagnose(place, { probe: false }), 'template') ?? {}
    expect(problems).toMatchObject([
      { code: 'MALFORMED', found: expect.stringContaining("assistant's turn") },
    ])
  })
})

describe('a patch', () => {
  const patchFor = async (place: StoredPlace) => {
    const model = await loadStoredModel(place, { backend })
    return createPatch({
      manifest: { name: 'tiny', domain: 'test', license: 'MIT', base: describeBase(model) },
      prefix: { length: 4, embeddings: new Float32Array(4 * 32).fill(0.1) },
    })
  }

  it('that was made for the model fits, and the step is that of its length', async () => {
    const place = await tinyModel()
    const patch = await patchFor(place)
    const diagnosis = await diagnose(place, { patch, step: { promptTokens: 5, responseTokens: 4 } })
    expect(stateOf(diagnosis, 'patch')).toMatchObject({
      state: 'ok',
      lines: ['tiny 0.1.0 fits: 4 virtual tokens of width 32'],
    })
    expect(diagnosis.step.prefixLength).toBe(4)
  })

  it('of another model does not, which is known without the weights', async () => {
    const patch = await patchFor(await tinyModel({}, 'qwen2'))
    const diagnosis = await diagnose(await tinyModel(), { patch, probe: false })
    expect(stateOf(diagnosis, 'patch')?.problems).toMatchObject([
      {
        code: 'PATCH_MISMATCH',
        expected: expect.stringContaining('qwen2'),
        found: expect.stringContaining('llama'),
      },
    ])
  })

  it('for other weights of the same shape does not fit either', async () => {
    const place = await tinyModel()
    const patch = await patchFor(place)
    const base = { ...patch.manifest.base, weights: '0'.repeat(64) }
    const other = await createPatch({ manifest: { ...patch.manifest, base }, prefix: patch.prefix })
    const diagnosis = await diagnose(place, { patch: other })
    expect(failing(diagnosis)).toEqual(['patch'])
    expect(stateOf(diagnosis, 'patch')?.problems[0]?.expected).toContain('weights fingerprint')
  })
})
