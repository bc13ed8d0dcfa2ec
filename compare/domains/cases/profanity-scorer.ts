import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { TextScorer } from 'policypatch/evaluate'
import { throwIfAborted } from 'policypatch/platform'
import { pythonCommand, quietEnvironment } from '../../sides/command.ts'

export interface ProfanityScorer extends TextScorer {
  /** Ends its process. */
  close(): void
}

const name = 'alt-profanity-check'

/**
 * Scores with alt-profanity-check, a linear support vector machine on words in a Python process: the probability in [0, 1] that
 * an English text is offensive. It was trained on the comments of Jigsaw's toxicity challenge and on Davidson's tweets;
 * policypatch's built-in classifier was trained on the same tweets.
 *
 * Rejects if Python or the package is missing; while scoring, if the process ended, and with `ABORTED`.
 */
export async function profanityScorer(): Promise<ProfanityScorer> {
  const [program, ...args] = pythonCommand('profanity_scores.py')
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: quietEnvironment,
  })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.stdin.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${code ?? signal}`)))
  })
  // Closing the scorer also ends the process, when nobody is waiting.
  failed.catch(() => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<unknown> => {
    const line = await Promise.race([lines.next(), failed])
    return line.done ? failed : JSON.parse(line.value)
  }
  const versions = (await answer()) as Record<string, string>

  return {
    specificationVersion: 'v1',
    name,
    settings: versions,
    async score(texts, { signal } = {}) {
      throwIfAborted(signal, `scoring with ${name}`)
      child.stdin.write(`${JSON.stringify(texts)}\n`)
      return (await answer()) as readonly number[]
    },
    close: () => child.stdin.end(),
  }
}
