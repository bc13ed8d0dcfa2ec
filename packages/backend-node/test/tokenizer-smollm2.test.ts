import { readFileSync } from 'node:fs'
import { createTokenizer, ggufTokenizerFiles, openGguf } from '@policypatch/core/platform'
import { describe, expect, it } from 'vitest'
import { expectTransformers, type TransformersRecord } from '../../core/test/transformers-record.ts'
import { realModel } from './fixtures.ts'

const { files, reason } = await realModel()
const recorded: TransformersRecord = JSON.parse(
  readFileSync(new URL('../../core/test/goldens/tokenizer-smollm2.json', import.meta.url), 'utf8'),
)

describe.skipIf(!files)(`SmolLM2's own tokenizer, from its GGUF${reason}`, async () => {
  if (!files) return
  const reader = await openGguf(await files.storage.open(files.path))
  await reader.close()
  const tokenizer = await createTokenizer(ggufTokenizerFiles(reader.metadata))
  expectTransformers(tokenizer, recorded)
  it('knows its special tokens', () => {
    expect(tokenizer.vocabSize).toBe(49_152)
    expect(tokenizer.bosTokenId).toBe(1)
    expect(tokenizer.eosTokenIds).toEqual([2])
  })
})
