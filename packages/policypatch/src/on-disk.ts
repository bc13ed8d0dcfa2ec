/** Core's functions that take a storage, over this machine's files unless another is given. */
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import * as core from '@policypatch/core'
import { defaultDataFolder } from './data-folder.ts'

/** A path that core keeps a run in, with the storage it then needs. */
const onDisk = <T extends { readonly path?: string; readonly storage?: core.Storage }>(options: T): T =>
  options.path === undefined || options.storage ? options : { ...options, storage: fileStorage() }

/** Reads a patch from a folder and checks all of it; see core's `readPatch`. */
export const readPatch = (directory: string, storage = fileStorage()): Promise<core.Patch> =>
  core.readPatch(storage, directory)

/** A patch whose `save(path)` writes to this machine's files; see core's `createPatch`. */
export const createPatch = (options: core.CreatePatchOptions): Promise<core.Patch> =>
  core.createPatch({ storage: fileStorage(), ...options })

/** One patch out of several, whose `save(path)` writes to this machine's files; see core's `composePatches`. */
export const composePatches = (
  patches: readonly core.Patch[],
  options: core.ComposePatchesOptions = {},
): Promise<core.Patch> => core.composePatches(patches, { storage: fileStorage(), ...options })

/** The prefix that PEFT saved in a folder; see core's `importPeftPromptTuning`. */
export const importPeftPromptTuning = (directory: string, storage = fileStorage()): Promise<core.Prefix> =>
  core.importPeftPromptTuning(storage, directory)

/** Patches installed for this user, or under `root`; see core's `patchStore`. */
export const patchStore = (
  root = join(defaultDataFolder(), 'patches'),
  storage = fileStorage(),
): core.PatchStore => core.patchStore(storage, root)

/** Reads a prompts file (JSON Lines); see core's `readPrompts`. */
export const readPrompts = (path: string, storage = fileStorage()): Promise<core.PatchPrompt[]> =>
  core.readPrompts(storage, path)

/** Reads a pairs file (JSON Lines); see core's `readPairs`. */
export const readPairs = (path: string, storage = fileStorage()): Promise<core.PreferencePair[]> =>
  core.readPairs(storage, path)

/** Reads the data of a report; see core's `readReport`. */
export const readReport = (path: string, storage = fileStorage()): Promise<core.ReportData> =>
  core.readReport(storage, path)

/** Writes the data of a report; see core's `writeReport`. */
export const writeReport = (
  path: string,
  data: core.ReportData,
  beside?: Readonly<Record<string, unknown>>,
  storage = fileStorage(),
): Promise<void> => core.writeReport(storage, path, data, beside)

/** A reference known by a file of recorded outputs (JSON Lines); see core's `recordedReference`. */
export const recordedReference = (path: string, storage = fileStorage()): Promise<core.Reference> =>
  core.recordedReference({ storage, path })

/** Makes pairs; with `path` they are kept in that file, and a stopped run goes on. See core's `generatePairs`. */
export const generatePairs = (options: core.GeneratePairsOptions): Promise<core.PreferencePair[]> =>
  core.generatePairs(onDisk(options))

/** Measures refusal and over-refusal; with `path`, resumably. See core's `evaluateRefusal`. */
export const evaluateRefusal = (options: core.EvaluateRefusalOptions): Promise<core.RefusalEvaluation> =>
  core.evaluateRefusal(onDisk(options))

/** Measures what a model can do; with `path`, resumably. See core's `evaluateAbility`. */
export const evaluateAbility = (options: core.EvaluateAbilityOptions): Promise<core.Measurement[]> =>
  core.evaluateAbility(onDisk(options))

/** Measures grammar by minimal pairs; with `path`, resumably. See core's `evaluateMinimalPairs`. */
export const evaluateMinimalPairs = (
  options: core.EvaluateMinimalPairsOptions,
): Promise<core.Measurement[]> => core.evaluateMinimalPairs(onDisk(options))

/** Measures knowledge by questions; with `path`, resumably. See core's `evaluateMultipleChoice`. */
export const evaluateMultipleChoice = (
  options: core.EvaluateMultipleChoiceOptions,
): Promise<core.Measurement[]> => core.evaluateMultipleChoice(onDisk(options))

/** Measures how well texts are predicted; with `path`, resumably. See core's `evaluatePerplexity`. */
export const evaluatePerplexity = (options: core.EvaluatePerplexityOptions): Promise<core.Measurement[]> =>
  core.evaluatePerplexity(onDisk(options))

/** Measures which instructions are followed; with `path`, resumably. See core's `evaluateInstructions`. */
export const evaluateInstructions = (
  options: core.EvaluateInstructionsOptions,
): Promise<core.Measurement[]> => core.evaluateInstructions(onDisk(options))
