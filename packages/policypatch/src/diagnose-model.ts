import {
  type DiagnoseOptions,
  diagnoseModel as diagnose,
  knownModel,
  type ModelDiagnosis,
} from '@policypatch/core/platform'
import { type LoadModelOptions, nameOf, prepareModel } from './load-model.ts'

/** Options of {@link diagnoseModel}. */
export interface DiagnoseModelOptions
  extends Omit<LoadModelOptions, 'adapter' | 'onProgress' | 'onNotice'>,
    Pick<DiagnoseOptions, 'patch' | 'step' | 'probe'> {
  /** Receives the progress of the download and of the checks. */
  readonly onProgress?: ((progress: DiagnoseProgress) => void) | undefined
  /** Receives notices about the chosen device, a known model's terms of use and failed sources while others remain. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/** Progress of a diagnosis: bytes downloaded, then checks. */
export type DiagnoseProgress =
  | {
      readonly stage: 'download'
      readonly file: string
      readonly done: number
      readonly total: number | undefined
    }
  | { readonly stage: 'check'; readonly check: ModelDiagnosis['checks'][number]['name'] }

/**
 * Examines a model and what this machine can do with it, before any long work: its files, whether it loads, generates and trains,
 * and how much memory and time that takes. Problems are reported in the diagnosis. The model is named as for `loadModel`.
 *
 * @throws PatchError `NOT_FOUND`, `UNREACHABLE`, `DIGEST_MISMATCH` and `STORAGE_FAILED` for files that cannot be obtained;
 *   `BACKEND_FAILED` for a missing device; `INVALID_ARGUMENT`; `ABORTED`.
 */
export async function diagnoseModel(
  idOrPath: string,
  { patch, step, probe, onProgress, ...options }: DiagnoseModelOptions = {},
): Promise<ModelDiagnosis> {
  const { files, backend, ownsBackend, precision } = await prepareModel(idOrPath, {
    ...options,
    onProgress: (loaded) => loaded.stage === 'download' && onProgress?.(loaded),
  })
  try {
    const diagnosis = await diagnose(files, {
      id: nameOf(idOrPath, files, undefined),
      ...{ backend, precision, patch, step, probe },
      prefixCacheBytes: options.prefixCacheBytes,
      ...(options.architectures && { architectures: options.architectures }),
      ...(options.signal && { signal: options.signal }),
      memoryInUse: () => process.memoryUsage.rss(),
      onProgress: (check) => onProgress?.({ stage: 'check', check }),
    })
    return withTerms(diagnosis, files.id)
  } finally {
    if (ownsBackend) await backend.dispose()
  }
}

/** Adds the notice that a known model's licence requires. */
function withTerms(diagnosis: ModelDiagnosis, id: string | undefined): ModelDiagnosis {
  const terms = id === undefined ? undefined : knownModel(id)?.terms
  if (terms === undefined || !diagnosis.model) return diagnosis
  return { ...diagnosis, model: { ...diagnosis.model, license: terms } }
}
