import { fileStorage } from 'policypatch'
import {
  type DomainEvaluation,
  type DomainPrompt,
  type EvaluationSubject,
  evaluateDomain,
} from 'policypatch/evaluate'
import type { DomainCase } from './cases/domain-case.ts'
import { fileName } from './file-name.ts'

export interface MeasureOptions {
  readonly folder: string
  readonly onProgress: (line: string) => void
}

/** Measures one subject on the test prompts, or on other given prompts. */
export async function measure(
  { domain, data, test }: DomainCase,
  subject: EvaluationSubject,
  { folder, onProgress }: MeasureOptions,
  prompts: { readonly data: string; readonly prompts: readonly DomainPrompt[] } = { data, prompts: test },
): Promise<DomainEvaluation> {
  const name = fileName(subject.name, subject.seed, prompts.data === data ? undefined : prompts.data)
  return evaluateDomain({
    domain,
    subject,
    prompts: prompts.prompts,
    data: prompts.data,
    // Attack prompts may be a thousand tokens long, and large batches of them take too much memory.
    batchSize: prompts.data === data ? 32 : 8,
    path: { storage: fileStorage(folder), path: `measured/${name}.jsonl` },
    onProgress: ({ stage, done, total }) => onProgress(`${name}: ${stage} ${done}/${total}`),
  })
}
