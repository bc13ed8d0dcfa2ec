import type { LanguageModel } from '@policypatch/core'
import type { Prefix, Prompt } from '@policypatch/core/platform'
import type { AnswerObserver, AnswerRecord } from '../answer/answer-record.ts'
import type { Canary, CountedKind } from './canary.ts'
import { gatesAlone, judgeAnswer, kindByGates } from './judge-answer.ts'

export interface CountAnswersOptions {
  readonly model: LanguageModel
  running(): Canary | undefined
  /** Prefixes whose gates tell the kind of a prompt. */
  gatesOf(canary: Canary): readonly Prefix[]
  onBroken(canary: Canary, reason: string): void
  readonly onError?: ((error: unknown) => void) | undefined
}

/** If this many answers wait to be judged, the gates are not asked about further ones. */
const MOST_WAITING = 64

/** Judges the answers of both sides of a canary after they have ended, one at a time. */
export function countAnswers(options: CountAnswersOptions): AnswerObserver {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()

  const count = async (canary: Canary, record: AnswerRecord, gates: Prefix | undefined) => {
    const { arm } = record.stack
    if (!arm || options.running() !== canary) return
    const each = record.choices.length / record.prompts.length
    const kinds = new Map<unknown, CountedKind>()
    for (const [i, choice] of record.choices.entries()) {
      const prompt = record.prompts[Math.floor(i / each)] as Prompt
      const kind = record.promptKind ?? kinds.get(prompt) ?? (await kindByGates(options.model, gates, prompt))
      kinds.set(prompt, kind)
      const broken = canary.count(arm, await judgeAnswer(prompt, choice.text, kind))
      if (broken !== undefined) return options.onBroken(canary, broken)
    }
  }

  return {
    ended(record, outcome) {
      const canary = options.running()
      if (!canary || outcome !== 'done' || !record.stack.arm) return
      const gates = waiting < MOST_WAITING ? gatesAlone(options.gatesOf(canary)) : undefined
      waiting++
      last = last
        .then(() => count(canary, record, gates))
        .catch((error) => options.onError?.(error))
        .finally(() => {
          waiting--
        })
    },
  }
}
