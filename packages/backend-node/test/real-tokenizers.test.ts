import { readFileSync } from 'node:fs'
import { createTokenizer, ggufTokenizerFiles, openGguf } from '@policypatch/core/platform'
import { describe, expect, it } from 'vitest'
import { expectTransformers, type TransformersRecord } from '../../core/test/transformers-record.ts'
import { realModel } from './fixtures.ts'

const golden = (name: string): TransformersRecord =>
  JSON.parse(readFileSync(new URL(`../../core/test/goldens/tokenizer-${name}.json`, import.meta.url), 'utf8'))

const models = [
  { id: 'HuggingFaceTB/SmolLM2-135M-Instruct', name: 'smollm2', vocabSize: 49_152, bos: 1, eos: [2] },
  { id: 'google/gemma-3-270m', name: 'gemma3', vocabSize: 262_144, bos: 2, eos: [1] },
]

for (const { id, name, vocabSize, bos, eos } of models) {
  const { files, reason } = await realModel(id)
  describe.skipIf(!files)(`the tokenizer in the GGUF of ${id}${reason}`, async () => {
    if (!files) return
    const reader = await openGguf(await files.storage.open(files.path))
    await reader.close()
    const tokenizer = await createTokenizer(ggufTokenizerFiles(reader.metadata))
    expectTransformers(tokenizer, golden(name))
    it('knows its special tokens', () => {
      expect(tokenizer.vocabSize).toBe(vocabSize)
      expect(tokenizer.bosTokenId).toBe(bos)
      expect(tokenizer.eosTokenIds).toEqual(eos)
    })
  })
}
