import type { FuzzedReader } from './fuzzed-reader.ts'
import { loraReader, promptTuningReader } from './readers/adapter.ts'
import { chatTemplateReader } from './readers/chat-template.ts'
import { checkpointReader } from './readers/checkpoint.ts'
import { endpointReader } from './readers/endpoint-answer.ts'
import { evaluationReader, journalReader, reportReader } from './readers/evaluation.ts'
import { ggufModelReader, ggufReader } from './readers/gguf.ts'
import { ggufVocabularyReader } from './readers/gguf-vocabulary.ts'
import { hubReader } from './readers/hub-listing.ts'
import { historyReader, lockReader, projectReader, tarReader } from './readers/installs.ts'
import { keyValuesReader } from './readers/key-values.ts'
import { configReader } from './readers/model-folder.ts'
import { gateReader, manifestReader, patchReader } from './readers/patch.ts'
import { quantizedReader } from './readers/quantized-model.ts'
import { repositoryReader } from './readers/repository.ts'
import { rowReaders } from './readers/rows.ts'
import { safetensorsReader, shardedSafetensorsReader } from './readers/safetensors.ts'
import { bundleReader, statementReader, trustedRootReader, trustPolicyReader } from './readers/signing.ts'
import { tokenizerConfigReader, tokenizerReader } from './readers/tokenizer.ts'
import { patchZipReader, zipReader } from './readers/zip.ts'

/** All readers of untrusted files. */
export const fuzzedReaders: readonly FuzzedReader[] = [
  safetensorsReader,
  shardedSafetensorsReader,
  ggufReader,
  ggufModelReader,
  ggufVocabularyReader,
  configReader,
  quantizedReader,
  tokenizerReader,
  tokenizerConfigReader,
  chatTemplateReader,
  loraReader,
  promptTuningReader,
  keyValuesReader,
  manifestReader,
  patchReader,
  gateReader,
  zipReader,
  patchZipReader,
  tarReader,
  projectReader,
  lockReader,
  historyReader,
  bundleReader,
  statementReader,
  trustPolicyReader,
  trustedRootReader,
  repositoryReader,
  ...rowReaders,
  reportReader,
  evaluationReader,
  journalReader,
  checkpointReader,
  hubReader,
  endpointReader,
]
