import { existsSync } from 'node:fs'
import { basename, isAbsolute, resolve } from 'node:path'
import { PatchError } from '@policypatch/core'
import type { TextScorer } from '@policypatch/core/evaluate'
import { throwIfAborted } from '@policypatch/core/platform'
import { importTransformers, loadError, type TransformersLibrary } from './transformers-library.ts'

export interface TransformersScorerOptions {
  /**
   * A text classifier with ONNX weights: a Hub id, or a folder with `config.json`, the tokenizer and `onnx/`. Default
   * `Xenova/toxic-bert`, a BERT trained on Jigsaw's toxic comments.
   */
  readonly model?: string
  /** Revision of the Hub repository. Default `main`. */
  readonly revision?: string
  /** The labels that count as offensive; the score is the highest probability among them. Default `['toxic']`. */
  readonly labels?: readonly string[]
  /**
   * Which of the model's ONNX files to run, as transformers.js names them. Default `fp32`. With `q8`, a quarter of the size, a
   * text's score depends slightly on the other texts in its batch.
   */
  readonly dtype?: string
  /** Texts per batch. Default 16. */
  readonly batchSize?: number
  /** Provides the library. Default: imports `@huggingface/transformers`, which is not installed with this package. */
  readonly library?: () => Promise<TransformersLibrary>
}

/** A scorer that holds a model. */
export interface TransformersScorer extends TextScorer {
  /** Frees the model. */
  dispose(): Promise<void>
}

/**
 * Scores with a text classifier that `@huggingface/transformers` runs: the probability that it assigns to an offensive label.
 * Text beyond the classifier's input length is ignored (toxic-bert: 512 tokens). A Hub model is downloaded once, into the
 * library's cache.
 *
 * @throws `BACKEND_FAILED` if the library is not installed or cannot run the model; `NOT_FOUND` and `UNREACHABLE` for a model
 *   that cannot be obtained; `INVALID_ARGUMENT` for a label that it does not have; while scoring: `ABORTED`.
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

  // Labels are known only from an output, and a wrong label must not surface after hours of generation.
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
