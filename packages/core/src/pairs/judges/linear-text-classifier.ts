import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import { bytesOfBase64 } from '../../text/encoded-bytes.ts'

const positive = z.int().check(z.positive())

const schema = z.looseObject({
  format: z.literal('linear-text-classifier'),
  version: z.literal(1),
  /** Identifies the scorer in reports. */
  name: z.string().check(z.minLength(1)),
  features: z.object({
    /** Number of characters of the shortest and longest n-gram. */
    ngrams: z.tuple([positive, positive]),
    /** Number of hash buckets, and so of weights. */
    buckets: positive,
    /** Words to ignore. */
    stopWords: z.array(z.string()),
    /** How longer texts are split: words per piece, and words from one start to the next. */
    window: z.object({ words: positive, stride: positive }),
  }),
  intercept: z.number(),
  /** The step size of a weight. */
  scale: z.number().check(z.positive()),
  /** Base64 of one signed byte per bucket. */
  weights: z.string(),
})

/**
 * A logistic regression on hashed character n-grams, as written by `scripts/train-offence-classifier.py`. Additional fields, such
 * as its training data and evaluation, are for readers.
 */
export type LinearTextClassifier = z.infer<typeof schema>

/** The classifier in a parsed JSON file, with its decoded weights. Throws `MALFORMED`, listing every bad field at once. */
export function checkLinearTextClassifier(
  value: unknown,
): LinearTextClassifier & { readonly steps: Int8Array } {
  const result = checkShape(schema, value)
  if (!result.success) throw malformed(describeIssues(result.error.issues))
  const { features, weights } = result.data
  const steps = decode(weights)
  if (steps?.length === features.buckets && features.ngrams[0] <= features.ngrams[1])
    return { ...result.data, steps }
  throw malformed(
    steps?.length === features.buckets
      ? `n-grams of ${features.ngrams.join(' to ')} characters`
      : `${steps?.length ?? 'undecodable'} weights for ${features.buckets} buckets`,
  )
}

function decode(base64: string): Int8Array | undefined {
  try {
    return new Int8Array(bytesOfBase64(base64).buffer)
  } catch {
    return undefined
  }
}

function malformed(found: string): PatchError {
  return new PatchError('MALFORMED', {
    expected: 'a classifier in format linear-text-classifier, version 1',
    found,
    remedy: 'Pass the complete, unaltered JSON of scripts/train-offence-classifier.py',
  })
}
