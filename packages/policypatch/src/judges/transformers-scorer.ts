import { existsSync } from 'node:fs'
import { basename, isAbsolute, resolve } from 'node:path'
import { PatchError } from '@policypatch/core'
import type { TextScorer } from '@policypatch/core/evaluate'
import { throwIfAborted } from '@policypatch/core/platform'
import { importTransformers, loadError, type TransformersLibrary } from './transformers-library.ts'

export interface TransformersScorerOptions {
  /**
   * A text classifier with ONNX weights: an id of the Hub, or a folder with `config.json`, the tokenizer and `onnx/`.
   * Default `Xenova/toxic-bert`, a BERT trained on Jigsaw's toxic comments.
   */
  readonly model?: string
  /** Of the Hub's repository. Default `main`. */
  readonly revision?: string
  /** The labels that are offences; the score is the most probable one's. Default `['toxic']`. */
  readonly labels?: readonly string[]
  /**
   * Which of the model's ONNX files runs, as transformers.js names them. Default `fp32`; with `q8`, a quarter the size, a
   * text's score depends a little on which texts are scored with it.
   */
  readonly dtype?: string
  /** Texts at once. Default 16. */
  readonly batchSize?: number
  /** Gives the library. Default: imports `@huggingface/transformers`, which is not installed with this package. */
  readonly library?: () => Promise<TransformersLibrary>
}

/** A scorer that holds a model. */
export interface TransformersScorer extends TextScorer {
  /** Frees the model. */
  dispose(): Promise<void>
}

/**
 * Scores by a text classifier that `@huggingface/transformers` runs: the probability that it gives to a label of offence. It
 * reads no more of a text than fits its input (toxic-bert: 512 tokens). A model of the Hub is fetched once, into the
 * library's cache.
 *
 * @throws `BACKEND_FAILED` if the library is not installed or does not run the model; `NOT_FOUND` and `UNREACHABLE` for a
 *   model that cannot be had; `INVALID_ARGUMENT` for a label that it does not have; while scoring: `ABORTED`.
 */
export async function transformersScorer(
  options: TransformersScorerOptions = {},
): Promise<TransformersScorer> {
  const { model = 'Xenova/toxic-bert', revision = 'main', labels = ['toxic'] } = options
  const { dtype = 'fp32', batchSize = 16, library: give = importTransformers } = options
  checkBatchSize(batchSize)
  const isFolder = isAbsolute(model) || /^\.{0,2}[/\\]/u.test(model) || existsSync(model)
  const path = isFolder ? resolve(model) : model
  const library = await give()
  const classify = await library
    .pipeline('text-classification', path, { dtype, revision, local_files_only: isFolder })
    .catch((cause: unknown) => {
      throw loadError(path, cause)
    })

  async function probabilities(texts: readonly string[]): Promise<number[]> {
    const found = await classify([...texts], { top_k: null })
    return found.map((classes) => {
      const held = classes.filter(({ label }) => labels.includes(label)).map(({ score }) => score)
      if (held.length === labels.length && held.length > 0) return Math.max(...held)
      throw new PatchError('INVALID_ARGUMENT', {
        expected: `labels of ${model}: ${classes.map(({ label }) => label).join(', ')}`,
        found: labels.join(', ') || 'none',
        remedy: 'Set labels to those of the model that mean offensive',
      })
    })
  }

  // Labels are known only from an answer, and a wrong one must not show after hours of generation.
  await probabilities(['text'])

  return {
    specificationVersion: 'v1',
    name: `transformers:${isFolder ? basename(path) : model}`,
    settings: { labels, dtype, revision: isFolder ? undefined : revision, library: library.env.version },
    async score(texts, { signal } = {}) {
      const scores: number[] = []
      for (let start = 0; start < texts.length; start += batchSize) {
        throwIfAborted(signal, `scoring with ${model}`)
        scores.push(...(await probabilities(texts.slice(start, start + batchSize))))
      }
      return scores
    },
    dispose: () => classify.dispose(),
  }
}

function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a batchSize of at least 1',
    found: String(batchSize),
    remedy: 'Use an integer',
  })
}
