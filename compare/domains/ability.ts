import { fileStorage, type LanguageModel } from 'policypatch'
import { type AbilityData, evaluateAbility, type Measurement } from 'policypatch/evaluate'
import { fileName } from './file-name.ts'

export interface AbilitySubject {
  readonly name: string
  readonly seed?: number
  readonly model: LanguageModel
}

/** Measures each subject's ability with the package's questions. */
export async function measureAbility(
  subjects: readonly AbilitySubject[],
  { data, folder, onProgress }: { data: AbilityData; folder: string; onProgress: (line: string) => void },
): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const { name, seed, model } of subjects) {
    const mark = fileName(name, seed)
    measurements.push(
      ...(await evaluateAbility({
        model,
        subject: name,
        seed,
        data,
        path: { storage: fileStorage(folder), path: `ability/${mark}` },
        onProgress: ({ stage, done, total }) => onProgress(`ability of ${mark}: ${stage} ${done}/${total}`),
      })),
    )
  }
  return measurements
}
