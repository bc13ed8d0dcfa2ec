import {
  gpt2Split,
  gpt4oSplit,
  llama3Split,
  qwen2Split,
  qwen35Split,
  tekkenSplit,
} from '../patterns/known-patterns.ts'

/** How a byte-level vocabulary splits text before merging. */
export interface Split {
  /** In Oniguruma's syntax; each match is a word, and so is the text between matches. */
  readonly pattern: string
  /** Whether digits are split off individually first. */
  readonly digits?: true
  /** Whether a word that is a token is used as it is, regardless of merges. */
  readonly wholeWords?: true
  /** Whether a text starts with BOS if the file does not say. */
  readonly startsWithBos?: true
}

const groups: readonly (readonly [Split, readonly string[]])[] = [
  [
    { pattern: gpt2Split },
    [
      ...['default', 'gpt-2', 'olmo', 'phi-2', 'jais', 'mpt', 'trillion', 'granite-docling', 'exaone4'],
      ...['gigachat', 'a.x-4.0', 'mellum'],
    ],
  ],
  [
    { pattern: gpt2Split, digits: true },
    ['smollm', 'command-r', 'refact', 'starcoder', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'],
  ],
  [
    { pattern: llama3Split, wholeWords: true, startsWithBos: true },
    [
      ...['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
      'jina-v5-nano',
    ],
  ],
  [{ pattern: llama3Split }, ['dbrx', 'smaug-bpe', 'chatglm-bpe', 'glm4']],
  [
    { pattern: qwen2Split },
    [
      ...['qwen2', 'deepseek-r1-qwen', 'kormo', 'f2llmv2', 'megrez', 'stablelm2', 'hunyuan', 'solar-open'],
      'grok-2',
    ],
  ],
  [{ pattern: qwen35Split }, ['qwen35']],
  [{ pattern: tekkenSplit, wholeWords: true, startsWithBos: true }, ['tekken']],
  [{ pattern: gpt4oSplit }, ['gpt-4o', 'llama4', 'kanana2', 'talkie', 'minimax-m2']],
]

/**
 * The split for each `tokenizer.ggml.pre`: llama.cpp's names (src/llama-vocab.cpp), with the patterns of the models' own
 * tokenizer.json where llama.cpp approximates them. Without a name (`default`), text is split as in GPT-2, as in transformers.
 *
 * transformers 5 reads these files in the same way, but without `digits`, `wholeWords` and `startsWithBos`. It differs where
 * several white-space characters precede a digit, and for tokens that no merges lead to.
 */
export const splitsByName: ReadonlyMap<string, Split> = new Map(
  groups.flatMap(([split, names]) => names.map((name) => [name, split] as const)),
)
