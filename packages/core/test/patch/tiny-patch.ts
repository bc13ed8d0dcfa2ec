import { readdirSync, readFileSync } from 'node:fs'
import type { LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import type { PatchManifest } from '../../src/patch/manifest.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'

/** A manifest for a prefix of 4 virtual tokens of width 16, for the model in goldens/peft. */
export const tinyManifest: PatchManifest = {
  format: 'policypatch/v1',
  name: 'tiny-harmfulness',
  version: '1.0.0',
  domain: 'harmfulness',
  license: 'Apache-2.0',
  base: {
    id: 'example/tiny-llama',
    architecture: 'llama',
    hiddenSize: 16,
    vocabSize: 97,
    layers: 2,
    heads: 4,
    tokenizer: 'a'.repeat(64),
    weights: 'b'.repeat(64),
  },
  prefix: { length: 4, init: 'text', initText: 'Refuse to help with what does harm.' },
  recipe: {
    reference: 'model:example/tiny-llama-safe',
    data: { pairs: 'c'.repeat(64) },
    seed: 7,
    options: {
      sft: { steps: 120, learningRate: 0.02 },
      dpo: { beta: 0.1, lossType: 'sigmoid' },
      tags: ['a', null],
    },
  },
  effects: [
    {
      metric: 'refusal rate, harmful',
      judge: 'phrases',
      data: 'held-out | 96 prompts',
      n: 96,
      before: { value: 0.1, low: 0.05, high: 0.18 },
      after: { value: 0.9583333, low: 0.9, high: 0.985 },
    },
  ],
  requires: [],
  conflicts: ['tiny-obedience@<2'],
  created: '2026-01-02T03:04:05Z',
}

export const tinyPrefix: Prefix = {
  length: 4,
  embeddings: Float32Array.from({ length: 64 }, (_, i) => Math.sin(i + 1)),
}

/** The parts of a model that `describeBase`, `checkFit` and `applyPatch` use. */
export function tinyModel(
  changes: { config?: object; tokenizer?: object; weightsFingerprint?: string } = {},
) {
  const { architecture, hiddenSize, vocabSize, layers, heads, tokenizer, weights } = tinyManifest.base
  const model = {
    id: 'models/tiny.gguf',
    config: { architecture, hiddenSize, vocabSize, layers, heads, ...changes.config },
    tokenizer: { fingerprint: tokenizer, ...changes.tokenizer },
    weightsFingerprint: changes.weightsFingerprint ?? weights,
    prefix: undefined as Prefix | undefined,
    withPrefix: (prefix: Prefix | undefined) => ({ ...model, prefix }),
  }
  return model as unknown as LanguageModel
}

/** Copies a folder's files into memory under the given name. */
export async function storageOf(folder: URL, name: string): Promise<Storage> {
  const storage = memoryStorage()
  for (const file of readdirSync(folder)) {
    await storage.write(`${name}/${file}`, new Uint8Array(readFileSync(new URL(`${folder}/${file}`))))
  }
  return storage
}
