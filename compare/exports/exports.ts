/**
 * Checks that other programs can read the exports: each export of a tiny model's patch is loaded by the program that it is for,
 * and the logits after some prompts are compared with ours.
 *
 *   npm run check:exports
 *
 * Prints a line per export. Fails if one deviates by more than 1e-3 or cannot be read.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  applyPatch,
  composePatches,
  createPatch,
  type LanguageModel,
  loadModel,
  type Patch,
} from 'policypatch'
import { describeBase, exportKeyValues, exportOnnx, promptEmbedder } from 'policypatch/patch'
import { initPrefix } from 'policypatch/train'
import { writeTinyModel } from '../../packages/core/test/models/tiny-model.ts'
import { pythonCommand, quietEnvironment } from '../sides/command.ts'

const TOLERANCE = 1e-3
const prompts = ['tea', 'How do I bake bread?', 'A longer prompt, of which the cache holds nothing yet.']

const folder = await mkdtemp(join(tmpdir(), 'policypatch-exports-'))
try {
  const base = join(folder, 'model')
  await writeTinyModel(base)
  const model = await loadModel(base, { precision: 'float32' })
  const one = await patchOf(model, 'one', 1)
  const composed = await composePatches({ patches: [one, await patchOf(model, 'two', 2)], method: 'concat' })
  await one.save(join(folder, 'one'))
  await composed.save(join(folder, 'composed'))
  const embed = promptEmbedder(model, composed)
  await writeFile(join(folder, 'embeds.json'), JSON.stringify(prompts.map((prompt) => embed(prompt).base64)))
  await writeFile(join(folder, 'key-values.safetensors'), (await exportKeyValues(model, composed)).file)
  await exportOnnx(model, composed, join(folder, 'patched.onnx'))
  const ids = prompts.map((prompt) => model.tokenizer.encodePrompt(prompt))
  const { layers, keyValueHeads, headSize, hiddenSize } = model.config
  const task = { ids, hidden_size: hiddenSize, cache: [layers, keyValueHeads, headSize] }
  await writeFile(join(folder, 'task.json'), JSON.stringify(task))
  const read = readBack()
  const ours = { one: await logits(model, one), composed: await logits(model, composed) }
  let failed = 0
  for (const { name, patch, logits: found, note } of read) {
    const difference = found && relativeDifference(found, ours[patch])
    const ok = difference !== undefined && difference < TOLERANCE
    if (!ok && note === undefined) failed++
    const outcome =
      difference === undefined ? `not read: ${note ?? 'nothing was given'}` : difference.toExponential(1)
    console.log(`${ok ? 'ok  ' : note === undefined ? 'FAIL' : 'skip'}  ${name}: ${outcome}`)
  }
  await model.dispose()
  if (failed > 0) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true })
}

interface ReadBack {
  readonly name: string
  readonly patch: 'one' | 'composed'
  /** Logits after each prompt. */
  readonly logits?: readonly (readonly number[])[]
  /** Why the export was not read, if that is not a failure. */
  readonly note?: string
}

function patchOf(model: LanguageModel, name: string, seed: number): Promise<Patch> {
  const prefix = initPrefix(model, { length: 5, init: 'random', seed })
  return createPatch({
    prefix,
    manifest: { name, version: '1.0.0', domain: name, license: 'Apache-2.0', base: describeBase(model) },
  })
}

function readBack(): ReadBack[] {
  const [program, ...args] = pythonCommand('exports.py')
  const { status, stdout } = spawnSync(program, [...args, folder], {
    env: quietEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as ReadBack[]
}

/** Logits [V] after each prompt, up to a constant. */
async function logits(model: LanguageModel, patch: Patch): Promise<number[][]> {
  const { vocabSize } = model.config
  const requests = prompts.map((prompt) => ({ prompt, response: [0] }))
  const found = await applyPatch(model, patch).scoreTop(requests, vocabSize)
  return found.map(({ ids, logProbabilities }) => {
    const values = new Array<number>(vocabSize)
    for (const [i, id] of ids.entries()) values[id] = logProbabilities[i] as number
    return values
  })
}

/** The largest difference of centred logits, relative to the largest of them. */
function relativeDifference(
  found: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
): number {
  const centred = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return values.map((value) => value - mean)
  }
  const differences = expected.map((own, i) => {
    const [a, b] = [centred(own), centred(found[i] ?? [])]
    const scale = Math.max(...a.map(Math.abs))
    return Math.max(...a.map((value, j) => Math.abs(value - (b[j] ?? Number.NaN)))) / scale
  })
  return Math.max(...differences)
}
