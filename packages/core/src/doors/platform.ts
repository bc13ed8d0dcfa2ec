/**
 * What backends, stores and tools build on: models, tensors, tokenizers, storage, the Hub. It changes more often than the rest.
 *
 * @module @policypatch/core/platform
 */

export {
  type Backend,
  type CompiledProgram,
  type DType,
  expandWeight,
  type HostTensor,
  type NamedHostTensors,
  type NamedTensors,
  type NamedWeights,
  type PackedWeight,
  type Precision,
  type Signature,
  type TensorProgram,
  type TensorSpec,
  type TransientWeight,
  type Weight,
} from '../backend/backend.ts'
export { checkFeeds, checkWeights } from '../backend/check-feeds.ts'
export { type EagerBackendOptions, eagerBackend } from '../backend/eager-backend.ts'
export { disposedError, runQueue } from '../backend/run-queue.ts'
export { diagnoseModel } from '../doctor/diagnose-model.ts'
export type { DiagnoseOptions } from '../doctor/diagnose-options.ts'
export type {
  Check,
  CheckName,
  MeasuredTimes,
  ModelDiagnosis,
  ModelSummary,
  Problem,
} from '../doctor/diagnosis.ts'
export type { MemoryEstimate, MemoryPart, MemoryUse } from '../doctor/estimate-memory.ts'
export { formatDiagnosis } from '../doctor/format-diagnosis.ts'
export type { StepShape } from '../doctor/step-shape.ts'
export { type ErrorCode, type ErrorParts, errorCodes, settleAll, throwIfAborted } from '../errors.ts'
export { bodyWithin, joined } from '../hub/body-within.ts'
export { type ChosenFiles, chooseFiles } from '../hub/choose-files.ts'
export { type GgufModel, ggufModels } from '../hub/gguf-models.ts'
export { type HubAccessOptions, hubFetch } from '../hub/hub-access.ts'
export {
  type Digest,
  digestMismatch,
  type HubFile,
  type HubListing,
  type HubQuery,
  hubFileUrl,
  listHubFiles,
} from '../hub/hub-files.ts'
export { formatHubId, type HubId, hubAddress, hubIdOfAddress, parseHubId, pathFault } from '../hub/hub-id.ts'
export { type KnownModel, knownModel } from '../hub/known-models.ts'
export { type RetryOptions, retryingFetch, unreachable } from '../hub/retrying-fetch.ts'
export { type PartialBytes, type TransferRequest, transfer } from '../hub/transfer.ts'
export { importPackage } from '../import-package.ts'
export { createLanguageModel, type ModelParts } from '../model/create-language-model.ts'
export type { Architecture, Projections, WeightSpec } from '../model/decoder/architectures/architecture.ts'
export { type DecoderFamily, decoder } from '../model/decoder/architectures/decoder.ts'
export { namesAround, plainNames, type WeightNames } from '../model/decoder/architectures/decoder-weights.ts'
export { architectures } from '../model/decoder/architectures/find-architecture.ts'
export { commonRules, harmless } from '../model/decoder/config/common-rules.ts'
export { fullOrSliding, windowedLayers } from '../model/decoder/config/layer-types.ts'
export type { LayerType, ModelConfig, Rope } from '../model/decoder/config/model-config.ts'
export { type LoadModelOptions, loadStoredModel } from '../model/files/load-model.ts'
export { type GgufReader, openGguf } from '../model/files/tensors/gguf.ts'
export { openSafetensors } from '../model/files/tensors/safetensors.ts'
export { openShardedSafetensors } from '../model/files/tensors/sharded-safetensors.ts'
export type { StoredTensor, TensorReader } from '../model/files/tensors/tensor-reader.ts'
export { writeSafetensors } from '../model/files/tensors/write-safetensors.ts'
export type {
  CandidateRequest,
  Gate,
  GenerateOptions,
  GenerateRequest,
  Generation,
  Prefix,
  PrefixPart,
  ReadingPlace,
  Score,
  ScoreOptions,
  ScoreRequest,
  TopLogProbabilities,
} from '../model/language-model/language-model.ts'
export { type ModelIdentity, modelIdentity } from '../model/language-model/model-identity.ts'
export type { HeldPrefix, PrefixCache } from '../model/language-model/prefix-cache.ts'
export { patchNamePattern } from '../patch/release/parse-manifest.ts'
export { isSignatureOf, publicKey, type SigningKey } from '../patch/signing/keys.ts'
export { createRandom, type Random, type RandomState } from '../random.ts'
export { sha256 } from '../sha256.ts'
export { type ForeignFile, foreignFile, foreignFileBytes } from '../storage/foreign-file.ts'
export { appendJsonLine, readJsonLines, writeJsonLines } from '../storage/json-lines.ts'
export { bytesSource, memoryStorage } from '../storage/memory-storage.ts'
export { parseJsonFile } from '../storage/parse-json-file.ts'
export { type Place, type StoredPlace, setPlatformStorage, storedAt } from '../storage/place.ts'
export { type ByteSource, type OpenOptions, readWithin, tooLong } from '../storage/storage.ts'
export { checkShape, describeIssues } from '../text/check-shape.ts'
export { describeValue } from '../text/describe-value.ts'
export { bytesOfBase64, bytesOfHex } from '../text/encoded-bytes.ts'
export {
  excerpt,
  isPrintableLine,
  type PrintablePieces,
  printable,
  printableJson,
  printableLine,
  printablePieces,
} from '../text/printable.ts'
export { contentText } from '../tokenize/chat-messages.ts'
export { ggufTokenizerFiles } from '../tokenize/gguf-tokenizer.ts'
export { createTokenizer, type TokenizerFiles } from '../tokenize/load-tokenizer.ts'
export type { Prompt, TextPart, Tokenizer } from '../tokenize/tokenizer.ts'
