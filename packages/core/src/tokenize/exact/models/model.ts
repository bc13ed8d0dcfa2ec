import type { TokenTable } from '../added-vocabulary.ts'

/** Cuts words into tokens of its vocabulary. */
export interface Model extends TokenTable {
  readonly type: 'BPE' | 'WordPiece' | 'WordLevel' | 'Unigram'
  /** Tokens with their ids; of two with one id the later counts. */
  readonly entries: Iterable<readonly [token: string, id: number]>
  textOf(id: number): string | undefined
  /** The ids of a word, which is not empty. */
  tokenize(word: string): readonly number[]
}
