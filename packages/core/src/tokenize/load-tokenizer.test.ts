import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expectTransformers, type TransformersRecord } from '../../test/transformers-record.ts'
import { ggufTokenizerFiles } from './gguf-tokenizer.ts'
import { createTokenizer } from './load-tokenizer.ts'

interface Golden {
  readonly tokenizerJson: object
  readonly tokenizerConfig: object
  readonly fromJson: TransformersRecord
  readonly ggufMetadata: Record<string, unknown>
  readonly fromGguf: TransformersRecord
}

const golden = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`../../test/goldens/tokenizer-${name}.json`, import.meta.url), 'utf8'))

for (const name of ['llama3', 'qwen2', 'smollm', 'llama2', 'vicuna'])
  describe(`a tokenizer like ${name}'s`, async () => {
    const { tokenizerJson, tokenizerConfig, fromJson, ggufMetadata, fromGguf } = golden(name)
    describe('from tokenizer.json is that of transformers', async () => {
      expectTransformers(await createTokenizer({ tokenizerJson, tokenizerConfig }), fromJson)
    })
    describe('from GGUF is that of transformers', async () => {
      expectTransformers(await createTokenizer(ggufTokenizerFiles(ggufMetadata)), fromGguf)
    })
    it('has one fingerprint, whatever its source', async () => {
      const fromFiles = await createTokenizer({ tokenizerJson, tokenizerConfig })
      const fromMetadata = await createTokenizer(ggufTokenizerFiles(ggufMetadata))
      expect(fromMetadata.fingerprint).toBe(fromFiles.fingerprint)
      expect(fromMetadata.fingerprint).toMatch(/^[0-9a-f]{64}$/)
    })
  })

for (const name of ['gemma', 'phi3', 'mistral'])
  describe(`a SentencePiece vocabulary like ${name}'s, from GGUF`, async () => {
    const { ggufMetadata, fromGguf } = golden(name)
    expectTransformers(await createTokenizer(ggufTokenizerFiles(ggufMetadata)), fromGguf)
  })
