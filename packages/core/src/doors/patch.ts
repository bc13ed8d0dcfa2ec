/**
 * A patch's files and manifest: composing, inspecting, comparing, exporting, importing.
 *
 * @module @policypatch/core/patch
 */

export type { ApplyPatchOptions } from '../patch/apply/apply-patch.ts'
export { checkFit, describeBase } from '../patch/apply/check-fit.ts'
export type { ComposePatchesOptions } from '../patch/apply/compose-patches.ts'
export { type ComposeMethod, parallelPrefix } from '../patch/apply/compose-prefixes.ts'
export { type PatchSet, patchSet, type StackEntry } from '../patch/apply/patch-set.ts'
export { exportKeyValues, type PatchKeyValues } from '../patch/export/key-values.ts'
export { type DecoderProgram, patchedDecoder } from '../patch/export/patched-decoder.ts'
export { type PromptEmbeds, promptEmbedder } from '../patch/export/prompt-embedder.ts'
export {
  diffPatches,
  type FieldDifference,
  type PatchDifference,
  type PrefixDifference,
} from '../patch/inspect/diff-patches.ts'
export { type EffectChange, effectChanges } from '../patch/inspect/effect-changes.ts'
export {
  type InspectedToken,
  type InspectPrefixOptions,
  inspectPrefix,
  type NearToken,
  type PrefixInspection,
} from '../patch/inspect/inspect-prefix.ts'
export type {
  BaseModelIdentity,
  ComposedPart,
  CompositionMethod,
  GateSummary,
  MeasuredRate,
  PatchComposition,
  PatchEffect,
  PatchManifest,
  PatchRecipe,
  PrefixSummary,
} from '../patch/manifest.ts'
export type { PatchContents, PatchFiles } from '../patch/patch.ts'
export {
  type CreatePatchOptions,
  type PatchDraft,
  ungatedPatch,
  withEffects,
} from '../patch/release/create-patch.ts'
export { modelIndex } from '../patch/release/model-card.ts'
export { parseManifest } from '../patch/release/parse-manifest.ts'
export type { InstalledPatch, PatchStore } from '../patch/release/patch-store.ts'
export { importPeftPromptTuning } from '../patch/release/peft-adapter.ts'
export { compareVersions } from '../patch/release/semantic-version.ts'
export {
  type SignPatchOptions,
  signPatch,
  type VerifiedPatch,
  type VerifyPatchOptions,
  verifyPatch,
} from '../patch/signing/sign-patch.ts'
