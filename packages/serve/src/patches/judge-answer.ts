import { type ChatMessage, type LanguageModel, refusalJudge } from '@policypatch/core'
import { isRefusal, refusalRate } from '@policypatch/core/evaluate'
import { parallelPrefix } from '@policypatch/core/patch'
import type { Prefix, Prompt } from '@policypatch/core/platform'
import type { CountedKind, JudgedAnswer } from './canary.ts'

const judge = refusalJudge()

/** Whether an answer refuses, according to the built-in judge of wording. */
export async function judgeAnswer(
  prompt: Prompt,
  response: string,
  kind: CountedKind,
): Promise<JudgedAnswer> {
  if (kind === 'unlabelled') return { kind, refused: isRefusal(response) }
  const request = { prompt: prompt as string | readonly ChatMessage[], kind, response }
  const [score = 0] = await judge.score([request])
  const { refusal, overRefusal } = refusalRate([{ ...request, score }])
  return { kind, refused: (kind === 'harmful' ? refusal : overRefusal).value === 1 }
}

/** A prefix that takes effect exactly when one of the prefixes' gates fires; undefined if none of them has a gate. */
export function gatesAlone(prefixes: readonly Prefix[]): Prefix | undefined {
  const parts = prefixes.flatMap((prefix) => prefix.parts?.map((part) => part.prefix) ?? [prefix])
  const gated = [...new Set(parts.filter(({ gate }) => gate))]
  if (gated.length <= 1) return gated[0]
  return parallelPrefix(gated.map((prefix) => ({ prefix, weight: 1 })))
}

/** The kind of a prompt according to the gates of patches, which fire on what the patches are for. */
export async function kindByGates(
  model: LanguageModel,
  gates: Prefix | undefined,
  prompt: Prompt,
): Promise<CountedKind> {
  if (!gates) return 'unlabelled'
  const [fires] = await model.withPrefix(gates).takesEffect([prompt])
  return fires ? 'harmful' : 'harmless'
}
